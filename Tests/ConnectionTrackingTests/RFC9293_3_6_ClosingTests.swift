import ConnectionTracking
import TestSupport
import Testing

/// How connections close (RFC 9293 §3.6, §3.10.7.4 fifth and eighth step). A FIN is acknowledged by an ACK ≥ FIN + 1 and
/// by nothing else.
struct RFC9293ClosingTests {
  @Test func fourWayCloseByTheServer() throws {
    let flows = try conversation(
      opened + """
        1.000 s F. 11:11(0) ack 1    | CLOSE_WAIT?  FIN_WAIT_1
        1.010 c .  1:1(0) ack 12     | CLOSE_WAIT   FIN_WAIT_2?
        1.020 c F. 1:1(0) ack 12     | LAST_ACK     TIME_WAIT?
        1.030 s .  12:12(0) ack 2    | CLOSED?      TIME_WAIT
        61.02 -                      | CLOSED?      TIME_WAIT
        61.03 -                      | CLOSED?      CLOSED?
        """)
    #expect(flows.map(\.close) == [.fourWay])
    #expect(flows[0].closedBy == .server)
    #expect(flows[0].timeline.last?.cause == .timeWaitExpired)
  }

  @Test func threeWayCloseIsOneTransition() throws {
    let flows = try conversation(
      opened + """
        1.000 c F. 1:1(0) ack 11     | FIN_WAIT_1   CLOSE_WAIT?
        1.010 s F. 11:11(0) ack 2    | TIME_WAIT?   LAST_ACK
        1.020 c .  2:2(0) ack 12     | TIME_WAIT    CLOSED?
        """)
    #expect(flows.map(\.close) == [.threeWay])
    let last = try #require(flows[0].timeline.last { $0.endpoint == .client })
    #expect(last.from == .finWait1 && last.to == .timeWait && last.cause == .receivesFINACK)
  }

  @Test func finWithData() throws {
    let flows = try conversation(
      opened + """
        1.000 c FP. 1:101(100) ack 11 | FIN_WAIT_1   CLOSE_WAIT?
        1.010 s .   11:11(0) ack 101  | FIN_WAIT_1   CLOSE_WAIT?
        1.020 s .   11:11(0) ack 102  | FIN_WAIT_2?  CLOSE_WAIT
        """)
    #expect(flows[0].clientEnd.distinctPayloadBytes == 100)
  }

  @Test func acknowledgmentOfTheDataBeforeTheFINIsNotOneOfTheFIN() throws {
    try conversation(
      opened + """
        1.000 c P. 1:101(100) ack 11   | ESTABLISHED  ESTABLISHED
        1.001 c F. 101:101(0) ack 11   | FIN_WAIT_1   CLOSE_WAIT?
        1.010 s .  11:11(0) ack 101    | FIN_WAIT_1   CLOSE_WAIT?
        1.011 s .  11:11(0) ack 102    | FIN_WAIT_2?  CLOSE_WAIT
        """)
  }

  @Test func finThatDoesNotCoverThePeersFIN() throws {
    // The server closes while the client's FIN is still on its way: FIN+ACK is no acknowledgment of a FIN.
    let flows = try conversation(
      opened + """
        1.000 c P. 1:101(100) ack 11   | ESTABLISHED  ESTABLISHED
        1.001 c F. 101:101(0) ack 11   | FIN_WAIT_1   CLOSE_WAIT?
        1.005 s F. 11:11(0) ack 101    | CLOSING?     CLOSING?
        1.010 s .  12:12(0) ack 102    | TIME_WAIT?   CLOSING
        1.011 c .  102:102(0) ack 12   | TIME_WAIT?   TIME_WAIT?
        """)
    #expect(flows.map(\.close) == [.simultaneous])
  }

  @Test func finOvertakesItsDataBeforeTheTap() throws {
    try conversation(
      opened + """
        1.000 c F. 101:101(0) ack 11   | FIN_WAIT_1   ESTABLISHED
        1.001 c P. 1:101(100) ack 11   | FIN_WAIT_1   CLOSE_WAIT?
        1.010 s .  11:11(0) ack 102    | FIN_WAIT_2?  CLOSE_WAIT
        """)
  }

  @Test func finWaitsBehindAHoleThatSACKShows() throws {
    let flows = try conversation(
      opened + """
        1.000 c P. 1:101(100) ack 11                    | ESTABLISHED  ESTABLISHED
        1.001 c F. 101:101(0) ack 11                    | FIN_WAIT_1   CLOSE_WAIT?
        1.011 s .  11:11(0) ack 1 <sack 101 102>        | FIN_WAIT_1   ESTABLISHED
        1.211 c P. 1:101(100) ack 11                    | FIN_WAIT_1   CLOSE_WAIT?
        1.221 s .  11:11(0) ack 102                     | FIN_WAIT_2?  CLOSE_WAIT
        """)
    #expect(flows[0].steps(.server).suffix(3).first == "receives-fin presumed refuted")
    #expect(flows[0].clientEnd.retransmittedBytes == 100)
  }

