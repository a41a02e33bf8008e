import ConnectionTracking
import TestSupport
import Testing

/// RST in every state: where it takes effect, and where it does not (RFC 9293 §3.10.7, RFC 5961 §3.2).
struct RFC9293ResetTests {
  /// The client in one of its states, and the sequence number at which the server's RST meets RCV.NXT.
  struct Situation: Sendable, CustomTestStringConvertible {
    var state: String
    var script: String
    var exact: Int
    var acknowledgment: Int
    /// A RST anywhere in the window takes effect, not only the exact one.
    var takesAnyInWindow = false
    var testDescription: String { state }
  }

  static let synchronized = [
    Situation(state: "ESTABLISHED", script: opened, exact: 11, acknowledgment: 1),
    Situation(
      state: "FIN_WAIT_1",
      script: opened + """
        1.000 c F. 1:1(0) ack 11   | FIN_WAIT_1   CLOSE_WAIT?

        """, exact: 11, acknowledgment: 1),
    Situation(
      state: "FIN_WAIT_2",
      script: opened + """
        1.000 c F. 1:1(0) ack 11       | FIN_WAIT_1   CLOSE_WAIT?
        1.010 s .  11:11(0) ack 2      | FIN_WAIT_2?  CLOSE_WAIT

        """, exact: 11, acknowledgment: 2, takesAnyInWindow: true),
    // It goes on taking data, so that the application holds it: no orphan.
    Situation(
      state: "FIN_WAIT_2, held",
      script: opened + """
        1.000 c F. 1:1(0) ack 11       | FIN_WAIT_1   CLOSE_WAIT?
        1.010 s .  11:11(0) ack 2      | FIN_WAIT_2?  CLOSE_WAIT
        1.020 s P. 11:21(10) ack 2     | FIN_WAIT_2?  CLOSE_WAIT
        1.030 c .  2:2(0) ack 21       | FIN_WAIT_2   CLOSE_WAIT

        """, exact: 21, acknowledgment: 2),
    Situation(
      state: "CLOSE_WAIT",
      script: opened + """
        1.000 s F. 11:11(0) ack 1      | CLOSE_WAIT?  FIN_WAIT_1
        1.010 c .  1:1(0) ack 12       | CLOSE_WAIT   FIN_WAIT_2?

        """, exact: 12, acknowledgment: 1),
    Situation(
      state: "CLOSING",
      script: opened + """
        1.000 c F. 1:1(0) ack 11       | FIN_WAIT_1   CLOSE_WAIT?
        1.001 s F. 11:11(0) ack 1      | CLOSING?     CLOSING?
        1.010 c .  2:2(0) ack 12       | CLOSING      TIME_WAIT?

        """, exact: 12, acknowledgment: 1),
    Situation(
      state: "LAST_ACK",
      script: opened + """
        1.000 s F. 11:11(0) ack 1      | CLOSE_WAIT?  FIN_WAIT_1
        1.010 c .  1:1(0) ack 12       | CLOSE_WAIT   FIN_WAIT_2?
        1.020 c F. 1:1(0) ack 12       | LAST_ACK     TIME_WAIT?

        """, exact: 12, acknowledgment: 1),
    Situation(
      state: "TIME_WAIT",
      script: opened + """
        1.000 c F. 1:1(0) ack 11       | FIN_WAIT_1   CLOSE_WAIT?
        1.010 s F. 11:11(0) ack 2      | TIME_WAIT?   LAST_ACK
        1.020 c .  2:2(0) ack 12       | TIME_WAIT    CLOSED?

        """, exact: 12, acknowledgment: 2),
  ]

  @Test(arguments: synchronized, [true, false])
  func exactResetCloses(situation: Situation, withACK: Bool) throws {
    let reset = self.reset(at: situation.exact, withACK ? situation.acknowledgment : nil)
    #expect(try client(after: situation.script + reset) == .closed)
  }

  @Test(arguments: synchronized, [true, false])
  func resetInsideTheWindowDoesNot(situation: Situation, withACK: Bool) throws {
    let reset = self.reset(at: situation.exact + 1000, withACK ? situation.acknowledgment : nil)
    let state = try client(after: situation.script + reset)
    #expect((state == .closed) == situation.takesAnyInWindow)
  }

  @Test(arguments: [StackProfile.freebsd, .rfc9293, .macos, .windows], synchronized)
  func onlyTheExactResetClosesElsewhere(stack: StackProfile, situation: Situation) throws {
    for distance in [1000, -1] {
      let script = situation.script + reset(at: situation.exact + distance, nil)
      #expect(try client(after: script, stack: stack) != .closed)
    }
    guard situation.state != "TIME_WAIT" else { return }
    #expect(try client(after: situation.script + reset(at: situation.exact, nil), stack: stack) == .closed)
  }

  /// The client's segments offer 64240 bytes.
  @Test(arguments: [(64_240, TCPState.closed), (64_241, .finWait2)])
  func windowEndsWhereItWasAdvertised(distance: Int, state: TCPState) throws {
    let finWait2 = Self.synchronized[2]
    #expect(try client(after: finWait2.script + reset(at: finWait2.exact + distance, nil)) == state)
  }

