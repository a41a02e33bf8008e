import ConnectionTracking
import TestSupport
import Testing

/// Probes of an idle peer and of a closed window (RFC 9293 §3.8.4, §3.8.6.1): they move nobody and repeat nothing.
struct RFC9293ProbeTests {
  @Test(arguments: ["0:0(0)", "0:1(1)"])
  func keepalive(probe: String) throws {
    let flows = try conversation(
      opened + """
        100.00 c .  \(probe) ack 11     | ESTABLISHED  ESTABLISHED
        100.01 s .  11:11(0) ack 1      | ESTABLISHED  ESTABLISHED
        175.00 c .  \(probe) ack 11     | ESTABLISHED  ESTABLISHED
        175.01 s .  11:11(0) ack 1      | ESTABLISHED  ESTABLISHED
        """)
    #expect(flows[0].clientEnd.retransmittedSegments == 0)
    #expect(flows[0].clientEnd.retransmittedBytes == 0)
    #expect(flows[0].clientEnd.distinctPayloadBytes == 0)
  }

  @Test func keepaliveThatFails() throws {
    let flows = try conversation(
      opened + """
        100.00 c .  0:0(0) ack 11       | ESTABLISHED  ESTABLISHED
        175.00 c .  0:0(0) ack 11       | ESTABLISHED  ESTABLISHED
        250.00 c R. 1:1(0) ack 11       | CLOSED       CLOSED?
        """)
    #expect(flows.map(\.close) == [.reset])
  }

  @Test func zeroWindowProbes() throws {
    let flows = try conversation(
      opened + """
        1.000 c P. 1:101(100) ack 11        | ESTABLISHED  ESTABLISHED
        1.010 s .  11:11(0) ack 101 win 0   | ESTABLISHED  ESTABLISHED
        1.300 c .  101:102(1) ack 11        | ESTABLISHED  ESTABLISHED
        1.310 s .  11:11(0) ack 101 win 0   | ESTABLISHED  ESTABLISHED
        1.900 c .  101:102(1) ack 11        | ESTABLISHED  ESTABLISHED
        1.910 s .  11:11(0) ack 102 win 999 | ESTABLISHED  ESTABLISHED
        2.000 c P. 102:202(100) ack 11      | ESTABLISHED  ESTABLISHED
        """)
    #expect(flows[0].serverEnd.zeroWindows == 2)
    #expect(flows[0].clientEnd.distinctPayloadBytes == 201)
  }

  @Test func finBehindAZeroWindowIsNotSeenBeforeItIsSent() throws {
    // The application has closed and the kernel says FIN_WAIT_1; the wire shows data waiting, and no more.
    try conversation(
      opened + """
        1.000 c P. 1:101(100) ack 11         | ESTABLISHED  ESTABLISHED
        1.010 s .  11:11(0) ack 101 win 0    | ESTABLISHED  ESTABLISHED
        1.300 c .  100:100(0) ack 11         | ESTABLISHED  ESTABLISHED
        1.310 s .  11:11(0) ack 101 win 0    | ESTABLISHED  ESTABLISHED
        9.000 s .  11:11(0) ack 101 win 9000 | ESTABLISHED  ESTABLISHED
        9.010 c FP. 101:201(100) ack 11      | FIN_WAIT_1   CLOSE_WAIT?
        """)
  }

  @Test func probeOfAClosingConnection() throws {
    try conversation(
      opened + """
        1.000 c F. 1:1(0) ack 11        | FIN_WAIT_1   CLOSE_WAIT?
        1.010 s .  11:11(0) ack 2       | FIN_WAIT_2?  CLOSE_WAIT
        9.000 s .  10:10(0) ack 2       | FIN_WAIT_2?  CLOSE_WAIT
        9.010 c .  2:2(0) ack 11        | FIN_WAIT_2?  CLOSE_WAIT
        """)
  }
}
