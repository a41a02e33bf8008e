import TestSupport
import Testing

@Suite("wirestat follow")
struct FollowCommandTests {
  @Test func bothDirectionsInTheOrderTheyCame() async throws {
    try await withConversation { path in
      let result = try await Tool.run("follow", path, "--flow", "1")
      #expect(result.status == 0)
      #expect(result.output == SampleConversation.request + SampleConversation.answer)
    }
  }

  @Test func oneDirection() async throws {
    try await withConversation { path in
      let client = try await Tool.run("follow", path, "--flow", "1", "--from", "client")
      #expect(client.output == SampleConversation.request)
      let server = try await Tool.run("follow", path, "--flow", "1", "--from", "server")
      #expect(server.output == SampleConversation.answer)
    }
  }

  @Test func hexadecimal() async throws {
    try await withConversation { path in
      let result = try await Tool.run("follow", path, "--flow", "1", "--hex")
      #expect(Snapshot("follow-hex.txt").difference(from: result.output) == nil)
    }
  }

  private static let obeyed = Array("a\u{1B}[2J\u{9B}\té漢\u{202E}\n".utf8) + [0xff, 0x62]

  /// A terminal makes CR LF of every LF.
  @Test(arguments: ["", "--raw"])
  func whatATerminalGets(options: String) async throws {
    try await withTemporaryFile(SampleConversation.carrying(Self.obeyed)) { path in
      let result = try await Tool.shell(
        "script -qec \"$WIRESTAT follow '$1' --flow 1 \(options)\" /dev/null | od -An -v -tx1 | tr -d ' \\n'", path)
      let dots = Array("a.[2J..\té漢...\n.b".utf8)
      let bytes = (options.isEmpty ? dots : Self.obeyed).flatMap { $0 == 0x0a ? [0x0d, $0] : [$0] }
      #expect(result.output == bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined())
    }
  }

  @Test func aPipeGetsTheBytes() async throws {
    try await withTemporaryFile(SampleConversation.carrying(Self.obeyed)) { path in
      let result = try await Tool.shell("$WIRESTAT follow \"$1\" --flow 1 | od -An -v -tx1 | tr -d ' \\n'", path)
      #expect(result.output == Self.obeyed.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined())
    }
  }

  @Test func rawAndHexadecimalAreTwoForms() async throws {
    #expect(try await Tool.run("follow", "x", "--flow", "1", "--raw", "--hex").status == 64)
  }

  /// 60 bytes of each packet: one message for a thousand segments.
  @Test func whatTheSnapLengthCutIsToldOnce() async throws {
    let result = try await Tool.run("follow", "\(SampleCaptures.folder)/link/snap-length-60.pcap", "--flow", "1")
    let lines = result.errors.split(separator: "\n")
    #expect(lines.count == 2)
    for (line, role) in zip(lines, ["client", "server"]) {
      let form =
        "wirestat: warning: [0-9]+ bytes of the \(role) are missing in frames? [0-9]+.*: cut by the snap length."
      #expect(try line.wholeMatch(of: Regex(form)) != nil, "\(line)")
    }
  }
}
