import ConnectionTracking
import PacketDecoding
import TestSupport
import Testing

/// Which connection of a four-tuple a segment belongs to (RFC 9293 §3.6.1, §3.10.7.4 fourth step; RFC 6191).
struct IncarnationTests {
  /// The client closes first and waits in TIME_WAIT; the client goes on at 2, the server at 12.
  private let closedByClient =
    opened + """
      1.000 c F. 1:1(0) ack 11         | FIN_WAIT_1   CLOSE_WAIT?
      1.010 s F. 11:11(0) ack 2        | TIME_WAIT?   LAST_ACK
      1.020 c .  2:2(0) ack 12         | TIME_WAIT    CLOSED?

      """

  /// The server closes first, so that TIME_WAIT stands in the way of the client's next SYN.
  private let closedByServer =
    opened + """
      1.000 s F. 11:11(0) ack 1        | CLOSE_WAIT?  FIN_WAIT_1
      1.010 c F. 1:1(0) ack 12         | LAST_ACK     TIME_WAIT?
      1.020 s .  12:12(0) ack 2        | CLOSED?      TIME_WAIT

      """

  @Test func afterAReset() throws {
    let flows = try conversation(
      opened + """
        1.000 c R. 1:1(0) ack 11         | CLOSED       CLOSED?
        2.000 c S  9000:9000(0)          | SYN_SENT     SYN_RCVD?
        2.010 s S. 7000:7000(0) ack 9001 | ESTABLISHED? SYN_RCVD
        2.020 c .  9001:9001(0) ack 7001 | ESTABLISHED  ESTABLISHED?
        """)
    #expect(flows.map(\.previousFlow) == [nil, 1])
    #expect(flows.map(\.end) == [.replaced, .inputEnded])
    #expect(flows.map(\.firstSeen.frame) == [1, 7])
  }

  /// The client's host loses the connection: what passed beyond a hole before is no part of what it sends now.
  @Test func holesOfWhatAHostHasLostAreForgotten() throws {
    let flows = try WireScript(
      opened + """
        1.000 c P. 101:201(100) ack 11
        2.000 c S  5000:5000(0)
        3.000 c S  5000:5000(0)
        3.100 c P. 5201:5301(100) ack 11
        """
    ).flows()
    #expect(flows.map(\.clientEnd.lostBytes) == [200])
  }

  @Test func fromTimeWaitOfTheOpener() throws {
    let flows = try conversation(
      closedByClient + """
        2.000 c S  9000:9000(0)          | SYN_SENT     SYN_RCVD?
        2.010 s S. 7000:7000(0) ack 9001 | ESTABLISHED? SYN_RCVD
        """)
    #expect(flows.map(\.previousFlow) == [nil, 1])
    #expect(flows[0].timeline.last?.cause == .replaced)
  }

  @Test func newerSequenceEndsTimeWait() throws {
    let flows = try conversation(
      closedByServer + """
        2.000 c S  9000:9000(0)          | SYN_SENT     SYN_RCVD?
        2.010 s S. 7000:7000(0) ack 9001 | ESTABLISHED? SYN_RCVD
        """)
    #expect(flows.map(\.previousFlow) == [nil, 1])
    #expect(flows[0].close == .threeWay)
    #expect(flows[0].serverEnd.state == .closed)
  }

  @Test func olderSequenceIsChallengedByTimeWait() throws {
    // RFC 1337: the answer to the challenge kills TIME_WAIT, and the next SYN gets through.
    let flows = try conversation(
      closedByServer + """
        2.000 c S  -9000:-9000(0)        | SYN_SENT?    TIME_WAIT
        2.010 s .  12:12(0) ack 2        | SYN_SENT?    TIME_WAIT
        2.020 c R  2:2(0)                | SYN_SENT     CLOSED?
        3.000 c S  -9000:-9000(0)        | SYN_SENT     SYN_RCVD?
        3.010 s S. 7000:7000(0) ack -8999 | ESTABLISHED? SYN_RCVD
        """)
    #expect(flows.map(\.previousFlow) == [nil, 1])
  }

