import PacketDecoding
import TestSupport
import Testing

@Suite("--fail-on and --threshold")
struct FindingOptionsTests {
  private func analyze(_ sample: String, _ options: String) async throws -> Tool.Result {
    try await Tool.run(
      ["analyze", "\(SampleCaptures.folder)/\(sample)"] + options.split(separator: " ").map(String.init))
  }

  @Test(
    arguments: zip(
      [
        "", "--fail-on never", "--fail-on error", "--fail-on request-after-fin", "--fail-on syn-timeout",
        "--fail-on syn-timeout --fail-on request-after-fin", "--fail-on error --flow 2",
      ], [0, 0, 1, 1, 0, 1, 3]))
  func aFindingMakesTheRunFail(options: String, status: Int) async throws {
    let result = try await analyze("reset/request-crosses-fin.pcap", options)
    #expect(result.status == Int32(status))
    #expect(result.output.contains("1 flow"))
    #expect(result.errors.isEmpty == (status == 0))
  }

  @Test func theReasonIsOneSentence() async throws {
    let result = try await analyze("reset/request-crosses-fin.pcap", "--fail-on request-after-fin")
    #expect(result.errors == "wirestat: --fail-on caught request-after-fin.\n")
  }

  /// A port that nobody uses, or a capture that holds nothing: that no finding was caught says nothing there.
  @Test func aGateThatJudgesNoFlowIsNotPassed() async throws {
    let unused = try await analyze("close/three-way.pcap", "--fail-on error --port 81")
    #expect(unused.status == 3)
    #expect(unused.errors == "wirestat: --fail-on had no flow to judge: none of 1 is one of those asked for.\n")
    let empty = try await analyze("close/three-way.pcap", "--fail-on error --filter udp")
    #expect(empty.status == 3)
    #expect(empty.errors == "wirestat: --fail-on had no flow to judge: the capture holds none.\n")
    let ungated = try await analyze("close/three-way.pcap", "--port 81")
    #expect(ungated.status == 0)
  }

  @Test func aDamagedCaptureGoesBeforeAFinding() async throws {
    let result = try await analyze("malformed/file-cut-short.pcap", "--fail-on truncated-file")
    #expect(result.status == 65)
  }

  @Test func aThresholdMovesAFinding() async throws {
    let usual = try await analyze("close/fin-wait-2-held.pcap", "--fail-on fin-wait-2-stuck")
    let strict = try await analyze(
      "close/fin-wait-2-held.pcap", "--fail-on fin-wait-2-stuck --threshold fin-wait-2=1s")
    #expect(usual.status == 0)
    #expect(strict.status == 1)
    #expect(strict.output.contains("fin-wait-2-stuck"))
  }

  /// SYNs of forged sources to one listener; nobody uses the other port.
  @Test(
    arguments: zip(
      [
        "--fail-on syn-flood", "--fail-on syn-flood --port 8080", "--fail-on syn-flood --flow 1",
        "--fail-on syn-flood --port 81", "--fail-on syn-flood --flow 100000",
      ], [1, 1, 1, 3, 3]))
  func aListenerIsJudgedWithTheFlowsAskedFor(options: String, status: Int) async throws {
    let result = try await analyze("open/syn-flood.pcap", options + " --threshold syns-per-second=5")
    #expect(result.status == Int32(status))
    #expect(result.output.contains("handshakes were finished") == (status == 1))
  }

  @Test(arguments: ["", "--flow 1", "--flow 2", "--port 81"])
  func theCaptureIsJudgedAlways(options: String) async throws {
    let result = try await analyze("link/snap-length-60.pcap", "--fail-on snaplen-truncated " + options)
    #expect(result.status == 1)
    #expect(result.output.contains("snaplen-truncated"))
  }

  /// More sources than there is room for, each with one SYN, ahead of a host that resets 3,000 connections in a second.
  @Test func aFloodOfSourcesHidesNoStorm() async throws {
    var writer = PcapWriter(linkType: .raw)
    var microseconds: Int64 = 0
    func append(_ packet: PacketBuilder) {
      writer.append(packet.bytes, at: Timestamp(nanoseconds: microseconds * 1000))
      microseconds += 50
    }
    for number in 0..<20_000 {
      let source = "198.\(18 + number / 65_536).\(number / 256 % 256).\(number % 256)"
      append(.tcp(sequence: UInt32(number), flags: .syn).inIPv4(from: source, to: "192.0.2.2"))
    }
    for port in 1...3000 as ClosedRange<UInt16> {
      append(.tcp(from: 40_000, to: port, sequence: 1, flags: .syn).inIPv4(from: "192.0.2.1", to: "192.0.2.3"))
      append(
        .tcp(from: port, to: 40_000, acknowledgment: 2, flags: [.rst, .ack]).inIPv4(from: "192.0.2.3", to: "192.0.2.1"))
    }
    try await withTemporaryFile(writer.bytes) { path in
      let result = try await Tool.run("analyze", path, "--fail-on", "rst-storm", "--format", "summary")
      #expect(result.status == 1)
      #expect(result.errors == "wirestat: --fail-on caught rst-storm.\n")
      let listed = try await Tool.run("analyze", path, "--listeners")
      #expect(listed.output.contains("left out for want of room"))
      #expect(listed.output.contains("limit-reached"))
    }
  }

  /// A connection that nothing is wrong with says nothing above info.
  @Test(arguments: [
    "open/handshake.pcap", "close/four-way-by-client.pcap", "close/four-way-by-server.pcap", "close/three-way.pcap",
    "close/half-close.pcap", "close/fin-with-data.pcap", "close/fin-wait-2-held.pcap", "link/ipv6.pcap",
    "link/vlan.pcap", "link/vlan-stacked.pcap", "options/no-timestamps.pcap", "options/explicit-congestion.pcap",
    "options/fast-open.pcap", "options/urgent-data.pcap", "window/keepalive.pcap",
  ])
  func cleanSamplesPass(sample: String) async throws {
    let result = try await analyze(sample, "--fail-on notice")
    #expect(result.status == 0, "\(result.errors)")
  }
}
