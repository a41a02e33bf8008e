import PacketDecoding
import TestSupport
import Testing

@testable import ConnectionTracking

/// When a limit bites, the least valuable flow goes, says so, and takes its memory with it.
@Suite("Limits of the tracker")
struct EvictionTests {
  private static let nothing: [UInt8] = []

  @Test
  func aFloodLeavesTheAnsweredFlows() {
    var configuration = TrackerConfiguration()
    configuration.maximumFlows = 100
    var tracker = ConnectionTracker(configuration)
    var events: [TrackerEvent] = []
    Self.open(host: 1, at: 0, &tracker, &events)
    for attempt in 0..<5_000 as Range<UInt32> {
      let syn = FlowTableTests.segment(from: 1000 + attempt, at: Int64(attempt) + 10)
      tracker.process(syn, payload: Self.nothing.span, into: &events)
      #expect(tracker.openFlows <= 100)
    }
    let evicted = Self.flows(events)
    #expect(evicted.count == 4_901)
    #expect(evicted.allSatisfy { $0.end == .evicted && $0.close == .unanswered })
    #expect(evicted.map(\.number) == Array(2...4_902), "the earliest attempts go first")
    events.removeAll()
    tracker.finish(into: &events)
    #expect(Self.flows(events).first?.clientEnd.state == .established)
  }

  /// An attempt that its sender repeats is replayed, and waits at the end of the line.
  @Test
  func whoTriesAgainWaitsAnew() {
    var configuration = TrackerConfiguration()
    configuration.maximumFlows = 5
    var tracker = ConnectionTracker(configuration)
    var events: [TrackerEvent] = []
    for (time, host) in [1, 2, 3, 4, 5, 2, 4, 6, 7, 8, 9, 6, 10, 11, 12].enumerated() as EnumeratedSequence<[UInt32]> {
      let syn = FlowTableTests.segment(from: host, at: Int64(time) * 1_000_000_000)
      tracker.process(syn, payload: Self.nothing.span, into: &events)
    }
    #expect(Self.flows(events).map(\.number) == [1, 3, 5, 2, 4, 7, 8])
    #expect(tracker.snapshot().map(\.number) == [6, 9, 10, 11, 12])
  }

  /// A flood is held in a fraction of what connections take.
  @Test
  func attemptsTakeLittle() {
    var configuration = TrackerConfiguration()
    configuration.maximumMemory = 128_000
    var tracker = ConnectionTracker(configuration)
    var events: [TrackerEvent] = []
    for host in 1...2000 as ClosedRange<UInt32> {
      let syn = FlowTableTests.segment(from: host, at: Int64(host))
      tracker.process(syn, payload: Self.nothing.span, into: &events)
    }
    #expect(tracker.openFlows >= 1000)
  }

  /// One flow goes on, the others are idle: it stays when there is no attempt left to give up.
  @Test
  func theIdleGoBeforeTheBusy() {
    var configuration = TrackerConfiguration()
    configuration.maximumFlows = 10
    var tracker = ConnectionTracker(configuration)
    var events: [TrackerEvent] = []
    for host in 1...200 as ClosedRange<UInt32> {
      Self.open(host: host, at: Int64(host) * 1000, &tracker, &events)
      var more = FlowTableTests.segment(from: 1, at: Int64(host) * 1000 + 500, flags: .ack)
      more.sequence = SequenceNumber(2)
      tracker.process(more, payload: Self.nothing.span, into: &events)
    }
    let evicted = Self.flows(events)
    #expect(evicted.count == 190)
    #expect(!evicted.contains { $0.number == 1 })
  }

  /// Many directions with a hole after every byte: what is kept of them is bounded together.
  @Test
  func holesCountAsMemory() {
    var configuration = TrackerConfiguration()
    configuration.maximumMemory = 3 << 18
    var tracker = ConnectionTracker(configuration)
    var events: [TrackerEvent] = []
    for host in 1...400 as ClosedRange<UInt32> {
      Self.open(host: host, at: Int64(host) * 1000, &tracker, &events)
      for hole in 1...200 {
        var segment = FlowTableTests.segment(from: host, at: Int64(host) * 1000 + Int64(hole), flags: .ack)
        segment.sequence = SequenceNumber(2) + 2 * hole
        segment.wirePayloadLength = 1
        tracker.process(segment, payload: Self.nothing.span, into: &events)
      }
    }
    #expect(tracker.openFlows > 50)
    #expect(tracker.openFlows < 380)
    #expect(Self.flows(events).allSatisfy { $0.end == .evicted })
  }

  /// A damaged segment, and an ICMP error, have a saved SYN replayed, so that its flow takes several times as much.
  @Test(arguments: [true, false])
  func aReplayedSYNIsCharged(byDamage: Bool) {
    var configuration = TrackerConfiguration()
    configuration.maximumMemory = 1 << 19
    var tracker = ConnectionTracker(configuration)
    var events: [TrackerEvent] = []
    let hosts = 1...1200 as ClosedRange<UInt32>
    for host in hosts {
      let syn = FlowTableTests.segment(from: host, at: Int64(host) * 1000)
      tracker.process(syn, payload: Self.nothing.span, into: &events)
    }
    #expect(tracker.openFlows == 1200)
    for host in hosts {
      var segment = FlowTableTests.segment(from: host, at: 5_000_000, flags: .ack)
      segment.checksum = .invalid
      let error = ICMPError(
        time: segment.time, frame: segment.frame, reporter: segment.destination.address, type: 3, code: 1,
        source: segment.source, destination: segment.destination, encapsulation: .none, sequence: segment.sequence)
      if byDamage {
        tracker.process(segment, payload: Self.nothing.span, into: &events)
      } else {
        tracker.process(error, into: &events)
      }
    }
    #expect(tracker.openFlows < 700)
    #expect(Self.flows(events).allSatisfy { $0.end == .evicted })
  }

  /// What a flow waited for is forgotten with it, though the time has not come.
  @Test
  func timersOfFlowsThatAreGoneTakeNoRoom() {
    var configuration = TrackerConfiguration()
    configuration.maximumFlows = 3
    var tracker = ConnectionTracker(configuration)
    var events: [TrackerEvent] = []
    var most = 0
    for host in 1...5_000 as ClosedRange<UInt32> {
      let syn = FlowTableTests.segment(from: host, at: Int64(host) * 2)
      var reset = FlowTableTests.segment(from: host, at: Int64(host) * 2 + 1, flags: [.rst, .ack])
      swap(&reset.source, &reset.destination)
      reset.acknowledgment = syn.sequence + 1
      for segment in [syn, reset] { tracker.process(segment, payload: Self.nothing.span, into: &events) }
      most = max(most, tracker.expiries.count)
    }
    #expect(Self.flows(events).count > 4_000)
    #expect(most > 500, "flows that were refused wait for what may come late")
    #expect(most < 1_100)
  }

  private static func open(
    host: UInt32, at time: Int64, _ tracker: inout ConnectionTracker, _ events: inout [TrackerEvent]
  ) {
    let syn = FlowTableTests.segment(from: host, at: time)
    var answer = FlowTableTests.segment(from: host, at: time + 1, flags: [.syn, .ack])
    swap(&answer.source, &answer.destination)
    var ack = FlowTableTests.segment(from: host, at: time + 2, flags: .ack)
    ack.sequence = SequenceNumber(2)
    for segment in [syn, answer, ack] { tracker.process(segment, payload: nothing.span, into: &events) }
  }

  private static func flows(_ events: [TrackerEvent]) -> [Flow] {
    events.compactMap { if case .ended(let flow) = $0 { flow } else { nil } }
  }
}
