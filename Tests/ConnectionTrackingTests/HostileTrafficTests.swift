import ConnectionTracking
import PacketDecoding
import TestSupport
import Testing

/// What is held stays within its limits, whatever comes; the benchmarks show the same of millions of packets.
struct HostileTrafficTests {
  @Test func aFloodOfSourcesHoldsNoMoreThanTheLimit() {
    var storm = Storm(maximumFlows: 500)
    for index in 0..<20_000 as Range<UInt32> {
      storm.send([.syn], from: 0x0B00_0000 + index &* 251, port: UInt16(truncatingIfNeeded: index &* 40_503))
      if index % 100 == 0 { #expect(storm.openFlows <= 500) }
    }
    #expect(storm.openFlows == 500)
    #expect(storm.evicted == 19_500)
  }

  @Test(arguments: [0, 20] as [UInt32])
  func addressesWithAPatternAreStillFlowsOfTheirOwn(shift: UInt32) {
    var storm = Storm(maximumFlows: 100_000)
    // Client and server change together, so that the sum or XOR of all of a flow is always the same.
    for round in 0..<2 as Range<UInt32> {
      for index in 0..<4096 as Range<UInt32> {
        let bits = index << shift
        storm.send([.ack], from: 0x0A00_0000 ^ bits, to: 0xC0A8_0000 ^ bits, sequence: round)
      }
    }
    #expect(storm.openFlows == 4096)
  }

  @Test func oneConnectionOfNonsenseIsBounded() {
    var storm = Storm(maximumFlows: 100)
    var generator = SeededGenerator(seed: 11)
    for _ in 0..<20_000 {
      let bits = generator.next()
      storm.send(
        TCPFlags(rawValue: UInt16(bits & 0x3F)), isReply: bits & 64 == 0,
        sequence: UInt32(truncatingIfNeeded: bits >> 8), acknowledgment: UInt32(truncatingIfNeeded: generator.next()),
        payload: Int(bits >> 60))
    }
    #expect(storm.openFlows <= 1)
    #expect(storm.ended.allSatisfy { $0.timeline.count <= 512 })
  }

  @Test func clocksThatJumpEndNothingTwice() {
    var storm = Storm(maximumFlows: 50)
    var generator = SeededGenerator(seed: 12)
    for index in 0..<10_000 as Range<UInt32> {
      storm.nanoseconds = Int64(truncatingIfNeeded: generator.next())
      storm.send(index % 3 == 0 ? [.syn] : [.rst], from: index % 200)
    }
    #expect(storm.openFlows <= 50)
    #expect(Set(storm.ended.map(\.number)).count == storm.ended.count)
  }

  /// Every other byte behind a hole: what has not come out yet waits, and no more than the limit of it.
  @Test func bytesBehindAHoleAreBounded() {
    var storm = Storm(maximumFlows: 1, outOfOrder: 1000)
    storm.send([.syn], sequence: 0)
    storm.send([.syn, .ack], isReply: true, sequence: 0, acknowledgment: 1)
    storm.send([.ack], sequence: 1, acknowledgment: 1)
    storm.send([.ack], isReply: true, sequence: 1, acknowledgment: 1)
    for index in 0..<5000 as Range<UInt32> {
      storm.send([.ack], sequence: 2 + 2 * index, acknowledgment: 1, payload: 1)
      if index % 100 == 0 { #expect(Int(index) - storm.streamedBytes <= 1000) }
    }
    #expect(storm.streamedBytes >= 4000)
  }
}

/// Segments one millisecond after another, straight into a tracker.
private struct Storm: ~Copyable {
  var nanoseconds: Int64 = 0
  private(set) var evicted = 0
  private(set) var streamedBytes = 0
  private(set) var ended: [Flow] = []
  private var tracker: ConnectionTracker
  private var events: [TrackerEvent] = []
  private var frame: UInt64 = 0

  init(maximumFlows: Int, outOfOrder: Int? = nil) {
    var configuration = TrackerConfiguration()
    configuration.maximumFlows = maximumFlows
    configuration.reassemblesStreams = outOfOrder != nil
    configuration.maximumOutOfOrderBytes = outOfOrder ?? 0
    tracker = ConnectionTracker(configuration)
  }

  var openFlows: Int { tracker.openFlows }

  mutating func send(
    _ flags: TCPFlags, from client: UInt32 = 1, port: UInt16 = 1024, to server: UInt32 = 2, isReply: Bool = false,
    sequence: UInt32 = 0, acknowledgment: UInt32? = nil, payload: Int = 0
  ) {
    frame += 1
    nanoseconds &+= 1_000_000
    let ends = [
      SocketAddress(address: IPAddress(v4: client), port: port),
      SocketAddress(address: IPAddress(v4: server), port: 80),
    ]
    let segment = Segment(
      time: Timestamp(nanoseconds: nanoseconds), frame: frame, source: ends[isReply ? 1 : 0],
      destination: ends[isReply ? 0 : 1], sequence: SequenceNumber(sequence),
      acknowledgment: acknowledgment.map(SequenceNumber.init), flags: flags, window: 65_535,
      wirePayloadLength: payload)
    let bytes = [UInt8](repeating: 0x5A, count: payload)
    tracker.process(segment, payload: bytes.span, into: &events)
    for event in events { take(event) }
    events.removeAll(keepingCapacity: true)
  }

  private mutating func take(_ event: TrackerEvent) {
    switch event {
    case .ended(let flow):
      ended.append(flow)
      if flow.end == .evicted { evicted += 1 }
    case .stream(let step):
      if case .bytes(let bytes) = step.content { streamedBytes += bytes.count }
    default: break
    }
  }
}
