import ConnectionTracking
import PacketDecoding
import TestSupport
import Testing

/// Captures that begin late or see one direction only: UNKNOWN, then the earliest evidence, and no invented handshake.
struct MidstreamTests {
  @Test func bothEndsAreCertainOnceBothHaveSentData() throws {
    let flows = try conversation(
      """
      0.000 c P. 1:11(10) ack 1      | ESTABLISHED? -
      0.010 s .  1:1(0) ack 11       | ESTABLISHED? ESTABLISHED?
      0.020 s P. 1:11(10) ack 11     | ESTABLISHED  ESTABLISHED
      0.030 c .  11:11(0) ack 11     | ESTABLISHED  ESTABLISHED
      """)
    #expect(flows[0].steps(.client) == ["midstream presumed confirmed"])
    #expect(flows[0].steps(.server) == ["midstream presumed confirmed"])
    #expect(flows[0].timeline.allSatisfy { $0.from == nil })
  }

  @Test func acknowledgmentsAloneLeaveItOpen() throws {
    let flows = try conversation(
      """
      0.000 c .  1:1(0) ack 1        | ESTABLISHED? -
      0.010 s .  1:1(0) ack 1        | ESTABLISHED? ESTABLISHED?
      5.000 c .  1:1(0) ack 1        | ESTABLISHED? ESTABLISHED?
      """)
    #expect(flows[0].orientation == .port)
  }

  /// System ports are services', and so is one below those that stacks give to clients; else who spoke first asked.
  @Test(
    arguments: [
      (80, 40_000, Flow.Orientation.port, false), (8080, 51_000, .port, false), (51_000, 3306, .port, true),
      (443, 8443, .port, false), (8080, 9090, .firstPacket, true), (50_000, 60_000, .firstPacket, true),
    ] as [(UInt16, UInt16, Flow.Orientation, Bool)])
  func portsTellWhoIsTheClient(from: UInt16, to: UInt16, orientation: Flow.Orientation, isFromClient: Bool) {
    let source = SocketAddress(address: IPAddress(v4: 0x0A00_0001), port: from)
    let destination = SocketAddress(address: IPAddress(v4: 0x0A00_0002), port: to)
    let segment = Segment(
      time: Timestamp(nanoseconds: 0), frame: 1, source: source, destination: destination,
      sequence: SequenceNumber(1000), acknowledgment: SequenceNumber(1), flags: [.ack])
    var tracker = ConnectionTracker()
    var events: [TrackerEvent] = []
    let nothing: [UInt8] = []
    tracker.process(segment, payload: nothing.span, into: &events)
    #expect(tracker.snapshot().map(\.orientation) == [orientation])
    #expect(tracker.snapshot().map { $0.client == source } == [isFromClient])
  }

  @Test func finFirst() throws {
    // The peer may have closed before: FIN_WAIT_1 or LAST_ACK, nobody can tell.
    try conversation(
      """
      0.000 c F. 1:1(0) ack 1        | FIN_WAIT_1?  CLOSE_WAIT?
      0.010 s .  1:1(0) ack 2        | FIN_WAIT_2?  CLOSE_WAIT?
      """)
  }

  @Test func aFINAfterALateStartStaysPresumed() throws {
    let flows = try conversation(
      """
      0.000 c P. 1:11(10) ack 1      | ESTABLISHED? -
      0.010 s .  1:1(0) ack 11       | ESTABLISHED? ESTABLISHED?
      0.020 c F. 11:11(0) ack 1      | FIN_WAIT_1?  CLOSE_WAIT?
      0.030 s .  1:1(0) ack 12       | FIN_WAIT_2?  CLOSE_WAIT?
      0.040 s P. 1:11(10) ack 12     | FIN_WAIT_2?  CLOSE_WAIT?
      """)
    #expect(flows[0].steps(.client).prefix(2) == ["midstream presumed confirmed", "sends-fin presumed"])
  }

  @Test func wholeCloseAfterALateStart() throws {
    let flows = try conversation(
      """
      0.000 c P. 1:11(10) ack 1      | ESTABLISHED? -
      0.010 s P. 1:11(10) ack 11     | ESTABLISHED  ESTABLISHED
      1.000 c F. 11:11(0) ack 11     | FIN_WAIT_1   CLOSE_WAIT?
      1.010 s .  11:11(0) ack 12     | FIN_WAIT_2?  CLOSE_WAIT
      1.020 s F. 11:11(0) ack 12     | TIME_WAIT?   LAST_ACK
      1.030 c .  12:12(0) ack 12     | TIME_WAIT    CLOSED?
      """)
    #expect(flows.map(\.close) == [.fourWay])
    #expect(flows[0].clientEnd.initialSequence == nil)
  }

  @Test func synACKFirst() throws {
    let flows = try conversation(
      """
      0.000 s S. 0:0(0) ack 1        | ESTABLISHED? SYN_RCVD
      0.010 c .  1:1(0) ack 1        | ESTABLISHED  ESTABLISHED?
      """)
    #expect(flows.map(\.orientation) == [.synACK])
    #expect(flows.map(\.client) == [WireScript.client])
  }

  @Test func resetFirst() throws {
    try conversation("0.000 s R. 1:1(0) ack 1 | CLOSED? CLOSED")
  }

  @Test func onlyTheClientIsSeen() throws {
    let flows = try conversation(
      """
      0.000 c S  0:0(0)              | SYN_SENT     SYN_RCVD?
      0.020 c .  1:1(0) ack 1        | ESTABLISHED? ESTABLISHED?
      0.030 c P. 1:11(10) ack 1      | ESTABLISHED? ESTABLISHED?
      0.050 c .  11:11(0) ack 101    | ESTABLISHED? ESTABLISHED?
      1.000 c F. 11:11(0) ack 101    | FIN_WAIT_1?  CLOSE_WAIT?
      """)
    #expect(flows[0].serverEnd.packets == 0)
    #expect(flows[0].timeline.allSatisfy { $0.endpoint == .client || $0.evidence == .presumed })
  }

  @Test func onlyTheServerIsSeen() throws {
    let flows = try conversation(
      """
      0.010 s S. 0:0(0) ack 1        | ESTABLISHED? SYN_RCVD
      0.030 s P. 1:101(100) ack 11   | ESTABLISHED? ESTABLISHED?
      1.000 s F. 101:101(0) ack 11   | CLOSE_WAIT?  FIN_WAIT_1?
      1.010 s .  102:102(0) ack 12   | CLOSE_WAIT?  FIN_WAIT_1?
      """)
    #expect(flows.map(\.orientation) == [.synACK])
    #expect(flows[0].timeline.allSatisfy { $0.endpoint == .server || $0.evidence == .presumed })
  }

  @Test func noHandshakeIsInvented() throws {
    let flows = try WireScript(
      """
      0.000 s .  1:1001(1000) ack 1
      0.010 c .  1:1(0) ack 1001
      0.020 s F. 1001:1001(0) ack 1
      0.030 c F. 1:1(0) ack 1002
      0.040 s .  1002:1002(0) ack 2
      """
    ).flows()
    let states: Set<TCPState?> = [.listen, .synSent, .synReceived]
    #expect(flows[0].timeline.allSatisfy { !states.contains($0.from) && !states.contains($0.to) })
    #expect(flows[0].close == .threeWay)
  }
}
