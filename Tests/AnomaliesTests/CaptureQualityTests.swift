import Anomalies
import ConnectionTracking
import PacketDecoding
import TestSupport
import Testing

@Suite("The quality of a capture, ICMP and limits")
struct CaptureQualityTests {
  @Test func cutPackets() {
    #expect(ids { $0.count(info(1, at: 0, length: 1500), captured: 60) }.contains("snaplen-truncated"))
    #expect(!ids { $0.count(info(1, at: 0, length: 60), captured: 60) }.contains("snaplen-truncated"))
  }

  @Test func timesThatGoBack() {
    let back = ids { quality in
      quality.count(info(1, at: 1000), captured: 60)
      quality.count(info(2, at: 998), captured: 60)
    }
    #expect(back.contains("capture-reordered") && !back.contains("clock-jump"))
    let jump = ids { quality in
      quality.count(info(1, at: 10_000), captured: 60)
      quality.count(info(2, at: 5000), captured: 60)
    }
    #expect(jump.contains("clock-jump") && !jump.contains("capture-reordered"))
    #expect(ids { quality in for frame in 1...9 { quality.count(info(UInt64(frame), at: 5), captured: 60) } }.isEmpty)
  }

  @Test func damagedAndUnsupported() {
    let found = ids { quality in
      quality.count(info(1, at: 0), captured: 60)
      quality.damagedFiles = 1
      quality.unsupportedPackets = 2
    }
    #expect(found == ["truncated-file", "unsupported-packets"])
  }