  @Test(arguments: synchronized, [10_000_000, -10_000_000])
  func resetOutsideTheWindowDoesNot(situation: Situation, distance: Int) throws {
    let before = try client(after: situation.script)
    #expect(try client(after: situation.script + reset(at: situation.exact + distance, nil)) == before)
  }

  @Test func synReceivedTakesAResetInTheWindow() throws {
    try conversation(answered + "0.020 c R  1:1(0)        | CLOSED  CLOSED?")
    try conversation(answered + "0.020 c R. 1:1(0) ack 1  | CLOSED  CLOSED?")
    try conversation(answered + "0.020 c R  1000:1000(0)  | CLOSED  CLOSED?")
    try conversation(answered + "0.020 c R  -90000000:-90000000(0) | CLOSED  SYN_RCVD")
    try conversation(answered + "0.020 c R  70000:70000(0) | CLOSED  SYN_RCVD")
    // An acknowledgment of something else comes before the RST is looked at.
    try conversation(answered + "0.020 c R. 1:1(0) ack 0  | CLOSED  SYN_RCVD")
  }

  @Test(arguments: [StackProfile.freebsd, .rfc9293, .macos, .windows])
  func synReceivedTakesOnlyTheExactResetElsewhere(stack: StackProfile) throws {
    try conversation(answered + "0.020 c R  1:1(0)        | CLOSED  CLOSED?", stack: stack)
    try conversation(answered + "0.020 c R  1000:1000(0)  | CLOSED  SYN_RCVD", stack: stack)
  }

  @Test(arguments: [
    ("R. 6:6(0) ack 1", TCPState.closed), ("R. 6:6(0) ack 0", .synSent), ("R. 6:6(0) ack 2", .synSent),
    ("R  6:6(0)", .synSent),
  ])
  func synSentTakesOnlyAResetThatAcknowledgesItsSYN(reset: String, state: TCPState) throws {
    #expect(try client(after: "0.000 c S 0:0(0)\n0.010 s \(reset)") == state)
  }

  @Test func resetAtTheNumberOfTheFINClosesAsWell() throws {
    // Some senders do not count their own FIN (Linux tcp_reset_check).
    try conversation(
      opened + """
        1.000 s F. 11:11(0) ack 1      | CLOSE_WAIT?  FIN_WAIT_1
        1.010 c .  1:1(0) ack 12       | CLOSE_WAIT   FIN_WAIT_2?
        1.020 s R. 11:11(0) ack 1      | CLOSED?      CLOSED?
        """)
  }

  @Test func abortEndsBothEnds() throws {
    let flows = try conversation(
      opened + """
        1.000 c P. 1:101(100) ack 11   | ESTABLISHED  ESTABLISHED
        1.010 s R. 11:11(0) ack 101    | CLOSED?      CLOSED
        """)
    #expect(flows.map(\.close) == [.reset])
    #expect(flows[0].closedBy == .server)
  }

  @Test func finThatCrossesTheResetBeganNothing() throws {
    let flows = try conversation(
      opened + """
        1.000 s R. 11:11(0) ack 1      | CLOSED?      CLOSED
        1.005 c F. 1:1(0) ack 11       | CLOSED?      CLOSED
        1.006 s R  11:11(0)            | CLOSED?      CLOSED
        """)
    #expect(flows.map(\.close) == [.reset])
    #expect(flows[0].closedBy == .server)
    #expect(flows[0].timeline.contains { $0.endpoint == .client && $0.to == .finWait1 && $0.evidence == .observed })
  }

  @Test func abortAfterFIN() throws {
    let flows = try conversation(
      opened + """
        1.000 c F. 1:1(0) ack 11       | FIN_WAIT_1   CLOSE_WAIT?
        1.010 s R. 11:11(0) ack 2      | CLOSED?      CLOSED
        """)
    #expect(flows.map(\.close) == [.resetAfterFIN])
    #expect(flows[0].closedBy == .client)
    #expect(flows[0].steps(.server).suffix(2) == ["receives-fin presumed confirmed", "sends-rst observed"])
  }

  @Test func forgedResetClosesOnlyItsReceiver() throws {
    // A bare RST that answers nothing is not the client's: its socket lives on until the server's answer reaches it.
    let flows = try conversation(
      opened + """
        1.000 c R  1:1(0)              | ESTABLISHED  CLOSED?
        2.000 c P. 1:11(10) ack 11     | ESTABLISHED  CLOSED?
        2.010 s R  11:11(0)            | CLOSED?      CLOSED
        """)
    let taken = try #require(flows[0].timeline.first { $0.cause == .receivesRST })
    #expect(taken.endpoint == .server && taken.confirmed?.frame == 8)
  }

  @Test func resetThatWasNotTakenIsRefuted() throws {
    let flows = try conversation(
      opened + """
        1.000 c R  1:1(0)              | ESTABLISHED  CLOSED?
        2.000 s P. 11:21(10) ack 1     | ESTABLISHED  ESTABLISHED
        2.010 c .  1:1(0) ack 21       | ESTABLISHED  ESTABLISHED
        """)
    #expect(flows[0].timeline.filter { $0.refuted != nil }.map(\.cause) == [.receivesRST])
    #expect(flows[0].timeline.last?.cause == .presumptionRefuted)
  }

