import ConnectionTracking
import Foundation
import PacketDecoding
import TestSupport
import Testing

/// Any segments whatever: no trap, every bound holds, and the same input gives the same output.
///
/// `FUZZ_SEGMENTS=100000000 swift test --filter TrackerFuzzTests` runs longer than the 200 000 of every run.
struct TrackerFuzzTests {
  private static let segments = ProcessInfo.processInfo.environment["FUZZ_SEGMENTS"].flatMap { Int($0) } ?? 200_000

  @Test(arguments: UInt64(0)..<4)
  func anySegments(seed: UInt64) {
    #expect(run(seed: seed, count: Self.segments / 4) == [])
  }

  @Test func sameInputSameOutput() {
    var outputs: [String] = []
    for _ in 0..<2 {
      var digest: [String] = []
      _ = run(seed: 99, count: 5000) { digest.append("\($0)") }
      outputs.append(digest.joined(separator: "\n"))
    }
    #expect(outputs[0] == outputs[1])
    #expect(!outputs[0].isEmpty)
  }

  /// Feeds a tracker of few flows, and names each broken bound.
  private func run(seed: UInt64, count: Int, _ visit: (TrackerEvent) -> Void = { _ in }) -> Set<String> {
    var segments = SegmentFuzzer(seed: seed)
    var configuration = TrackerConfiguration()
    configuration.maximumFlows = 8
    configuration.reportsTransitions = true
    configuration.reassemblesStreams = true
    configuration.maximumOutOfOrderBytes = 5000
    configuration.stack = StackProfile.all[Int(seed) % StackProfile.all.count]
    var tracker = ConnectionTracker(configuration)
    var events: [TrackerEvent] = []
    var breaches: Set<String> = []
    for _ in 0..<count {
      let (segment, payload) = segments.next()
      tracker.observe(segment, payload: payload.span, into: &events)
      if tracker.openFlows > configuration.maximumFlows { breaches.insert("too many flows") }
      for event in events {
        breaches.formUnion(bounds(event))
        visit(event)
      }
      events.removeAll(keepingCapacity: true)
    }
    tracker.finish(into: &events)
    for event in events { visit(event) }
    return breaches
  }

  private func bounds(_ event: TrackerEvent) -> Set<String> {
    guard case .ended(let flow) = event else { return [] }
    var breaches: Set<String> = []
    if flow.timeline.count > 512 { breaches.insert("a timeline of \(flow.timeline.count)") }
    for role in EndpointRole.allCases {
      let end = flow[role]
      if end.distinctPayloadBytes + end.retransmittedBytes > end.payloadBytes { breaches.insert("too many bytes") }
      let times = end.nanosecondsInState
      if (0..<times.count).contains(where: { times[$0] < 0 }) { breaches.insert("negative time") }
      let entries = flow.timeline.filter { $0.endpoint == role }
      if flow.timelineOmitted == 0, zip(entries, entries.dropFirst()).contains(where: { $0.to != $1.from }) {
        breaches.insert("a broken chain")
      }
    }
    return breaches
  }
}

/// Segments between few sockets, their numbers near each other's, near the edges and anywhere, in time that mostly goes
/// on.
private struct SegmentFuzzer {
  private var random: SeededGenerator
  private var time: Int64 = 1_700_000_000_000_000_000
  private var frame: UInt64 = 0
  private var last: [UInt32] = [0, .max - 50]

  init(seed: UInt64) { random = SeededGenerator(seed: seed) }

  mutating func next() -> (segment: Segment, payload: [UInt8]) {
    frame += 1
    time &+= pick([0, 1_000_000, 1_000_000, 50_000_000, 3_000_000_000, 70_000_000_000, -2_000_000_000])
    let from = Int.random(in: 0..<2, using: &random)
    let port = UInt16.random(in: 1000..<1012, using: &random)
    let ends = [SocketAddress(address: WireScript.client.address, port: port), WireScript.server]
    let length = pick([0, 0, 0, 1, 50, 100, 65_000])
    let sequence = number(near: last[from])
    var segment = Segment(
      time: Timestamp(nanoseconds: time), frame: frame, source: ends[from], destination: ends[1 - from],
      sequence: SequenceNumber(sequence), flags: flags(), window: UInt16.random(in: 0...UInt16.max, using: &random),
      wirePayloadLength: length)
    if segment.flags.contains(.ack) { segment.acknowledgment = SequenceNumber(number(near: last[1 - from])) }
    if pick([true, false]) { addOptions(to: &segment) }
    last[from] = segment.sequenceEnd.rawValue
    let payload = [UInt8](repeating: UInt8(truncatingIfNeeded: sequence), count: min(length, pick([60, 100])))
    segment.payload = 0..<payload.count
    return (segment, payload)
  }

  private mutating func addOptions(to segment: inout Segment) {
    segment.options.kinds = [.timestamps, .windowScale, .sack]
    segment.options.timestampValue = pick([0, UInt32(truncatingIfNeeded: time / 1_000_000), .max, 5])
    segment.options.windowScale = pick([0, 7, 14, 255])
    let block = SACKBlock(left: SequenceNumber(number(near: last[0])), right: SequenceNumber(number(near: last[1])))
    _ = segment.options.sackBlocks.append(block)
  }

  private mutating func flags() -> TCPFlags {
    pick([
      .syn, [.syn, .ack], .ack, .ack, .ack, [.psh, .ack], [.fin, .ack], .rst, [.rst, .ack],
      TCPFlags(rawValue: UInt16.random(in: 0...0xFFF, using: &random)),
    ])
  }

  private mutating func number(near other: UInt32) -> UInt32 {
    let steps: [UInt32] = [0, 0, 0, 0, 1, .max, 100, 0 &- 100, 70_000, 1 << 31, (1 << 31) - 1]
    return pick([other, other, other, other &+ pick(steps), .max, 0, UInt32.random(in: 0...UInt32.max, using: &random)])
  }

  private mutating func pick<Value>(_ values: [Value]) -> Value {
    values[Int.random(in: 0..<values.count, using: &random)]
  }
}
