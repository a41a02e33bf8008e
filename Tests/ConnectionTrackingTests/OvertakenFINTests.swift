import ConnectionTracking
import TestSupport
import Testing

/// A FIN and its acknowledgment that the tap recorded in the other order.
@Suite("FINs that their acknowledgment overtook")
struct OvertakenFINTests {
  private static let open = """
    0.000 c S 0:0(0)
    0.010 s S. 0:0(0) ack 1
    0.020 c . 1:1(0) ack 1
    0.030 c P. 1:101(100) ack 1
    0.040 s P. 1:201(200) ack 101
    0.050 c . 101:101(0) ack 201

    """

  @Test("have been acknowledged", arguments: [("1.022", true), ("1.300", false)])
  func lastACK(time: String, isClosed: Bool) throws {
    let flow = try flow(
      Self.open + """
        1.000 s F. 201:201(0) ack 101
        1.021 s . 202:202(0) ack 102
        \(time) c F. 101:101(0) ack 202
        """)
    #expect(flow.clientEnd.state == (isClosed ? .closed : .lastAck))
    #expect(flow.close == .threeWay)
  }

  /// The second FIN acknowledges the first, and passed before it.
  @Test func areNoSimultaneousClose() throws {
    let flow = try flow(
      Self.open + """
        1.010 c F. 101:101(0) ack 202
        1.011 s F. 201:201(0) ack 101
        1.020 s . 202:202(0) ack 102
        """)
    #expect(flow.close == .threeWay)
    #expect(flow.closedBy == .server)
  }

  /// Neither acknowledges the other.
  @Test func butCrossingOnesAre() throws {
    let flow = try flow(
      Self.open + """
        1.010 c F. 101:101(0) ack 201
        1.011 s F. 201:201(0) ack 101
        1.020 s . 202:202(0) ack 102
        1.021 c . 102:102(0) ack 202
        """)
    #expect(flow.close == .simultaneous)
  }

  /// Timestamps that run at a third of the speed of time make each repeat look as if it had been on its way for long.
  @Test("refute CLOSED where they are repeated", arguments: [(2, true), (1, false)])
  func repeated(times: Int, isRefuted: Bool) throws {
    let again = """
      2.000 s F. 201:201(0) ack 102 <TS 900 300>
      2.001 c . 102:102(0) ack 202 <TS 640 567>
      2.700 s F. 201:201(0) ack 102 <TS 1133 300>
      2.701 c . 102:102(0) ack 202 <TS 870 567>
      """
    let flow = try flow(
      """
      0.000 c S 0:0(0) <TS 0 0>
      0.010 s S. 0:0(0) ack 1 <TS 237 0>
      0.020 c . 1:1(0) ack 1 <TS 6 237>
      0.030 c P. 1:101(100) ack 1 <TS 10 237>
      0.040 s P. 1:201(200) ack 101 <TS 247 10>
      0.900 c F. 101:101(0) ack 201 <TS 300 247>
      1.000 s F. 201:201(0) ack 102 <TS 567 300>
      1.001 c . 102:102(0) ack 202 <TS 334 567>

      """ + again.split(separator: "\n").prefix(2 * times).joined(separator: "\n"))
    let returned = flow.timeline.contains { $0.endpoint == .server && $0.from == .closed && $0.to == .lastAck }
    #expect(returned == isRefuted)
    #expect(flow.serverEnd.state == .closed)
  }

  private func flow(_ text: String) throws -> Flow { try #require(try WireScript(text).flows().first) }
}
