import Foundation

/// The tracker as it was before the move of the core, and as it is: do they say the same?
@main
struct Command {
  private static let usage = """
    usage: oracle captures PATH...        every capture under the paths, in every setting
           oracle short FILE              one long capture, never held as a whole
           oracle fuzz COUNT SEED [--jobs N] [--limit BYTES] [CAPTURES...]
           oracle input HEX [--minimize]  one input that fuzzing found
    """
  private var arguments: [String]

  static func main() throws {
    var command = Command(arguments: Array(CommandLine.arguments.dropFirst()))
    exit(try command.run() ? 0 : 1)
  }

  private mutating func run() throws -> Bool {
    switch arguments.first {
    case "captures" where arguments.count > 1: return compareCaptures(Array(arguments.dropFirst()))
    case "short" where arguments.count == 2: return try compareLong(arguments[1])
    case "fuzz": return fuzz()
    case "input" where arguments.count > 1: return showInput()
    default: fail()
    }
  }

  private mutating func fuzz() -> Bool {
    let jobs = option("--jobs") ?? 1
    let limit = option("--limit") ?? 800
    guard arguments.count > 2, let count = Int(arguments[1]), let seed = UInt64(arguments[2]) else { fail() }
    let fuzzing = Fuzzing(
      count: count, seed: seed, jobs: max(1, jobs), limit: max(10, limit), captures: Array(arguments.dropFirst(3)))
    return fuzzing.run()
  }

  private func showInput() -> Bool {
    let digits = Array(arguments[1])
    let bytes = stride(from: 0, to: digits.count - 1, by: 2)
      .compactMap { UInt8(String(digits[$0...$0 + 1]), radix: 16) }
    var input = Input(bytes: bytes)
    if arguments.contains("--minimize"), input.difference() != nil { input = input.minimized() }
    print(input.hex)
    return show(input)
  }

  private mutating func option(_ name: String) -> Int? {
    guard let index = arguments.firstIndex(of: name), index + 1 < arguments.count else { return nil }
    defer { arguments.removeSubrange(index...index + 1) }
    return Int(arguments[index + 1])
  }

  private func fail() -> Never {
    FileHandle.standardError.write(Data("\(Self.usage)\n".utf8))
    exit(64)
  }
}
