import ConnectionTracking
import PacketDecoding
import TestSupport
import Testing

/// Every table of the tracker is bounded, and says so when the bound bites.
struct LimitsTests {
  @Test func unansweredAttemptsAreEvictedFirst() {
    var network = Network(maximumFlows: 3)
    network.establish(1, at: 0)
    network.attempt(2, at: 1)
    network.attempt(3, at: 2)
    network.attempt(4, at: 3)
    network.attempt(5, at: 4)
    #expect(network.evicted == [2, 3])
    #expect(network.openFlows == 3)
  }

  @Test func theLongestSilentIsEvictedNext() {
    var network = Network(maximumFlows: 2)
    network.establish(1, at: 0)
    network.establish(2, at: 1)
    network.speak(1, at: 2)
    network.establish(3, at: 3)
    network.establish(4, at: 4)
    #expect(network.evicted == [2, 1])
  }

  @Test func evictedFlowsLeaveWithTheirTimeline() throws {
    var network = Network(maximumFlows: 1)
    network.establish(1, at: 0)
    network.attempt(2, at: 1)
    let flow = try #require(network.ended.first)
    #expect(flow.end == .evicted)
    #expect(flow.clientEnd.state == .established)
    #expect(!flow.timeline.isEmpty)
  }

  @Test func closedFlowsMakeRoomByThemselves() {
    var network = Network(maximumFlows: 100)
    for number in 1...50 { network.attempt(number, refused: true, at: number * 300) }
    #expect(network.openFlows <= 2)
    #expect(network.evicted.isEmpty)
    #expect(network.ended.allSatisfy { $0.end == .closed })
  }

  @Test func endlessTimelinesAreCutAndCounted() throws {
    // The last ACK is lost again and again: LAST_ACK, CLOSED, and back.
    var text =
      opened + """
        1.000 c F. 1:1(0) ack 11
        1.010 s F. 11:11(0) ack 2

        """
    for second in 2..<1000 {
      text += "\(second).000 c . 2:2(0) ack 12\n\(second).500 s F. 11:11(0) ack 2\n"
    }
    let flow = try #require(try WireScript(text).flows().first)
    #expect(flow.timeline.count == 512)
    #expect(flow.timelineOmitted > 1000)
    #expect(flow.serverEnd.state == .lastAck)
  }
}

/// Connections of one server, numbered by their client's port; each has a flow of the same number.
private struct Network: ~Copyable {
  private var tracker: ConnectionTracker
  private var events: [TrackerEvent] = []
  private var frame: UInt64 = 0

  init(maximumFlows: Int) {
    var configuration = TrackerConfiguration()
    configuration.maximumFlows = maximumFlows
    tracker = ConnectionTracker(configuration)
  }

  var openFlows: Int { tracker.openFlows }
  var ended: [Flow] { events.compactMap { if case .ended(let flow) = $0 { flow } else { nil } } }
  var evicted: [Int] { ended.filter { $0.end == .evicted }.map(\.number) }

  mutating func attempt(_ number: Int, refused: Bool = false, at second: Int) {
    send(number, [.syn], at: second)
    if refused { send(number, [.rst, .ack], fromServer: true, sequence: 0, acknowledgment: 101, at: second) }
  }

  mutating func establish(_ number: Int, at second: Int) {
    send(number, [.syn], at: second)
    send(number, [.syn, .ack], fromServer: true, acknowledgment: 101, at: second)
    speak(number, at: second)
  }

  mutating func speak(_ number: Int, at second: Int) {
    send(number, [.ack], sequence: 101, acknowledgment: 101, at: second)
  }

  private mutating func send(
    _ number: Int, _ flags: TCPFlags, fromServer: Bool = false, sequence: UInt32 = 100, acknowledgment: UInt32? = nil,
    at second: Int
  ) {
    frame += 1
    let client = SocketAddress(address: WireScript.client.address, port: UInt16(truncatingIfNeeded: 2000 + number))
    let segment = Segment(
      time: Timestamp(seconds: Int64(second), nanoseconds: Int64(frame)), frame: frame,
      source: fromServer ? WireScript.server : client, destination: fromServer ? client : WireScript.server,
      sequence: SequenceNumber(sequence), acknowledgment: acknowledgment.map(SequenceNumber.init), flags: flags)
    let nothing: [UInt8] = []
    tracker.process(segment, payload: nothing.span, into: &events)
  }
}
