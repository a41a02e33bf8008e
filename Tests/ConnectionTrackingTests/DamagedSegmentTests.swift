import ConnectionTracking
import TestSupport
import Testing

/// A segment with a wrong checksum is dropped by its receiver before TCP sees it (RFC 9293 §3.1).
struct DamagedSegmentTests {
  @Test(arguments: [
    "c F. 1:1(0) ack 11", "c R. 1:1(0) ack 11", "c R 1:1(0)", "c S 0:0(0)", "c S 900000:900000(0)",
    "s F. 11:11(0) ack 1",
    "c P. 1:101(100) ack 11", "s . 11:11(0) ack 900000",
  ])
  func movesNothing(segment: String) throws {
    let flows = try conversation(
      opened + """
        1.000 \(segment) badsum    | ESTABLISHED  ESTABLISHED
        2.000 c P. 1:6(5) ack 11   | ESTABLISHED  ESTABLISHED
        2.010 s . 11:11(0) ack 6   | ESTABLISHED  ESTABLISHED
        """)
    #expect(flows.count == 1)
    #expect(flows[0].observations.contains { $0.kind == .badChecksum && $0.count == 1 })
    #expect(flows[0].clientEnd.payloadBytes == 5)
    #expect(flows[0].clientEnd.packets + flows[0].serverEnd.packets == 7)
  }

  @Test func opensNoFlow() throws {
    #expect(try WireScript("0.000 c S 0:0(0) badsum").flows().isEmpty)
  }
}