  @Test func finWaitsBehindAHoleWithoutSACK() throws {
    try conversation(
      opened + """
        1.000 c P. 1:101(100) ack 11   | ESTABLISHED  ESTABLISHED
        1.001 c F. 101:101(0) ack 11   | FIN_WAIT_1   CLOSE_WAIT?
        1.400 s P. 11:21(10) ack 1     | FIN_WAIT_1   ESTABLISHED
        1.401 c P. 1:101(100) ack 21   | FIN_WAIT_1   CLOSE_WAIT?
        1.411 s .  21:21(0) ack 102    | FIN_WAIT_2?  CLOSE_WAIT
        """)
  }

  @Test func retransmittedFINTakesItsSenderBack() throws {
    // The acknowledgment was lost behind the tap, so the FIN comes again.
    let flows = try conversation(
      opened + """
        1.000 c F. 1:1(0) ack 11       | FIN_WAIT_1   CLOSE_WAIT?
        1.010 s .  11:11(0) ack 2      | FIN_WAIT_2?  CLOSE_WAIT
        1.300 c F. 1:1(0) ack 11       | FIN_WAIT_1   CLOSE_WAIT
        1.310 s .  11:11(0) ack 2      | FIN_WAIT_2?  CLOSE_WAIT
        """)
    #expect(flows[0].clientEnd.retransmittedSegments == 1)
  }

  @Test func lastACKLost() throws {
    let flows = try conversation(
      opened + """
        1.000 c F. 1:1(0) ack 11       | FIN_WAIT_1   CLOSE_WAIT?
        1.010 s F. 11:11(0) ack 2      | TIME_WAIT?   LAST_ACK
        1.020 c .  2:2(0) ack 12       | TIME_WAIT    CLOSED?
        1.300 s F. 11:11(0) ack 2      | TIME_WAIT    LAST_ACK
        1.310 c .  2:2(0) ack 12       | TIME_WAIT    CLOSED?
        1.700 s F. 11:11(0) ack 2      | TIME_WAIT    LAST_ACK
        1.710 c .  2:2(0) ack 12       | TIME_WAIT    CLOSED?
        """)
    #expect(flows.count == 1)
    #expect(flows[0].timeline.count { $0.refuted != nil } == 2)
    #expect(flows[0].timeline.count { $0.cause == .presumptionRefuted } == 2)
  }

  @Test func timeWaitStartsAnewWithEachRepeatedFIN() throws {
    try conversation(
      opened + """
        1.000 c F. 1:1(0) ack 11       | FIN_WAIT_1   CLOSE_WAIT?
        1.010 s F. 11:11(0) ack 2      | TIME_WAIT?   LAST_ACK
        1.020 c .  2:2(0) ack 12       | TIME_WAIT    CLOSED?
        31.00 s F. 11:11(0) ack 2      | TIME_WAIT    LAST_ACK
        31.01 c .  2:2(0) ack 12       | TIME_WAIT    CLOSED?
        91.00 -                        | TIME_WAIT    CLOSED?
        91.01 -                        | CLOSED?      CLOSED?
        """)
  }

  @Test func halfCloseWithDataFlowingOn() throws {
    let flows = try conversation(
      opened + """
        1.000 c F. 1:1(0) ack 11         | FIN_WAIT_1   CLOSE_WAIT?
        1.010 s .  11:11(0) ack 2        | FIN_WAIT_2?  CLOSE_WAIT
        1.020 s P. 11:1011(1000) ack 2   | FIN_WAIT_2?  CLOSE_WAIT
        1.030 c .  2:2(0) ack 1011       | FIN_WAIT_2   CLOSE_WAIT
        200.0 s P. 1011:2011(1000) ack 2 | FIN_WAIT_2   CLOSE_WAIT
        200.1 c .  2:2(0) ack 2011       | FIN_WAIT_2   CLOSE_WAIT
        300.0 s F. 2011:2011(0) ack 2    | TIME_WAIT?   LAST_ACK
        300.1 c .  2:2(0) ack 2012       | TIME_WAIT    CLOSED?
        """)
    #expect(flows.map(\.close) == [.fourWay])
    #expect(flows[0].serverEnd.distinctPayloadBytes == 2010)
  }

  @Test func dataAfterTheFINMovesNobody() throws {
    // RFC 9293 §3.10.7.4, seventh step: "should not occur".
    try conversation(
      opened + """
        1.000 c F. 1:1(0) ack 11       | FIN_WAIT_1   CLOSE_WAIT?
        1.010 s .  11:11(0) ack 2      | FIN_WAIT_2?  CLOSE_WAIT
        1.020 c P. 2:12(10) ack 11     | FIN_WAIT_2?  CLOSE_WAIT
        1.030 s F. 11:11(0) ack 2      | TIME_WAIT?   LAST_ACK
        1.040 c .  12:12(0) ack 12     | TIME_WAIT    CLOSED?
        """)
  }

