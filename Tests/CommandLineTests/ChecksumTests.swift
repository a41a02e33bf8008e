import TestSupport
import Testing

@Suite("--verify-checksums")
struct ChecksumTests {
  private func analyze(_ sample: String, _ options: String...) async throws -> Tool.Result {
    try await Tool.run(["analyze", "\(SampleCaptures.folder)/\(sample)", "--timeline"] + options)
  }

  @Test func aBrokenSegmentMovesNothing() async throws {
    let result = try await analyze("malformed/bad-checksum.pcap", "--verify-checksums")
    #expect(result.output.contains("1 of 12 segments has a wrong checksum; 1 of them counts for nothing"))
    #expect(result.output.contains("info     bad-checksum  frame 5"))
    #expect(!result.output.contains("RST"))
    #expect(result.output.contains("client is in TIME_WAIT"))
  }

  @Test func theyAreNotReadByDefault() async throws {
    let result = try await analyze("malformed/bad-checksum.pcap")
    #expect(!result.output.contains("checksum  "))
    #expect(result.output.contains("RST"))
  }

  /// No checksum of that host is good, so its segments count as those of any other capture.
  @Test func aHostThatLeavesThemToItsCardIsBelieved() async throws {
    let verified = try await analyze("link/checksum-offload.pcap", "--verify-checksums")
    #expect(verified.output.contains("info     checksum-offload  None of the 6 checksums of 10.77.0.1 is good"))
    #expect(!verified.output.contains("bad-checksum"))
    let plain = try await analyze("link/checksum-offload.pcap")
    let flow = { (text: String) in text.split(separator: "\n").drop { !$0.hasPrefix("flow 1") } }
    #expect(flow(verified.output) == flow(plain.output))
  }

  @Test func goodOnesSayNothing() async throws {
    let result = try await analyze("close/four-way-by-client.pcap", "--verify-checksums")
    #expect(!result.output.contains("checksum  "))
  }
}