  /// A stack whose TIME_WAIT is shorter takes the SYN, whatever its number: its SYN-ACK shows that nothing of the old
  /// connection is left.
  @Test func anAnswerToAnOlderSYNBeginsTheNextConnection() throws {
    let flows = try conversation(
      closedByServer + """
        40.000 c S  -9000:-9000(0)         | SYN_SENT?    TIME_WAIT
        40.010 s S. 7000:7000(0) ack -8999 | ESTABLISHED? SYN_RCVD
        40.020 c .  -8999:-8999(0) ack 7001 | ESTABLISHED  ESTABLISHED?
        40.030 s P. 7001:7101(100) ack -8999 | ESTABLISHED  ESTABLISHED
        """)
    #expect(flows.map(\.previousFlow) == [nil, 1])
    #expect(flows[0].end == .replaced)
    #expect(flows[0].serverEnd.state == .closed)
    #expect(flows.map(\.client) == [WireScript.client, WireScript.client])
    #expect(flows.flatMap { $0.observations }.contains { $0.kind == .synACKOtherSequence } == false)
  }

  /// Another host behind the same address takes the port: its clock is another, and TIME_WAIT drops its SYN by PAWS.
  @Test func olderTimestampIsChallengedByTimeWaitWhateverTheSequence() throws {
    let flows = try conversation(
      """
      0.000 c S  0:0(0) <TS 9000 0>              | SYN_SENT     SYN_RCVD?
      0.010 s S. 0:0(0) ack 1 <TS 5000 9000>     | ESTABLISHED? SYN_RCVD
      0.020 c .  1:1(0) ack 1 <TS 9020 5000>     | ESTABLISHED  ESTABLISHED?
      1.000 s F. 1:1(0) ack 1 <TS 6000 9020>     | CLOSE_WAIT?  FIN_WAIT_1
      1.010 c F. 1:1(0) ack 2 <TS 10010 6000>    | LAST_ACK     TIME_WAIT?
      1.020 s .  2:2(0) ack 2 <TS 6020 10010>    | CLOSED?      TIME_WAIT
      2.000 c S  90000:90000(0) <TS 1000 0>      | SYN_SENT?    TIME_WAIT
      2.010 s .  2:2(0) ack 2 <TS 6100 10010>    | SYN_SENT?    TIME_WAIT
      2.020 c R  2:2(0)                          | SYN_SENT     CLOSED?
      3.000 c S  90000:90000(0) <TS 2000 0>      | SYN_SENT     SYN_RCVD?
      3.010 s S. 7000:7000(0) ack 90001 <TS 7000 2000> | ESTABLISHED? SYN_RCVD
      """)
    #expect(flows.map(\.previousFlow) == [nil, 1])
  }

  @Test(arguments: [(9000, 2), (1, 1)])
  func newerTimestampEndsTimeWaitWhateverTheSequence(timestamp: Int, flowCount: Int) throws {
    let flows = try WireScript(
      """
      0.000 c S  0:0(0) <TS 1000 0>
      0.010 s S. 0:0(0) ack 1 <TS 5000 1000>
      0.020 c .  1:1(0) ack 1 <TS 1020 5000>
      1.000 s F. 1:1(0) ack 1 <TS 6000 1020>
      1.010 c F. 1:1(0) ack 2 <TS 2010 6000>
      1.020 s .  2:2(0) ack 2 <TS 6020 2010>
      2.000 c S  -9000:-9000(0) <TS \(timestamp) 0>
      """
    ).flows()
    #expect(flows.count == flowCount)
  }

  @Test func anotherISNWhileUnansweredIsAnotherAttempt() throws {
    let flows = try conversation(
      """
      0.000 c S  0:0(0)                  | SYN_SENT     SYN_RCVD?
      1.000 c S  0:0(0)                  | SYN_SENT     SYN_RCVD?
      5.000 c S  9000:9000(0)            | SYN_SENT     SYN_RCVD?
      5.010 s S. 0:0(0) ack 9001         | ESTABLISHED? SYN_RCVD
      5.020 c .  9001:9001(0) ack 1      | ESTABLISHED  ESTABLISHED?
      """)
    #expect(flows.map(\.previousFlow) == [nil, 1])
    #expect(flows.map(\.clientEnd.packets) == [2, 2])
  }