  /// It acknowledges what was never sent, so that its receiver drops it (RFC 9293 §3.10.7.4, fifth step); that it was dropped
  /// shows when data is taken at its number.
  @Test func finThatWasDroppedIsTakenBack() throws {
    let flows = try conversation(
      handshake + """
        0.120 c F. 1:1(0) ack 9999       | FIN_WAIT_1?  CLOSE_WAIT?
        0.120 s .  1:1(0) ack 1          | FIN_WAIT_1?  CLOSE_WAIT?
        0.220 c P. 1:1001(1000) ack 1    | FIN_WAIT_1   CLOSE_WAIT?
        0.220 s .  1:1(0) ack 1001       | ESTABLISHED? ESTABLISHED
        0.320 c P. 1001:2001(1000) ack 1 | ESTABLISHED  ESTABLISHED
        0.320 s .  1:1(0) ack 2001       | ESTABLISHED  ESTABLISHED
        """)
    #expect(flows.map(\.close) == [.none])
    #expect(flows[0].steps(.server).contains("receives-fin presumed refuted"))
    #expect(flows[0].steps(.client).last == "presumption-refuted presumed confirmed")
    #expect(flows[0].idleBeforeClose == nil)
  }

  @Test(arguments: [1, 2])
  func finOfAnotherIsTakenBackWhateverItHasMoved(bytes: Int) throws {
    // One byte at the FIN's number looks like an acknowledgment of that FIN, until more is acknowledged.
    let flows = try conversation(
      opened + """
        1.000 c F. 1:1(0) ack 11         | FIN_WAIT_1   CLOSE_WAIT?
        1.100 c P. 1:\(1 + bytes)(\(bytes)) ack 11 | FIN_WAIT_1 CLOSE_WAIT?
        1.110 s .  11:11(0) ack \(1 + bytes)
        2.100 c P. \(1 + bytes):101(\(100 - bytes)) ack 11
        2.110 s .  11:11(0) ack 101
        2.200 c .  101:101(0) ack 11     | ESTABLISHED  ESTABLISHED
        3.000 s F. 11:11(0) ack 101      | CLOSE_WAIT?  FIN_WAIT_1
        3.010 c F. 101:101(0) ack 12     | LAST_ACK     TIME_WAIT?
        3.020 s .  12:12(0) ack 102      | CLOSED?      TIME_WAIT
        """)
    #expect(flows.map(\.close) == [.threeWay])
    #expect(flows[0].closedBy == .server)
  }

  @Test func simultaneousCloseAnsweredByRepeatedFINs() throws {
    // FreeBSD answers a FIN that crossed its own by sending its FIN again, with the newer acknowledgment.
    let flows = try conversation(
      opened + """
        1.000 c F. 1:1(0) ack 11       | FIN_WAIT_1   CLOSE_WAIT?
        1.001 s F. 11:11(0) ack 1      | CLOSING?     CLOSING?
        1.010 c F. 1:1(0) ack 12       | CLOSING      TIME_WAIT?
        1.011 s F. 11:11(0) ack 2      | TIME_WAIT?   TIME_WAIT?
        """)
    #expect(flows.map(\.close) == [.simultaneous])
    #expect(flows[0].closedBy == .both)
  }

  @Test func crossingFINsWithALostAnswer() throws {
    let flows = try conversation(
      opened + """
        1.000 c F. 1:1(0) ack 11       | FIN_WAIT_1   CLOSE_WAIT?
        1.001 s F. 11:11(0) ack 1      | CLOSING?     CLOSING?
        1.010 c .  2:2(0) ack 12       | CLOSING      TIME_WAIT?
        1.400 c F. 1:1(0) ack 12       | CLOSING      TIME_WAIT?
        1.410 s .  12:12(0) ack 2      | TIME_WAIT?   TIME_WAIT?
        """)
    #expect(flows.map(\.close) == [.simultaneous])
  }

  @Test func timeWaitOfAClosingEndLastsFromTheAcknowledgment() throws {
    try conversation(
      opened + """
        1.000 c F. 1:1(0) ack 11       | FIN_WAIT_1   CLOSE_WAIT?
        1.001 s F. 11:11(0) ack 1      | CLOSING?     CLOSING?
        1.010 c .  2:2(0) ack 12       | CLOSING      TIME_WAIT?
        1.011 s .  12:12(0) ack 2      | TIME_WAIT?   TIME_WAIT?
        61.00 -                        | TIME_WAIT?   TIME_WAIT?
        61.02 -                        | CLOSED?      CLOSED?
        """)
  }
}
