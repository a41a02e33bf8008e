import ConnectionTracking
import TestSupport
import Testing

/// Segments that their receiver drops (RFC 9293 §3.10.7.4 first to fifth step, RFC 5961, RFC 7323 §5): they move nobody,
/// and prove nothing of the end whose name they bear.
struct RFC9293AcceptabilityTests {
  @Test(arguments: [9_000_000, -9_000_000])
  func outsideTheWindow(sequence: Int) throws {
    try conversation(
      opened + """
        1.000 c F. \(sequence):\(sequence)(0) ack 11   | ESTABLISHED  ESTABLISHED
        1.010 s .  11:11(0) ack 1                      | ESTABLISHED  ESTABLISHED
        """)
  }

  /// It acknowledges nothing; that bytes passed beside the tap, a FIN among them, can't be excluded.
  @Test func acknowledgmentOfWhatWasNeverSent() throws {
    try conversation(
      opened + """
        1.000 c .  1:1(0) ack 5000                     | ESTABLISHED? ESTABLISHED
        1.010 s .  11:11(0) ack 1                      | ESTABLISHED? ESTABLISHED
        1.020 s F. 11:11(0) ack 1                      | CLOSE_WAIT?  FIN_WAIT_1
        1.030 c .  1:1(0) ack 5000                     | CLOSE_WAIT?  FIN_WAIT_1
        1.040 c .  1:1(0) ack 12                       | CLOSE_WAIT   FIN_WAIT_2?
        """)
  }

  /// A handshake with timestamps: the client's run from 1000, the server's from 5000.
  private let stamped = """
    0.000 c S  0:0(0) <TS 1000 0>                | SYN_SENT     SYN_RCVD?
    0.010 s S. 0:0(0) ack 1 <TS 5000 1000>       | ESTABLISHED? SYN_RCVD
    0.020 c .  1:1(0) ack 1 <TS 1020 5000>       | ESTABLISHED  ESTABLISHED?
    0.030 s P. 1:11(10) ack 1 <TS 5020 1020>     | ESTABLISHED  ESTABLISHED
    0.040 c .  1:1(0) ack 11 <TS 1040 5020>      | ESTABLISHED  ESTABLISHED

    """

  @Test func finWithATimestampFromBefore() throws {
    try conversation(
      stamped + """
        1.000 c F. 1:1(0) ack 11 <TS 500 5020>   | ESTABLISHED  ESTABLISHED
        1.010 s .  11:11(0) ack 1 <TS 6000 1040> | ESTABLISHED  ESTABLISHED
        2.000 c F. 1:1(0) ack 11 <TS 3000 6000>  | FIN_WAIT_1   CLOSE_WAIT?
        """)
  }

  @Test func resetIsExemptFromPAWS() throws {
    try conversation(
      stamped + """
        1.000 c P. 1:11(10) ack 11 <TS 2000 5020>  | ESTABLISHED  ESTABLISHED
        1.010 s R. 11:11(0) ack 11 <TS 100 2000>   | CLOSED?      CLOSED
        """)
  }

  @Test func timestampsWrap() throws {
    try conversation(
      """
      0.000 c S  0:0(0) <TS 4294967290 0>              | SYN_SENT     SYN_RCVD?
      0.010 s S. 0:0(0) ack 1 <TS 5000 4294967290>     | ESTABLISHED? SYN_RCVD
      0.020 c .  1:1(0) ack 1 <TS 14 5000>             | ESTABLISHED  ESTABLISHED?
      0.030 s .  1:1(0) ack 1 <TS 5020 14>             | ESTABLISHED  ESTABLISHED
      1.000 c F. 1:1(0) ack 1 <TS 994 5020>            | FIN_WAIT_1   CLOSE_WAIT?
      """)
  }

  @Test func synInASynchronizedStateIsChallenged() throws {
    // A forged SYN: the connection goes on, so the presumption that the client's host opens anew is refuted.
    let flows = try conversation(
      opened + """
        1.000 c S  50000:50000(0)      | SYN_SENT?    ESTABLISHED
        1.010 s .  11:11(0) ack 1      | SYN_SENT?    ESTABLISHED
        1.500 c P. 1:11(10) ack 11     | ESTABLISHED  ESTABLISHED
        1.510 s .  11:11(0) ack 11     | ESTABLISHED  ESTABLISHED
        """)
    #expect(flows.count == 1)
    #expect(flows[0].timeline.last?.cause == .presumptionRefuted)
  }

  @Test func repeatedHandshakeOfASynchronizedConnectionMovesNobody() throws {
    try conversation(
      opened + """
        1.000 c S  0:0(0)              | ESTABLISHED  ESTABLISHED
        1.010 s S. 0:0(0) ack 1        | ESTABLISHED  ESTABLISHED
        1.020 c .  1:1(0) ack 11       | ESTABLISHED  ESTABLISHED
        """)
  }

  @Test func synInCloseWaitIsChallenged() throws {
    try conversation(
      opened + """
        1.000 c F. 1:1(0) ack 11       | FIN_WAIT_1   CLOSE_WAIT?
        1.010 s .  11:11(0) ack 2      | FIN_WAIT_2?  CLOSE_WAIT
        9.000 c S  50000:50000(0)      | SYN_SENT?    CLOSE_WAIT
        9.010 s .  11:11(0) ack 2      | SYN_SENT?    CLOSE_WAIT
        9.020 c R  2:2(0)              | SYN_SENT     CLOSED?
        """)
  }

  @Test func synACKWithAnotherISNMovesNobody() throws {
    try conversation(
      opened + """
        1.000 s S. 70000:70000(0) ack 1 | ESTABLISHED  ESTABLISHED
        1.010 c .  1:1(0) ack 11        | ESTABLISHED  ESTABLISHED
        """)
  }
}
