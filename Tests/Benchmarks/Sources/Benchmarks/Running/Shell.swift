import Foundation

/// Commands whose time does not matter.
enum Shell {
  /// What `command` prints; its errors go where ours go.
  static func output(of command: [String]) throws -> String {
    let process = Process()
    let pipe = Foundation.Pipe()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = command
    process.standardOutput = pipe
    try process.run()
    let bytes = try pipe.fileHandleForReading.readToEnd() ?? Data()
    process.waitUntilExit()
    guard process.terminationStatus == 0 else { throw Failure("this failed: \(command.joined(separator: " "))") }
    return String(decoding: bytes, as: UTF8.self)
  }

  /// Says how far a run is; the results alone go to standard output.
  static func note(_ text: String) {
    FileHandle.standardError.write(Data("\(text)\n".utf8))
  }

  /// The processor, as Linux names it.
  static var processor: String {
    let lines = (try? String(contentsOfFile: "/proc/cpuinfo", encoding: .utf8))?.split(separator: "\n") ?? []
    let name = lines.first { $0.hasPrefix("model name") }?.split(separator: ":").last
    let cores = ProcessInfo.processInfo.activeProcessorCount
    return "\(name?.trimmingCharacters(in: .whitespaces) ?? "an unnamed processor"), \(cores) cores"
  }
}