  /// A socket that the RST had closed would answer what comes after it with RST, and never acknowledge it.
  @Test(arguments: [1.001, 6.000])
  func acknowledgmentOfWhatCameAfterRefutesAReset(later: Double) throws {
    let flows = try conversation(
      opened + """
        1.000 c R  1:1(0)              | ESTABLISHED  CLOSED?
        \(later) c P. 1:101(100) ack 11 | ESTABLISHED  CLOSED?
        \(later) s .  11:11(0) ack 101  | ESTABLISHED  ESTABLISHED
        """)
    #expect(flows.map(\.close) == [.none])
    #expect(flows[0].closedBy == nil)
  }

  @Test func acknowledgmentOfWhatCameBeforeDoesNot() throws {
    try conversation(
      opened + """
        0.999 c P. 1:101(100) ack 11   | ESTABLISHED  ESTABLISHED
        1.000 c R. 101:101(0) ack 11   | CLOSED       CLOSED?
        1.001 s .  11:11(0) ack 101    | CLOSED       CLOSED?
        """)
  }

  @Test func resetThatWasTakenBackHasEndedNothing() throws {
    // It lies one before the window, and acknowledges nothing.
    let flows = try conversation(
      """
      0.000 c S  0:0(0)              | SYN_SENT     SYN_RCVD?
      0.010 s S. 0:0(0) ack 1        | ESTABLISHED? SYN_RCVD
      0.110 c R. 0:0(0) ack 0        | CLOSED       SYN_RCVD
      0.210 c .  1:1(0) ack 1        | ESTABLISHED  ESTABLISHED?
      0.310 c P. 1:101(100) ack 1    | ESTABLISHED  ESTABLISHED?
      0.320 s .  1:1(0) ack 101      | ESTABLISHED  ESTABLISHED
      2.320 c F. 101:101(0) ack 1    | FIN_WAIT_1   CLOSE_WAIT?
      2.330 s .  1:1(0) ack 102      | FIN_WAIT_2?  CLOSE_WAIT
      2.430 s F. 1:1(0) ack 102      | TIME_WAIT?   LAST_ACK
      2.440 c .  102:102(0) ack 2    | TIME_WAIT    CLOSED?
      """)
    #expect(flows.map(\.close) == [.fourWay])
    #expect(flows[0].closedBy == .client)
    #expect(flows[0].idleBeforeClose == 2_010_000_000)
  }

  @Test func whatPassedBehindAResetCountsOnceThatIsTakenBack() throws {
    // The RST never reached the client; the server's acknowledgment of its FIN, and the server's own FIN, did.
    let flows = try conversation(
      opened + """
        1.000 s R  11:11(0)            | CLOSED?      CLOSED?
        1.001 c F. 1:1(0) ack 11       | CLOSED?      CLOSED?
        1.010 s .  11:11(0) ack 2      | CLOSED?      CLOSE_WAIT
        1.020 s F. 11:11(0) ack 2      | CLOSED?      LAST_ACK
        3.000 c .  2:2(0) ack 12       | TIME_WAIT    CLOSED?
        """)
    #expect(flows.map(\.close) == [.fourWay])
    #expect(flows[0].closedBy == .client)
  }

  @Test func whatPassedBehindAForeignResetCountsForTheEndItNamed() throws {
    try conversation(
      opened + """
        1.000 c F. 1:1(0) ack 11       | FIN_WAIT_1   CLOSE_WAIT?
        1.010 s .  11:11(0) ack 2      | FIN_WAIT_2?  CLOSE_WAIT
        1.020 c R. 2:2(0) ack 11       | CLOSED       CLOSED?
        3.000 s F. 11:11(0) ack 2      | CLOSED       LAST_ACK
        3.010 c .  2:2(0) ack 12       | TIME_WAIT    CLOSED?
        """)
  }

  @Test func inexactResetIsChallenged() throws {
    try conversation(
      opened + """
        1.000 c R  500:500(0)          | ESTABLISHED  ESTABLISHED
        1.010 s .  11:11(0) ack 1      | ESTABLISHED  ESTABLISHED
        1.020 c R  1:1(0)              | CLOSED?      CLOSED?
        """)
  }

  private let answered = """
    0.000 c S  0:0(0)          | SYN_SENT     SYN_RCVD?
    0.010 s S. 0:0(0) ack 1    | ESTABLISHED? SYN_RCVD

    """

  private func reset(at sequence: Int, _ acknowledgment: Int?) -> String {
    let ack = acknowledgment.map { " ack \($0)" } ?? ""
    return "2.000 s R\(acknowledgment == nil ? "" : ".") \(sequence):\(sequence)(0)\(ack)"
  }

  private func client(after script: String, stack: StackProfile = .linux) throws -> TCPState? {
    try WireScript(script).flows(stack: stack).last?.clientEnd.state
  }
}
