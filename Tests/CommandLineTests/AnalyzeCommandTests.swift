import Foundation
import TestSupport
import Testing

@Suite("wirestat analyze")
struct AnalyzeCommandTests {
  @Test(
    arguments: zip(
      ["table", "ladder", "csv", "ndjson", "summary", "colours", "listeners", "junit", "markdown"],
      [
        "", "--timeline", "--format csv", "--format ndjson", "--format summary --state-names ss",
        "--timeline --color always", "--listeners", "--format junit", "--format markdown",
      ]))
  func output(name: String, options: String) async throws {
    try await withConversation { path in
      let result = try await Tool.run(["analyze", path] + words(options))
      #expect(result.status == 0)
      #expect(result.errors == "")
      let text = result.output.replacing(path, with: "FILE")
      #expect(Snapshot("analyze-\(name).txt").difference(from: text) == nil)
    }
  }

  @Test(arguments: [
    "--flow 1", "--flow 2 --flow 1", "--port 80", "--port 40000", "--host 10.0.0.2", "--state close-wait",
    "--final-state timewait", "--state CLOSING --state TCP_LAST_ACK", "--filter tcp", "--host 10.0.0.1 --port 80",
  ])
  func theFlowIsChosen(options: String) async throws { try await expect(1, of: options) }

  @Test(arguments: [
    "--flow 2", "--port 81", "--host 10.0.0.3", "--host ::ffff:10.0.0.2", "--state TCP_CLOSING",
    "--final-state ESTAB", "--open", "--state closewait --port 81", "--filter udp",
  ])
  func theFlowIsNotChosen(options: String) async throws { try await expect(0, of: options) }

  @Test(arguments: ["--max-flows 0", "--max-memory 0", "--max-memory 12X", "--max-memory 99999999999G"])
  func limitsAreChecked(options: String) async throws {
    try await withConversation { path in
      let result = try await Tool.run(["analyze", path] + words(options))
      #expect(result.status == 64)
    }
  }

  /// With `--fail-on` each flow is examined; without it, ordinary ones are only counted.
  @Test(arguments: SampleCaptures.paths)
  func countsAreTheSameWhereFlowsAreExamined(path: String) async throws {
    for view in ["--listeners", "--format summary"] {
      let counted = try await Tool.run(["analyze", path] + words(view))
      let examined = try await Tool.run(["analyze", path, "--fail-on", "land-attack"] + words(view))
      #expect(counted.output == examined.output)
    }
  }

  @Test
  func statisticsGoToStandardError() async throws {
    try await withConversation { path in
      let plain = try await Tool.run(["analyze", path])
      let result = try await Tool.run(["analyze", path, "--stats", "--max-memory", "64M"])
      #expect(result.output == plain.output)
      #expect(result.errors.contains("packets/s"))
      #expect(result.errors.contains("peak memory"))
    }
  }

  private func expect(_ count: Int, of options: String) async throws {
    try await withConversation { path in
      let result = try await Tool.run(["analyze", path, "--format", "csv"] + words(options))
      #expect(result.status == 0)
      #expect(result.output.split(separator: "\r\n").count == 1 + count)
    }
  }

  @Test func aFileIsWrittenInPlaceOfStandardOutput() async throws {
    try await withConversation { path in
      try await withTemporaryFile(Array("what was there before, and much longer".utf8)) { output in
        let result = try await Tool.run("analyze", path, "--format", "summary", "-o", output)
        let expected = try await Tool.run("analyze", path, "--format", "summary")
        #expect(result.status == 0)
        #expect(result.output == "")
        #expect(try String(contentsOfFile: output, encoding: .utf8) == expected.output)
      }
    }
  }

  /// Under whatever name: what is to be read is not written over.
  @Test func aCaptureIsNotOverwritten() async throws {
    try await withConversation { path in
      let alias = "/./" + path
      let result = try await Tool.run("analyze", path, "-o", alias)
      #expect(result.status == 64)
      #expect(result.errors.hasPrefix("wirestat: \(alias) would be overwritten: it is one of the captures.\n"))
      let kept = try await Tool.run("analyze", path)
      #expect(kept.output.contains("11 packets"))
    }
  }

  /// Twelve clients in every stage of life; the totals are those of the flows that were asked for.
  @Test func theSummaryIsOfTheFlowsAskedFor() async throws {
    let sample = "\(SampleCaptures.folder)/open/many-clients.pcap"
    let one = try await Tool.run("analyze", sample, "--format", "summary", "--flow", "1")
    #expect(one.output.contains("12 flows (1 shown)"))
    #expect(one.output.contains("first to close        1 "))
    let none = try await Tool.run("analyze", sample, "--format", "summary", "--port", "1")
    #expect(none.output.split(separator: "\n").count == 1)
  }

  @Test func standardInputGivesWhatTheFileGives() async throws {
    try await withConversation { path in
      let piped = try await Tool.shell("cat \"$1\" | $WIRESTAT analyze - --format csv", path)
      #expect(piped.output == (try await Tool.run("analyze", path, "--format", "csv")).output)
    }
  }

  @Test func everyLineOfEverySampleFollowsTheSchema() async throws {
    let script = "for file; do $WIRESTAT analyze \"$file\" --format ndjson --listeners 2>/dev/null; done"
    let schema = try JSONSchema.ofReports()
    let result = try await Tool.shell(script, SampleCaptures.paths)
    let lines = result.output.split(separator: "\n")
    for line in lines { #expect(schema.violations(in: try JSONValue(parsing: line)) == []) }
    #expect(lines.count { $0.hasPrefix("{\"type\":\"summary\"") } == SampleCaptures.paths.count)
  }

  @Test func theSameInputGivesTheSameBytes() async throws {
    let script = "for file; do $WIRESTAT analyze \"$file\" --timeline 2>/dev/null; done"
    let samples = SampleCaptures.paths.filter { !$0.contains("/truth/") }
    let first = try await Tool.shell(script, samples)
    #expect(try await Tool.shell(script, samples).output == first.output)
  }

  @Test func aReaderThatStopsEarlyIsNoError() async throws {
    try await withTemporaryFile(SampleConversation.attempts(2000)) { path in
      let result = try await Tool.shell(
        "{ $WIRESTAT analyze \"$1\" --format ndjson; echo \"status $?\" >&2; } | head -c 10", path)
      #expect(result.output == "{\"type\":\"f")
      #expect(result.errors == "status 0\n")
    }
  }

  @Test func interruptionReportsWhatWasRead() async throws {
    try await withConversation { path in
      // A pipe that stays open, so that the tool waits for more. A background job of a shell ignores the signal
      // unless it asks for it.
      let result = try await Tool.shell(
        """
        mkfifo "$1.pipe" && exec 4<>"$1.pipe" && rm "$1.pipe"
        cat "$1" >&4
        $WIRESTAT analyze - --format csv <&4 & tool=$!
        for try in 1 2 3; do sleep 1; kill -INT $tool 2>/dev/null; sleep 2; kill -0 $tool 2>/dev/null || break; done
        wait $tool
        echo "status $?" >&2
        """, path)
      #expect(result.errors == "status 0\n")
      #expect(result.output.split(separator: "\r\n").count == 2)
    }
  }

  private func words(_ options: String) -> [String] { options.split(separator: " ").map(String.init) }
}
