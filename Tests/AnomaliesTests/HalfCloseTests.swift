import Anomalies
import ConnectionTracking
import TestSupport
import Testing

/// An end that was closed to goes on sending, or has forgotten to close.
@Suite("Half-closed connections")
struct HalfCloseTests {
  /// The client closes its direction at 1 s; the server sends every 20 s, until 101 s.
  private static let stream =
    Example.exchange + """
      1.000 c F. 101:101(0) ack 201 win 501 id 5
      1.010 s . 201:201(0) ack 102 win 509 id 12

      """
    + (1...5).map { number in
      """
      \(number * 20 + 1).000 s P. \(number * 100 + 101):\(number * 100 + 201)(100) ack 102 win 509 id \(12 + number)
      \(number * 20 + 1).010 c . 102:102(0) ack \(number * 100 + 201) win 501 id \(5 + number)

      """
    }.joined()

  private func findings(_ conversation: String, stack: StackProfile = .linux) throws -> [String: Finding] {
    let found = try WireScript(conversation).flows(stack: stack).flatMap { Findings().of($0) }
    return Dictionary(found.map { ($0.id, $0) }) { first, _ in first }
  }

  @Test("as long as data comes, nothing leaks and nothing is stuck", arguments: ["", "120.000 -"])
  func streams(rest: String) throws {
    let found = try findings(Self.stream + rest)
    #expect(found["close-wait-leak"] == nil && found["fin-wait-2-stuck"] == nil)
    #expect(
      found["half-close"]?.message
        == "The client closed its direction, and the server sent 500 bytes more over 100 s.")
  }

  @Test("once data has ceased, the server's silence counts")
  func ceases() throws {
    let leaks = try findings(Self.stream + "140.000 -")
    #expect(leaks["close-wait-leak"] != nil && leaks["fin-wait-2-stuck"] == nil)
    let stuck = try findings(Self.stream + "170.000 -")
    #expect(
      stuck["fin-wait-2-stuck"]?.message
        == "The client was in FIN_WAIT_2 for at least 2 min 48 s; the application still holds the socket: the peer "
        + "did not close.")
  }

  @Test("a host's leaks are counted from the last data on")
  func counts() throws {
    let flow = try #require(try WireScript(Self.stream + "140.000 -").flows().first)
    #expect(FlowDigest(flow).serverEnd.unclosed.nanoseconds == 39_000_000_000)
  }

  @Test(
    "who keeps FIN_WAIT_2 is said where something shows it",
    arguments: [
      (StackProfile.linux, "for 60 s, as long as the kernel keeps an orphan: the peer did not close."),
      (.rfc9293, "for at least 2 min 58 s: the peer did not close."),
    ])
  func orphans(stack: StackProfile, rest: String) throws {
    let found = try findings(
      Example.exchange + """
        1.000 c F. 101:101(0) ack 201 win 501 id 5
        1.010 s . 201:201(0) ack 102 win 509 id 12
        180.000 -
        """, stack: stack)
    #expect(found["fin-wait-2-stuck"]?.message == "The client was in FIN_WAIT_2 \(rest)")
  }

  @Test("a peer that closes at last is said to")
  func late() throws {
    let found = try findings(
      Example.exchange + """
        1.000 c F. 101:101(0) ack 201 win 501 id 5
        1.010 s . 201:201(0) ack 102 win 509 id 12
        181.010 s F. 201:201(0) ack 102 win 509 id 13
        181.020 c . 102:102(0) ack 202 win 501 id 6
        """, stack: .rfc9293)
    #expect(
      found["fin-wait-2-stuck"]?.message == "The client was in FIN_WAIT_2 for 3 min 0 s: the peer closed only then.")
  }
}
