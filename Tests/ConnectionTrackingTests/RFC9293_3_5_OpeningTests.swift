import ConnectionTracking
import TestSupport
import Testing

/// How connections open, and how an attempt comes to nothing (RFC 9293 §3.5, §3.10.7.1 to §3.10.7.3).
struct RFC9293OpeningTests {
  @Test func handshakeIsConfirmedStepByStep() throws {
    let flows = try conversation(opened)
    #expect(flows.map(\.orientation) == [.syn])
    #expect(flows[0].steps(.client) == ["sends-syn observed", "receives-syn-ack presumed confirmed"])
    #expect(flows[0].steps(.server) == ["receives-syn presumed confirmed", "syn-acknowledged presumed confirmed"])
  }

  @Test func repeatedSYNsAreOneAttempt() throws {
    let flows = try conversation(
      """
      0.000 c S  0:0(0)          | SYN_SENT     SYN_RCVD?
      1.000 c S  0:0(0)          | SYN_SENT     SYN_RCVD?
      3.000 c S  0:0(0)          | SYN_SENT     SYN_RCVD?
      3.010 s S. 0:0(0) ack 1    | ESTABLISHED? SYN_RCVD
      3.020 c .  1:1(0) ack 1    | ESTABLISHED  ESTABLISHED?
      """)
    #expect(flows.count == 1)
    #expect(flows[0].clientEnd.retransmittedSegments == 2)
  }

  @Test func unansweredAttempt() throws {
    let flows = try conversation(
      """
      0.000 c S  0:0(0)          | SYN_SENT     SYN_RCVD?
      1.000 c S  0:0(0)          | SYN_SENT     SYN_RCVD?
      3.000 c S  0:0(0)          | SYN_SENT     SYN_RCVD?
      """)
    #expect(flows.map(\.close) == [.unanswered])
    #expect(flows[0].closedBy == nil)
  }

