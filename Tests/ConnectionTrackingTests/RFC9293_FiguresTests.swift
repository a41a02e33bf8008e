import ConnectionTracking
import TestSupport
import Testing

/// The conversations that RFC 9293 draws with both states beside each line, as a tap between the ends sees them. Where
/// the RFC says what an end has become by receiving, the tap presumes it until that end answers.
struct RFC9293FiguresTests {
  @Test func figure6BasicThreeWayHandshake() throws {
    let script = try WireScript(
      """
      0.000 c S  0:0(0)          | SYN_SENT     SYN_RCVD?
      0.010 s S. 0:0(0) ack 1    | ESTABLISHED? SYN_RCVD
      0.020 c .  1:1(0) ack 1    | ESTABLISHED  ESTABLISHED?
      0.030 c P. 1:11(10) ack 1  | ESTABLISHED  ESTABLISHED?
      0.040 s .  1:1(0) ack 11   | ESTABLISHED  ESTABLISHED
      """)
    #expect(script.mismatches() == [])
  }

  @Test func figure7SimultaneousOpen() throws {
    let script = try WireScript(
      """
      0.000 c S  0:0(0)          | SYN_SENT     SYN_RCVD?
      0.001 s S  0:0(0)          | SYN_RCVD?    SYN_RCVD?
      0.010 c S. 0:0(0) ack 1    | SYN_RCVD     ESTABLISHED?
      0.011 s S. 0:0(0) ack 1    | ESTABLISHED? ESTABLISHED?
      0.020 c .  1:1(0) ack 1    | ESTABLISHED  ESTABLISHED?
      0.021 s .  1:1(0) ack 1    | ESTABLISHED  ESTABLISHED
      """)
    #expect(script.mismatches() == [])
  }

  @Test func figure8OldDuplicateSYN() throws {
    // Line 3: the duplicate arrives instead of the SYN that was sent; the server answers it and is reset.
    let script = try WireScript(
      """
      0.000 c S  -500:-500(0)        | SYN_SENT     SYN_RCVD?
      0.010 s S. 0:0(0) ack -499     | ESTABLISHED? SYN_RCVD
      0.020 c R  -499:-499(0)        | CLOSED       CLOSED?
      0.030 c S  0:0(0)              | SYN_SENT     SYN_RCVD?
      0.040 s S. 400:400(0) ack 1    | ESTABLISHED? SYN_RCVD
      0.050 c .  1:1(0) ack 401      | ESTABLISHED  ESTABLISHED?
      """)
    #expect(script.mismatches() == [])
    #expect(script.flows().map(\.previousFlow) == [nil, 1])
  }

  @Test func figure9HalfOpenDiscovery() throws {
    // The client's host has crashed and opens anew with another ISN; the server still holds the old connection.
    let script = try WireScript(
      """
      0.000 c S  0:0(0)              | SYN_SENT     SYN_RCVD?
      0.010 s S. 0:0(0) ack 1        | ESTABLISHED? SYN_RCVD
      0.020 c .  1:1(0) ack 1        | ESTABLISHED  ESTABLISHED?
      0.030 s P. 1:101(100) ack 1    | ESTABLISHED  ESTABLISHED
      0.040 c .  1:1(0) ack 101      | ESTABLISHED  ESTABLISHED
      9.000 c S  400000:400000(0)    | SYN_SENT?    ESTABLISHED
      9.010 s .  101:101(0) ack 1    | SYN_SENT?    ESTABLISHED
      9.020 c R  1:1(0)              | SYN_SENT     CLOSED?
      10.00 c S  400000:400000(0)    | SYN_SENT     SYN_RCVD?
      10.01 s S. 9000:9000(0) ack 400001 | ESTABLISHED? SYN_RCVD
      """)
    #expect(script.mismatches() == [])
    #expect(script.flows().count == 2)
  }

  @Test func figure10ActiveSideDiscovers() throws {
    // The client's host has forgotten the connection; the server's data meets no socket there. A RST without ACK in the
    // name of an open end is presumed, for anybody could have sent it.
    let script = try WireScript(
      """
      0.000 c S  0:0(0)              | SYN_SENT     SYN_RCVD?
      0.010 s S. 0:0(0) ack 1        | ESTABLISHED? SYN_RCVD
      0.020 c .  1:1(0) ack 1        | ESTABLISHED  ESTABLISHED?
      9.000 s P. 1:11(10) ack 1      | ESTABLISHED  ESTABLISHED
      9.010 c R  1:1(0)              | CLOSED?      CLOSED?
      """)
    #expect(script.mismatches() == [])
  }

  @Test func figure11OldDuplicateSYNOnTwoListeners() throws {
    // Nobody connects: an old SYN reaches one listener, its SYN-ACK the other, which resets it.
    let script = try WireScript(
      """
      0.000 c S  0:0(0)              | SYN_SENT     SYN_RCVD?
      0.010 s S. 0:0(0) ack 1        | ESTABLISHED? SYN_RCVD
      0.020 c R  1:1(0)              | CLOSED       CLOSED?
      """)
    #expect(script.mismatches() == [])
  }

  @Test func figure12NormalClose() throws {
    let script = try WireScript(
      """
      0.000 c S  0:0(0)              | SYN_SENT     SYN_RCVD?
      0.010 s S. 0:0(0) ack 1        | ESTABLISHED? SYN_RCVD
      0.020 c .  1:1(0) ack 1        | ESTABLISHED  ESTABLISHED?
      0.030 s P. 1:11(10) ack 1      | ESTABLISHED  ESTABLISHED
      0.040 c .  1:1(0) ack 11       | ESTABLISHED  ESTABLISHED
      1.000 c F. 1:1(0) ack 11       | FIN_WAIT_1   CLOSE_WAIT?
      1.010 s .  11:11(0) ack 2      | FIN_WAIT_2?  CLOSE_WAIT
      1.020 s F. 11:11(0) ack 2      | TIME_WAIT?   LAST_ACK
      1.030 c .  2:2(0) ack 12       | TIME_WAIT    CLOSED?
      61.00 -                        | TIME_WAIT    CLOSED?
      61.03 -                        | CLOSED?      CLOSED?
      """)
    #expect(script.mismatches() == [])
    #expect(script.flows().first?.close == .fourWay)
    #expect(script.flows().first?.closedBy == .client)
  }

  @Test func figure13SimultaneousClose() throws {
    let script = try WireScript(
      """
      0.000 c S  0:0(0)              | SYN_SENT     SYN_RCVD?
      0.010 s S. 0:0(0) ack 1        | ESTABLISHED? SYN_RCVD
      0.020 c .  1:1(0) ack 1        | ESTABLISHED  ESTABLISHED?
      1.000 c F. 1:1(0) ack 1        | FIN_WAIT_1   CLOSE_WAIT?
      1.001 s F. 1:1(0) ack 1        | CLOSING?     CLOSING?
      1.010 c .  2:2(0) ack 2        | CLOSING      TIME_WAIT?
      1.011 s .  2:2(0) ack 2        | TIME_WAIT?   TIME_WAIT?
      """)
    #expect(script.mismatches() == [])
    #expect(script.flows().first?.close == .simultaneous)
    #expect(script.flows().first?.closedBy == .both)
  }
}
