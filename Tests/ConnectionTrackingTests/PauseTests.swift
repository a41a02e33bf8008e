import PacketDecoding
import TestSupport
import Testing

@testable import ConnectionTracking

/// Times without a packet wait beside the record, and are told of in order once the flow is.
@Suite("Pauses")
struct PauseTests {
  private static let opening = """
    0.000 c S 0:0(0)
    2.000 s S. 0:0(0) ack 1
    4.000 c . 1:1(0) ack 1
    """

  private func tracker(after script: String) throws -> ConnectionTracker {
    var tracker = ConnectionTracker(TrackerConfiguration())
    var events: [TrackerEvent] = []
    for var segment in try WireScript(script).lines.compactMap(\.segment) {
      segment.wireLength = 60
      tracker.process(segment, payload: [UInt8]().span, into: &events)
    }
    return tracker
  }

  /// Every segment of a slow connection ends a pause, and none of them makes extras.
  @Test func takeNoExtras() throws {
    var tracker = try tracker(after: Self.opening + "\n6.000 c F. 1:1(0) ack 1\n8.000 s F. 1:1(0) ack 2")
    #expect(tracker.stores.extras.footprint == 0)
    #expect(tracker.stores.pauses.count > 2)
    let flow = tracker.snapshot()[0]
    let silences = flow.observations.filter { $0.kind == .silence }
    #expect(silences.map(\.first.frame) == [2, 3, 4, 5])
    #expect(silences.allSatisfy { $0.delay == 2_000_000_000 })
    #expect(silences.map { $0.circumstances.contains(.endedByFIN) } == [false, false, true, true])
    #expect((silences.first?.senderState, silences.last?.senderState) == (.synReceived, .closeWait))
  }

  /// A pause that merely ended in more data gives way to the next such one, and is told of where something comes of it.
  @Test func thatEndInDataAreToldOfBeforeWhatComesOfThem() throws {
    let data = "\n6.000 c . 1:11(10) ack 1\n8.000 c . 11:21(10) ack 1"
    var merely = try tracker(after: Self.opening + data)
    #expect(merely.snapshot()[0].observations.filter { $0.kind == .silence }.map(\.first.frame) == [2])
    var closed = try tracker(after: Self.opening + data + "\n10.000 c F. 21:21(0) ack 1")
    #expect(closed.snapshot()[0].observations.filter { $0.kind == .silence }.map(\.first.frame) == [2, 5, 6])
  }

  /// More than wait beside the record move to the extras, in order, and all is given back.
  @Test func areToldOfHoweverManyThereAre() throws {
    var script = Self.opening
    for step in 0..<12 {
      script += "\n\(100 * (step + 1)).000 c . \(1 + step):\(2 + step)(1) ack 1"
    }
    var tracker = try tracker(after: script)
    let silences = tracker.snapshot()[0].observations.filter { $0.kind == .silence }
    #expect(silences.map(\.first.frame) == silences.map(\.first.frame).sorted())
    #expect(silences.reduce(0) { $0 + Int($1.count) } > Int(Pause.most))
    var events: [TrackerEvent] = []
    var reset = try #require(WireScript("1300.000 s R 1:1(0)").lines.compactMap(\.segment).first)
    reset.frame = 16
    tracker.process(reset, payload: [UInt8]().span, into: &events)
    tracker.advance(to: reset.time.advanced(byNanoseconds: 3_600_000_000_000), into: &events)
    #expect(tracker.snapshot().isEmpty)
    #expect(tracker.stores.pauses.count == 0)
    #expect(tracker.stores.extras.footprint == 0)
  }
}
