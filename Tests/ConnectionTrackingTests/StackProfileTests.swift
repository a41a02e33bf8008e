import ConnectionTracking
import PacketDecoding
import TestSupport
import Testing

/// What differs between stacks where the wire is silent.
struct StackProfileTests {
  private let timeWait =
    opened + """
      1.000 c F. 1:1(0) ack 11     | FIN_WAIT_1   CLOSE_WAIT?
      1.010 s F. 11:11(0) ack 2    | TIME_WAIT?   LAST_ACK
      1.020 c .  2:2(0) ack 12     | TIME_WAIT    CLOSED?

      """
  private let finWait2 =
    opened + """
      1.000 c F. 1:1(0) ack 11     | FIN_WAIT_1   CLOSE_WAIT?
      1.010 s .  11:11(0) ack 2    | FIN_WAIT_2?  CLOSE_WAIT

      """

  @Test(arguments: [
    (StackProfile.linux, 60), (.rfc9293, 240), (.freebsd, 60), (.macos, 30), (.windows, 120),
  ])
  func timeWaitLasts(stack: StackProfile, seconds: Int) throws {
    let flows = try conversation(
      timeWait + """
        \(seconds + 1).019 - | TIME_WAIT CLOSED?
        \(seconds + 1).020 - | CLOSED?   CLOSED?
        """, stack: stack)
    let last = try #require(flows[0].timeline.last)
    #expect(last.evidence == .timer && last.frame == nil && last.cause == .timeWaitExpired)
    #expect(last.time.nanoseconds(since: flows[0].lastSeen.time) == Int64(seconds) * 1_000_000_000)
  }

  @Test(arguments: [(StackProfile.linux, 60), (.freebsd, 60), (.macos, 60)])
  func orphanedFinWait2Lasts(stack: StackProfile, seconds: Int) throws {
    let flows = try conversation(
      finWait2 + """
        \(seconds + 1).009 - | FIN_WAIT_2? CLOSE_WAIT
        \(seconds + 1).010 - | CLOSED?     CLOSE_WAIT
        """, stack: stack)
    #expect(flows[0].timeline.last?.cause == .finWait2Expired)
  }

  @Test(arguments: [StackProfile.rfc9293, .windows])
  func finWait2HasNoTimer(stack: StackProfile) throws {
    try conversation(finWait2 + "9999.0 - | FIN_WAIT_2? CLOSE_WAIT", stack: stack)
  }

  @Test(arguments: StackProfile.all)
  func heldHalfCloseNeverTimesOut(stack: StackProfile) throws {
    try conversation(
      finWait2 + """
        1.020 s P. 11:21(10) ack 2   | FIN_WAIT_2?  CLOSE_WAIT
        1.030 c .  2:2(0) ack 21     | FIN_WAIT_2   CLOSE_WAIT
        9999.0 -                     | FIN_WAIT_2   CLOSE_WAIT
        """, stack: stack)
  }

  @Test func expiryThatTheEndBeliesIsTakenBack() throws {
    // The application held the socket after all: it acknowledges data long after an orphan would have gone.
    try conversation(
      finWait2 + """
        100.00 -                     | CLOSED?      CLOSE_WAIT
        100.01 s P. 11:21(10) ack 2  | CLOSED?      CLOSE_WAIT
        100.02 c .  2:2(0) ack 21    | FIN_WAIT_2   CLOSE_WAIT
        300.00 s F. 21:21(0) ack 2   | TIME_WAIT?   LAST_ACK
        300.01 c .  2:2(0) ack 22    | TIME_WAIT    CLOSED?
        """)
  }

  @Test func finForAnExpiredOrphanIsAnsweredWithAReset() throws {
    try conversation(
      finWait2 + """
        100.00 -                     | CLOSED?      CLOSE_WAIT
        100.01 s F. 11:11(0) ack 2   | CLOSED?      LAST_ACK
        100.02 c R  2:2(0)           | CLOSED?      CLOSED?
        """)
  }

  @Test(arguments: [
    (StackProfile.linux, "CLOSED?"), (.rfc9293, "CLOSED?"), (.windows, "CLOSED?"), (.freebsd, "TIME_WAIT"),
    (.macos, "TIME_WAIT"),
  ])
  func exactResetInTimeWait(stack: StackProfile, state: String) throws {
    try conversation(timeWait + "2.000 s R  12:12(0)  | \(state)  CLOSED?", stack: stack)
  }

  @Test(arguments: StackProfile.all)
  func inexactResetInTimeWaitIsIgnored(stack: StackProfile) throws {
    try conversation(timeWait + "2.000 s R  13:13(0)  | TIME_WAIT  CLOSED?", stack: stack)
  }

  @Test func everyProfileIsListedOnce() {
    #expect(StackProfile.all.map(\.name) == ["linux", "rfc9293", "freebsd", "macos", "windows"])
  }
}