  @Test func lostSYNACKTakesTheClientBack() throws {
    let flows = try conversation(
      """
      0.000 c S  0:0(0)          | SYN_SENT     SYN_RCVD?
      0.010 s S. 0:0(0) ack 1    | ESTABLISHED? SYN_RCVD
      1.000 c S  0:0(0)          | SYN_SENT     SYN_RCVD
      1.010 s S. 0:0(0) ack 1    | ESTABLISHED? SYN_RCVD
      1.020 c .  1:1(0) ack 1    | ESTABLISHED  ESTABLISHED?
      """)
    #expect(flows.count == 1)
    #expect(
      flows[0].steps(.client) == [
        "sends-syn observed", "receives-syn-ack presumed refuted", "presumption-refuted observed",
        "receives-syn-ack presumed confirmed",
      ])
  }

  @Test func lostThirdACKTakesTheServerBack() throws {
    let flows = try conversation(
      handshake + """
        1.010 s S. 0:0(0) ack 1    | ESTABLISHED  SYN_RCVD
        1.020 c .  1:1(0) ack 1    | ESTABLISHED  ESTABLISHED?
        1.500 c P. 1:11(10) ack 1  | ESTABLISHED  ESTABLISHED?
        1.510 s .  1:1(0) ack 11   | ESTABLISHED  ESTABLISHED
        """)
    #expect(flows.count == 1)
    let refuted = try #require(flows[0].timeline.first { $0.refuted != nil })
    #expect(refuted.endpoint == .server && refuted.frame == 3 && refuted.refuted?.frame == 4)
  }

  @Test func deferredAcceptIgnoresTheThirdACKUntilDataComes() throws {
    try conversation(
      handshake + """
        1.010 s S. 0:0(0) ack 1    | ESTABLISHED  SYN_RCVD
        1.020 c .  1:1(0) ack 1    | ESTABLISHED  ESTABLISHED?
        3.010 s S. 0:0(0) ack 1    | ESTABLISHED  SYN_RCVD
        3.020 c .  1:1(0) ack 1    | ESTABLISHED  ESTABLISHED?
        4.000 c P. 1:11(10) ack 1  | ESTABLISHED  ESTABLISHED?
        4.010 s .  1:1(0) ack 11   | ESTABLISHED  ESTABLISHED
        """)
  }

  @Test func refused() throws {
    // A closed port answers with absolute sequence number 0.
    let flows = try conversation(
      """
      0.000 c S  0:0(0)          | SYN_SENT     SYN_RCVD?
      0.010 s R. 6:6(0) ack 1    | CLOSED?      CLOSED
      """)
    #expect(flows.map(\.close) == [.refused])
    #expect(flows[0].closedBy == .server)
    #expect(flows[0].steps(.server) == ["receives-syn presumed refuted", "sends-rst observed"])
  }

  @Test func refusedAttemptThatTriesAgain() throws {
    // Windows repeats a refused SYN twice.
    let flows = try conversation(
      """
      0.000 c S  0:0(0)          | SYN_SENT     SYN_RCVD?
      0.010 s R. 6:6(0) ack 1    | CLOSED?      CLOSED
      0.520 c S  0:0(0)          | SYN_SENT     CLOSED
      0.530 s R. 6:6(0) ack 1    | CLOSED?      CLOSED
      1.040 c S  0:0(0)          | SYN_SENT     CLOSED
      1.050 s R. 6:6(0) ack 1    | CLOSED?      CLOSED
      """)
    #expect(flows.map(\.close) == [.refused])
  }

  @Test(arguments: ["R  1:1(0)", "R. 1:1(0) ack 1"])
  func abortedHandshake(reset: String) throws {
    let flows = try conversation(
      """
      0.000 c S  0:0(0)          | SYN_SENT     SYN_RCVD?
      0.010 s S. 0:0(0) ack 1    | ESTABLISHED? SYN_RCVD
      0.020 c \(reset)           | CLOSED       CLOSED?
      """)
    #expect(flows.map(\.close) == [.reset])
    #expect(flows[0].closedBy == .client)
  }

  @Test func serverAbortsTheHandshake() throws {
    // tcp_abort_on_overflow: the third ACK meets a full accept queue.
    let flows = try conversation(
      handshake + """
        0.030 s R  1:1(0)          | CLOSED?      CLOSED
        """)
    #expect(flows.map(\.close) == [.reset])
    #expect(flows[0].closedBy == .server)
  }

  @Test func finComesWithTheThirdACK() throws {
    let flows = try conversation(
      """
      0.000 c S  0:0(0)          | SYN_SENT     SYN_RCVD?
      0.010 s S. 0:0(0) ack 1    | ESTABLISHED? SYN_RCVD
      0.020 c F. 1:1(0) ack 1    | FIN_WAIT_1   CLOSE_WAIT?
      0.030 s .  1:1(0) ack 2    | FIN_WAIT_2?  CLOSE_WAIT
      """)
    let server = flows[0].timeline.filter { $0.endpoint == .server }
    #expect(server.map(\.to) == [.synReceived, .closeWait])
  }

  @Test func synSentIgnoresAnAcknowledgmentOfNothing() throws {
    // RFC 9293 §3.10.7.3, first step: <SEQ=SEG.ACK><RST>, and the attempt goes on; what sent the stray SYN-ACK ends.
    let flows = try conversation(
      """
      0.000 c S  0:0(0)            | SYN_SENT     SYN_RCVD?
      0.010 s S. 0:0(0) ack 500    | SYN_SENT     SYN_RCVD?
      0.020 c R  500:500(0)        | SYN_SENT     CLOSED?
      1.000 c S  0:0(0)            | SYN_SENT     SYN_RCVD?
      1.010 s S. 900:900(0) ack 1  | ESTABLISHED? SYN_RCVD
      1.020 c .  1:1(0) ack 901    | ESTABLISHED  ESTABLISHED?
      """)
    #expect(flows.count == 1)
  }

  @Test(arguments: [
    "F. -1000:-1000(0) ack -500", "F  -1000:-1000(0)", ".  -1000:-1000(0) ack -500", "P. -9:1(10) ack 0",
  ])
  func synSentDropsWhatIsOfAnOldConnection(stray: String) throws {
    // RFC 9293 §3.10.7.3 first, §3.10.7.4 eighth: a FIN in SYN_SENT is not looked at, since its number cannot be checked.
    let flows = try conversation(
      """
      0.000 c S  0:0(0)            | SYN_SENT     SYN_RCVD?
      0.100 s \(stray)  | SYN_SENT     SYN_RCVD?
      0.101 c R  -500:-500(0)      | SYN_SENT     SYN_RCVD?
      1.000 c S  0:0(0)            | SYN_SENT     SYN_RCVD?
      1.010 s S. 0:0(0) ack 1      | ESTABLISHED? SYN_RCVD
      1.020 c .  1:1(0) ack 1      | ESTABLISHED  ESTABLISHED?
      1.030 s P. 1:101(100) ack 1  | ESTABLISHED  ESTABLISHED
      1.040 c .  1:1(0) ack 101    | ESTABLISHED  ESTABLISHED
      """)
    #expect(flows.count == 1)
    #expect(flows[0].close == .none)
    #expect(flows[0].serverEnd.uncapturedBytes == 0)
  }

  @Test func segmentThatAcknowledgesTheSYNIsNotOfAnOldConnection() throws {
    // The SYN-ACK did not pass the tap.
    try conversation(
      """
      0.000 c S  0:0(0)            | SYN_SENT     SYN_RCVD?
      0.010 s P. 1:11(10) ack 1    | SYN_SENT     ESTABLISHED
      0.020 c .  1:1(0) ack 11     | ESTABLISHED  ESTABLISHED
      """)
  }

  /// What lies before the window or beyond it is answered by a bare ACK from SYN_RCVD (RFC 9293 §3.10.7.4, first step; Linux
  /// tcp_check_req).
  @Test(arguments: [
    ("P. -294967296:-294967286(10) ack 1", "ESTABLISHED?"), (".  0:0(0) ack 1", "ESTABLISHED"),
    ("P. 70000:70010(10) ack 1", "ESTABLISHED"),
  ])
  func acknowledgmentFromSYNReceivedProvesNothing(challenged: String, client: String) throws {
    try conversation(
      """
      0.000 c S  0:0(0)            | SYN_SENT     SYN_RCVD?
      0.010 s S. 0:0(0) ack 1      | ESTABLISHED? SYN_RCVD
      0.110 c \(challenged)        | \(client)    SYN_RCVD
      0.111 s .  1:1(0) ack 1      | \(client)    SYN_RCVD
      1.110 s S. 0:0(0) ack 1      | \(client)    SYN_RCVD
      1.120 c .  1:1(0) ack 1      | ESTABLISHED  ESTABLISHED?
      1.130 s .  1:1(0) ack 1      | ESTABLISHED  ESTABLISHED?
      1.140 c P. 1:11(10) ack 1    | ESTABLISHED  ESTABLISHED?
      1.150 s .  1:1(0) ack 11     | ESTABLISHED  ESTABLISHED
      """)
  }

  @Test func acknowledgmentOfAnUpdateProvesAsBefore() throws {
    // Nothing has passed that SYN_RCVD would answer so: a window update, or a duplicate acknowledgment.
    try conversation(handshake + "0.030 s .  1:1(0) ack 1  | ESTABLISHED  ESTABLISHED")
  }

  @Test(arguments: [
    (StackProfile.linux, "LISTEN"), (.macos, "LISTEN"), (.freebsd, "SYN_RCVD?"), (.rfc9293, "SYN_RCVD?"),
  ])
  func someListenersDropASYNWithFIN(stack: StackProfile, state: String) throws {
    let flows = try conversation("0.000 c SF 0:0(0)  | SYN_SENT  \(state)", stack: stack)
    #expect(flows.map(\.close) == [.unanswered])
  }

  @Test func finBesideASYNIsNotTakenWithIt() throws {
    let flows = try conversation(
      """
      0.000 c SF 0:0(0)            | SYN_SENT     SYN_RCVD?
      0.010 s S. 0:0(0) ack 1      | ESTABLISHED? SYN_RCVD
      0.020 c .  1:1(0) ack 1      | ESTABLISHED  ESTABLISHED?
      0.030 c P. 1:101(100) ack 1  | ESTABLISHED  ESTABLISHED?
      0.040 s .  1:1(0) ack 101    | ESTABLISHED  ESTABLISHED
      """, stack: .rfc9293)
    #expect(flows[0].close == .none)
  }

  @Test func selfConnect() throws {
    let flows = try conversation(
      """
      0.000 c S  0:0(0)          | SYN_RCVD?    SYN_RCVD?
      0.001 c S. 0:0(0) ack 1    | ESTABLISHED? ESTABLISHED?
      0.002 c .  1:1(0) ack 1    | ESTABLISHED  ESTABLISHED
      1.000 c P. 1:11(10) ack 1  | ESTABLISHED  ESTABLISHED
      1.001 c .  11:11(0) ack 11 | ESTABLISHED  ESTABLISHED
      2.000 c F. 11:11(0) ack 11 | CLOSING?     CLOSING?
      2.001 c .  12:12(0) ack 12 | TIME_WAIT?   TIME_WAIT?
      """, selfConnect: true)
    #expect(flows.count == 1)
  }
}
