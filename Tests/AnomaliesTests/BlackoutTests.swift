import Anomalies
import TestSupport
import Testing

/// Timeouts that nothing answers, after whatever came before them.
@Suite("Blackouts")
struct BlackoutTests {
  /// A segment that is lost and sent again, and answered.
  private static func loss(at seconds: Int, from sequence: Int) -> String {
    """
    \(seconds).000 c P. \(sequence):\(sequence + 50)(50) ack 201 win 501 id \(seconds * 2)
    \(seconds).300 c P. \(sequence):\(sequence + 50)(50) ack 201 win 501 id \(seconds * 2 + 1)
    \(seconds).310 s . 201:201(0) ack \(sequence + 50) win 509

    """
  }

  /// A segment and its repeats, ever more slowly.
  private static func blackout(at seconds: Int, from sequence: Int, times: Int) -> String {
    let segment = "c P. \(sequence):\(sequence + 50)(50) ack 201 win 501 id"
    return (0...times).map { "\(seconds + (1 << $0) - 1).000 \(segment) \(1000 + $0)\n" }.joined()
  }

  private func blackout(in conversation: String) throws -> Finding? {
    try WireScript(Example.exchange + conversation).flows().flatMap { Findings().of($0) }
      .first { $0.id == "retransmission-blackout" }
  }

  /// Of more than eight bursts the tracker keeps the last ones as one.
  @Test("losses that were mended hide none", arguments: [1, 12])
  func afterLosses(count: Int) throws {
    let losses = (0..<count).map { Self.loss(at: 5 * ($0 + 1), from: 101 + 50 * $0) }.joined()
    let found = try blackout(in: losses + Self.blackout(at: 5 * count + 20, from: 101 + 50 * count, times: 6))
    #expect(found?.message == "The client sent the same data 6 times again over 62 s, and nothing came back.")
    #expect(found?.frames.last == UInt64(6 + 3 * count + 7))
  }

  @Test("an answer in between begins the count anew")
  func answered() throws {
    let first = Self.blackout(at: 10, from: 101, times: 4)
    let answer = "26.000 s . 201:201(0) ack 101 win 509\n"
    #expect(try blackout(in: first + answer + Self.blackout(at: 30, from: 101, times: 3)) == nil)
    #expect(try blackout(in: first + answer + Self.blackout(at: 30, from: 101, times: 6)) != nil)
  }

  @Test("a silence before it is told with it")
  func idle() throws {
    let found = try blackout(in: Self.blackout(at: 400, from: 101, times: 6))
    #expect(
      found?.message
        == "After 6 min 39 s without a packet the client sent the same data 6 times again over 62 s, and nothing came "
        + "back.")
    #expect(found?.fields.contains { $0.name == "idle" } == true)
  }
}
