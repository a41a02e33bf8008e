import Foundation
import TestSupport
import Testing

@Suite("Names of files that would be obeyed")
struct HostileNamesTests {
  static let name = "begin\u{1B}[2J\u{9B}1m\u{202E}\u{2028}\n::error::x\r\u{7F}=1|`<b>&\"'end.pcap"
  static let forms = [
    "", "--timeline", "--listeners", "--format ndjson", "--format csv", "--format summary", "--format junit",
    "--format markdown",
  ]

  @Test(arguments: forms)
  func reports(options: String) async throws {
    try await withHostileFile(SampleConversation.bytes.dropLast(3)) { path in
      let result = try await Tool.run(["analyze", path] + options.split(separator: " ").map(String.init))
      #expect(result.status == 65)
      expectHarmless(result.output, allowing: options.hasSuffix("csv") ? ["\n", "\r"] : ["\n"])
      if !options.hasSuffix("csv") { #expect(result.output.contains("begin") && result.output.contains("end.pcap")) }
      expectHarmless(result.errors)
      #expect(result.errors.hasPrefix("wirestat: warning: ") && result.errors.contains("begin\\u{1B}[2J\\u{9B}1m"))
      #expect(result.errors.split(separator: "\n").count == 1)
    }
  }

  /// Whatever a message quotes: a file, an output, an option, an interface, a filter.
  @Test(arguments: [
    ["analyze", name], ["follow", name, "--flow", "1"], ["analyze", "x", name, "-o", name],
    ["analyze", "x", "--\(name)"],
    ["analyze", "x", "--state", name], ["analyze", "x", "--state=\(name)"], [name], ["live", name], ["explain", name],
    ["follow", "x", "--flow", name], ["analyze", "x", "--max-memory", name], ["states", "LISTEN", name],
    ["analyze", "/bin/sh", "-o", "/nowhere/\(name)"], ["analyze", "::error::x", "--y=::error::x"],
  ])
  func messages(arguments: [String]) async throws {
    let result = try await Tool.run(arguments)
    #expect(result.status != 0)
    expectHarmless(result.errors)
    #expect(result.errors.hasPrefix("wirestat: "))
    #expect(!result.errors.contains(#/(^|\n) *::/#))
  }

  @Test func aNameThatIsNoUTF8IsVisible() async throws {
    let result = try await Tool.shell("$WIRESTAT analyze \"$(printf '/nowhere/a\\377\\233b')\"")
    #expect(result.status == 66)
    #expect(result.errors.contains("/nowhere/a\\xFF\\x9Bb"))
  }

  private func expectHarmless(_ text: String, allowing allowed: Set<Unicode.Scalar> = ["\n"]) {
    let raw = Set(text.unicodeScalars).subtracting(allowed).filter { scalar in
      scalar.value < 0x20 || (0x7f...0x9f).contains(scalar.value) || ["\u{202E}", "\u{2028}"].contains(scalar)
    }
    #expect(raw.isEmpty, "\(text.debugDescription)")
  }

  private func withHostileFile(_ bytes: some Collection<UInt8>, _ body: (String) async throws -> Void) async throws {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("wirestat-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let path = folder.path + "/" + Self.name
    #expect(FileManager.default.createFile(atPath: path, contents: Data(bytes)))
    try await body(path)
  }
}
