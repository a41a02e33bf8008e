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
}