  @Test func synThatTheOldSocketAnswersOpensNothing() throws {
    // No listener is left, so that TIME_WAIT acknowledges with its old numbers (Linux tcp_v4_rcv, TCP_TW_SYN).
    let flows = try conversation(
      closedByClient + """
        2.000 s S  9000000:9000000(0)    | SYN_SENT     SYN_RCVD?
        2.001 c .  2:2(0) ack 12         | SYN_SENT     TIME_WAIT
        2.002 s R  12:12(0)              | SYN_SENT     CLOSED?
        3.000 s S  9000000:9000000(0)    | SYN_SENT     SYN_RCVD?
        3.001 c R. 0:0(0) ack 9000001    | CLOSED?      CLOSED
        """)
    #expect(flows.count == 2)
    #expect(flows[1].close == .refused)
    #expect(!flows[1].timeline.contains { $0.to == .established })
  }

  @Test func rolesMaySwap() throws {
    // The former server opens to the port the former client used; the first of the two states is the opener's.
    let flows = try conversation(
      closedByClient + """
        2.000 s S  9000:9000(0)          | SYN_SENT     SYN_RCVD?
        2.010 c S. 7000:7000(0) ack 9001 | ESTABLISHED? SYN_RCVD
        2.020 s .  9001:9001(0) ack 7001 | ESTABLISHED  ESTABLISHED?
        """)
    #expect(flows.map(\.client) == [WireScript.client, WireScript.server])
    #expect(flows.map(\.previousFlow) == [nil, 1])
  }

  @Test func lateSegmentsOfTheOldOneMoveNobody() throws {
    let flows = try conversation(
      closedByClient + """
        2.000 c S  9000000:9000000(0)             | SYN_SENT     SYN_RCVD?
        2.010 s S. 7000000:7000000(0) ack 9000001 | ESTABLISHED? SYN_RCVD
        2.020 c .  9000001:9000001(0) ack 7000001 | ESTABLISHED  ESTABLISHED?
        2.030 s .  7000001:7000001(0) ack 9000001 | ESTABLISHED  ESTABLISHED
        2.040 s F. 11:11(0) ack 2                 | ESTABLISHED  ESTABLISHED
        2.050 c F. 1:1(0) ack 11                  | ESTABLISHED  ESTABLISHED
        2.060 s R. 12:12(0) ack 2                 | ESTABLISHED  ESTABLISHED
        """)
    #expect(flows.count == 2)
    #expect(flows[1].close == .none)
  }

  @Test func repeatsOfTheLastSegmentsJoinTheConnectionTheyEnd() throws {
    let flows = try conversation(
      closedByClient + """
        5.000 s F. 11:11(0) ack 2        | TIME_WAIT    LAST_ACK
        5.010 c .  2:2(0) ack 12         | TIME_WAIT    CLOSED?
        9.000 c .  2:2(0) ack 12         | TIME_WAIT    CLOSED?
        """)
    #expect(flows.count == 1)
  }

  @Test func afterTimeWaitTheFourTupleIsFree() throws {
    let flows = try conversation(
      closedByClient + """
        70.00 -                          | CLOSED?      CLOSED?
        200.0 c S  9000:9000(0)          | SYN_SENT     SYN_RCVD?
        """)
    #expect(flows.map(\.end) == [.closed, .inputEnded])
    #expect(flows.map(\.previousFlow) == [nil, nil])
  }

  @Test func threeIncarnationsAreAChain() throws {
    let flows = try WireScript(
      """
      0.000 c S  0:0(0)
      0.010 s R. 6:6(0) ack 1
      1.000 c S  1000:1000(0)
      1.010 s R. 6:6(0) ack 1001
      2.000 c S  2000:2000(0)
      2.010 s R. 6:6(0) ack 2001
      """
    ).flows()
    #expect(flows.map(\.previousFlow) == [nil, 1, 2])
    #expect(flows.map(\.close) == [.refused, .refused, .refused])
  }

  @Test func encapsulationsAreApart() throws {
    var script = try WireScript(
      """
      0.000 c S  0:0(0)
      0.001 c S  0:0(0)
      0.010 s S. 0:0(0) ack 1
      """)
    script.lines[1].segment?.encapsulation.rawValue = 7
    let flows = script.flows()
    #expect(flows.map(\.clientEnd.state) == [.established, .synSent])
    #expect(flows.map(\.previousFlow) == [nil, nil])
  }
}