  @Test("an encapsulation that is not unwrapped is named with its count, the most frequent first")
  func hiddenPackets() throws {
    var statistics = CaptureStatistics()
    statistics.quality.count(info(1, at: 0), captured: 60)
    statistics.quality.unsupportedPackets = 1
    statistics.quality.hiddenPackets = ["ESP": 2, "EoIP": 7, "UDP port 5555": 1, "L2TP": 1, "WireGuard": 1]
    let finding = try #require(statistics.findings().first)
    #expect(statistics.findings().map(\.id) == ["unsupported-packets"])
    #expect(finding.advice == "Capture where the packets are not encapsulated.")
    statistics.quality.hiddenPackets = [:]
    #expect(statistics.findings().first?.advice == AnomalyRule.named("unsupported-packets")?.advice)
    #expect(
      finding.message == """
        13 packets could not be followed: 7 in EoIP, 2 in ESP, 1 in L2TP, 1 in UDP port 5555, others in 1 more \
        encapsulation, 1 in fragments given up or encapsulated too deep.
        """)
  }

  /// Half of the packets may be in there: the capture is not to blame.
  @Test("one direction alone, or bytes that are missing, are not held against the capture that hides packets")
  func hiddenDirection() throws {
    let oneSided = try WireScript(Self.oneDirection).flows()
    let gap = """
      1.000 c P. 1101:1151(50) ack 201 win 501 id 5
      1.010 s . 201:201(0) ack 1151 win 509 id 12
      """
    for (flows, id) in [
      (oneSided, "one-sided-capture"), (try WireScript(Example.exchange + gap).flows(), "capture-loss"),
    ] {
      var statistics = CaptureStatistics()
      statistics.quality.count(info(1, at: 0), captured: 60)
      for flow in flows { statistics.add(flow, []) }
      #expect(statistics.findings().map(\.id) == [id])
      statistics.quality.unsupportedPackets = 3
      #expect(Set(statistics.findings().map(\.id)) == [id, "unsupported-packets"])
      statistics.quality.hiddenPackets = ["MACsec": 9]
      let found = statistics.findings()
      #expect(found.map(\.id) == ["unsupported-packets"])
      #expect(found.first?.message.contains("What 1 connection of one direction") == (id == "one-sided-capture"))
    }
  }

  private static let oneDirection = (0..<8).map { index in
    "0.\(100 + index) c P. \(index * 10 + 1):\(index * 10 + 11)(10) ack \(index * 5 + 1) win 501"
  }.joined(separator: "\n")

  @Test func lossOfTheCapture() throws {
    var statistics = CaptureStatistics()
    let gap = """
      1.000 c P. 1101:1151(50) ack 201 win 501 id 5
      1.010 s . 201:201(0) ack 1151 win 509 id 12
      """
    for flow in try WireScript(Example.exchange + gap).flows() { statistics.add(flow, []) }
    #expect(statistics.findings().map(\.id) == ["capture-loss"])
  }

  @Test("a copy is no retransmission, and moves nothing")
  func copies() throws {
    let copied =
      Example.exchange + "1.000 c P. 101:151(50) ack 201 win 501 id 5\n1.001 c P. 101:151(50) ack 201 win 501 id 5"
    let flow = try #require(try WireScript(copied).flows().first)
    #expect(flow.clientEnd.retransmittedSegments == 0)
    #expect(flow.clientEnd.duplicatePackets == 1)
    #expect(flow.clientEnd.payloadBytes == 150)
  }

  /// A mirror of a port that sends each packet twice, before and after a tag is put on.
  @Test("a copy is known where each packet is captured in two encapsulations")
  func copiesInTwoEncapsulations() throws {
    let conversation = try WireScript(Example.exchange + "1.000 c P. 101:151(50) ack 201 win 501 id 5")
    var tracker = ConnectionTracker()
    var events: [TrackerEvent] = []
    for line in conversation.lines {
      guard var segment = line.segment else { continue }
      for encapsulation in [1, 2, 1, 2] as [UInt16] {
        segment.encapsulation = EncapsulationID(encapsulation)
        tracker.process(segment, payload: line.payload.span, into: &events)
        segment.time = segment.time.advanced(byNanoseconds: 100_000)
      }
    }
    tracker.finish(into: &events)
    let flows = events.compactMap { if case .ended(let flow) = $0 { flow } else { nil } }
    #expect(flows.count == 2)
    for flow in flows {
      #expect(flow.clientEnd.retransmittedSegments == 0)
      #expect(flow.clientEnd.duplicatePackets == flow.clientEnd.packets)
    }
  }

  @Test(arguments: [(UInt8(3), UInt8(3), true), (3, 13, true), (3, 4, false), (11, 0, true)])
  func icmpErrors(type: UInt8, code: UInt8, endsAttempt: Bool) throws {
    let line = try #require(try WireScript("0.000 c S 0:0(0)").lines.first)
    let syn = try #require(line.segment)
    var tracker = ConnectionTracker()
    var events: [TrackerEvent] = []
    tracker.process(syn, payload: line.payload.span, into: &events)
    let error = ICMPError(
      time: syn.time.advanced(byNanoseconds: 5_000_000), frame: 2, reporter: IPAddress(v4: 0x0A00_00FE), type: type,
      code: code, source: syn.source, destination: syn.destination, encapsulation: .none, sequence: syn.sequence)
    tracker.process(error, into: &events)
    tracker.finish(into: &events)
    let flows = events.compactMap { if case .ended(let flow) = $0 { flow } else { nil } }
    let flow = try #require(flows.first)
    #expect(flow.clientEnd.state == (endsAttempt ? .closed : .synSent))
    #expect(flow.clientEnd.isPresumed == endsAttempt)
    let finding = try #require(Findings().of(flow).first)
    #expect(finding.id == "syn-icmp-rejected")
    #expect(finding.frames == [1, 2])
    #expect(finding.wiresharkFilter == "frame.number in {1, 2}")
  }

  @Test("one connection on both sides of a NAT", arguments: [(0, 0, true), (1, 0, false), (0, 2, false)])
  func twins(sequence: Int, seconds: Int64, isTwin: Bool) throws {
    let inside = try #require(try WireScript(Example.exchange).flows().first)
    var outside = inside
    outside.number = 2
    outside.client = SocketAddress(address: IPAddress(v4: 0xC633_6401), port: 61_000)
    outside.firstSeen.time = inside.firstSeen.time.advanced(byNanoseconds: seconds * 1_000_000_000 + 40_000)
    outside.serverEnd.initialSequence = inside.serverEnd.initialSequence.map { $0 + sequence }
    var statistics = CaptureStatistics()
    for flow in [inside, outside] { statistics.add(flow, []) }
    #expect(statistics.findings().map(\.id) == (isTwin ? ["nat-translated-pair"] : []))
    if isTwin { #expect(statistics.findings()[0].message.hasSuffix("flow 2 is flow 1 again.")) }
  }

  @Test func evictedFlow() throws {
    var flow = try #require(try WireScript(Example.exchange).flows().first)
    #expect(Findings().of(flow).isEmpty)
    flow.end = .evicted
    #expect(Findings().of(flow).map(\.id) == ["evicted-flow"])
  }

  private func ids(_ feed: (inout CaptureQuality) -> Void) -> [String] {
    var statistics = CaptureStatistics()
    feed(&statistics.quality)
    return statistics.findings().map(\.id)
  }

  private func info(_ frame: UInt64, at milliseconds: Int64, length: Int = 60) -> PacketInfo {
    PacketInfo(
      time: Timestamp(nanoseconds: milliseconds * 1_000_000), frame: frame, originalLength: length, linkType: .ethernet)
  }
}
