import Foundation
import TestSupport
import Testing

@Suite("wirestat report")
struct ReportCommandTests {
  private static let capture = SampleCaptures.folder + "/close/close-wait-leak.pcap"

  private func withReport(_ options: [String] = [], _ body: (String) async throws -> Void) async throws {
    let written = try await Tool.run(["analyze", Self.capture, "--format", "ndjson"] + options)
    try await withTemporaryFile(Array(written.output.utf8), body)
  }

  @Test(arguments: [
    "", "--timeline", "--timeline --color always", "--format csv", "--format summary --state-names ss",
    "--format junit --fail-on error", "--format markdown", "--format ndjson", "--listeners",
  ])
  func saysWhatAnalyzeSays(options: String) async throws {
    let options = options.split(separator: " ").map(String.init)
    try await withReport(["--listeners"]) { file in
      var expected = try await Tool.run(["analyze", Self.capture] + options)
      if options == ["--format", "ndjson"] {
        expected.output = try String(contentsOfFile: file, encoding: .utf8)
          .split(separator: "\n").filter { !$0.contains("\"type\":\"listener\"") && !$0.contains("\"type\":\"host\"") }
          .map { $0 + "\n" }.joined()
      }
      let read = try await Tool.run(["report", file] + options)
      #expect(read.output == expected.output)
      #expect(read.status == expected.status)
    }
  }

  @Test func readsStandardInput() async throws {
    let result = try await Tool.shell(
      "$WIRESTAT analyze $1 --format ndjson | $WIRESTAT report - --format csv", Self.capture)
    #expect(result.status == 0)
    #expect(result.output == (try await Tool.run("analyze", Self.capture, "--format", "csv")).output)
  }

  @Test func reportsWhatStandsBeforeTheDamage() async throws {
    try await withReport { file in
      let lines = try String(contentsOfFile: file, encoding: .utf8).split(separator: "\n")
      let damaged = "\(lines[0])\n{\"type\":\"flow\",\n"
      try await withTemporaryFile(Array(damaged.utf8)) { file in
        let result = try await Tool.run("report", file, "--format", "csv")
        #expect(result.status == 65)
        #expect(result.errors == "wirestat: \(file) is no NDJSON of wirestat from line 2, byte 16: '\"' is missing.\n")
        #expect(result.output.split(separator: "\r\n").count == 2)
      }
    }
  }

  @Test func saysThatTheEndIsMissing() async throws {
    try await withReport { file in
      let first = try String(contentsOfFile: file, encoding: .utf8).split(separator: "\n")[0]
      try await withTemporaryFile(Array("\(first)\n".utf8)) { file in
        let result = try await Tool.run("report", file, "--format", "summary")
        #expect(result.status == 65)
        #expect(result.errors.contains("ends before its summary"))
        #expect(result.output.contains("1 flow"))
      }
    }
  }

  @Test func saysThatListenersAreMissing() async throws {
    try await withReport { file in
      let result = try await Tool.run("report", file, "--listeners")
      #expect(result.status == 65)
      #expect(result.errors.contains("write it with --listeners"))
    }
  }

  @Test(arguments: [
    ("/nowhere/flows.ndjson", 66), ("/bin/sh", 65), ("/", 74), ("x -o x", 64), ("x --format xml", 64),
    ("/dev/null --fail-on error", 65),
  ])
  func oneSentenceOnWhatIsNone(arguments: String, status: Int) async throws {
    let result = try await Tool.run(["report"] + arguments.split(separator: " ").map(String.init))
    #expect(result.status == Int32(status))
    #expect(result.errors.hasPrefix("wirestat: "))
    #expect(status == 64 || result.errors.split(separator: "\n").count == 1)
  }
}
