import TestSupport
import Testing

@Suite("Exit statuses, and one sentence each")
struct ExitStatusTests {
  @Test(arguments: [
    "analyze", "nonsense", "analyze x --format xml", "analyze x --state OPEN", "analyze x --host 1.2.3",
    "analyze x --port 65536", "analyze x --timeline --format csv", "analyze x -o x", "analyze x --stack beos",
    "states OPEN", "states UNKNOWN", "follow x", "analyze x --fail-on loud", "analyze x --threshold close-wait=30",
    "analyze x --threshold patience=1s", "analyze x --listeners --format csv", "analyze x --listeners --timeline",
  ])
  func aMistakeOnTheCommandLine(arguments: String) async throws {
    let result = try await Tool.run(arguments.split(separator: " ").map(String.init))
    #expect(result.status == 64)
    #expect(result.errors.hasPrefix("wirestat: "))
    #expect(result.output == "")
  }

  @Test(
    arguments: zip(
      ["analyze /nowhere/x.pcap", "follow /nowhere/x.pcap --flow 1", "analyze /bin/sh", "analyze /"], [66, 66, 65, 66]))
  func anInputThatIsNone(arguments: String, status: Int) async throws {
    let result = try await Tool.run(arguments.split(separator: " ").map(String.init))
    #expect(result.status == Int32(status))
    #expect(result.errors.hasPrefix("wirestat: "))
    #expect(result.errors.split(separator: "\n").count == 1)
    #expect(result.output == "")
  }

  @Test(arguments: ["--version", "--help", "help analyze", "analyze --help", "states", "states LAST_ACK"])
  func whatWasAskedFor(arguments: String) async throws {
    let result = try await Tool.run(arguments.split(separator: " ").map(String.init))
    #expect(result.status == 0)
    #expect(result.errors == "")
    #expect(result.output != "")
  }

  @Test func aFilterThatIsNone() async throws {
    try await withConversation { path in
      let result = try await Tool.run("analyze", path, "--filter", "tcp prot 80")
      #expect(result.status == 64)
      #expect(result.output == "")
    }
  }

  @Test func aFileThatEndsInsideAPacketIsReportedAsFarAsItGoes() async throws {
    try await withTemporaryFile(SampleConversation.bytes.dropLast(3)) { path in
      let result = try await Tool.run("analyze", path, "--format", "csv")
      #expect(result.status == 65)
      #expect(result.output.split(separator: "\r\n").count == 2)
      #expect(result.errors.hasPrefix("wirestat: warning: "))
      #expect(result.errors.split(separator: "\n").count == 1)
    }
  }

  @Test func anOutputThatCannotBeWritten() async throws {
    try await withConversation { path in
      let result = try await Tool.run("analyze", path, "-o", "/nowhere/report")
      #expect(result.status == 74)
      let full = try await Tool.shell("$WIRESTAT analyze \"$1\" > /dev/full", path)
      #expect(full.status == 74)
      #expect(full.errors.split(separator: "\n").count == 1)
    }
  }

  @Test func aFlowThatIsNotThere() async throws {
    try await withConversation { path in
      let result = try await Tool.run("follow", path, "--flow", "2")
      #expect(result.status == 64)
      #expect(result.errors == "wirestat: there is no flow 2: the captures hold 1.\n")
    }
  }
}
