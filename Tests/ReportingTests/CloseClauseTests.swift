import Anomalies
import ConnectionTracking
import Reporting
import TestSupport
import Testing

/// What the sentence says of the time before the close.
@Suite("The clause on the close")
struct CloseClauseTests {
  private func sentence(of conversation: String) throws -> String {
    let flow = try #require(try WireScript(conversation).flows().first)
    return FlowReport(flow, Findings().of(flow)).sentence()
  }

  @Test(
    "a connection older than the capture was without data for longer than that shows",
    arguments: [
      ("0.000 c F. 101:101(0) ack 201", "The client 10.0.0.1:40000 closed first (FIN); "),
      ("0.000 c R 101:101(0) win 0", "The client 10.0.0.1:40000 reset the connection (RST): "),
      (
        "0.000 c . 101:101(0) ack 201\n0.500 c F. 101:101(0) ack 201",
        "The client 10.0.0.1:40000 closed first (FIN) after at least 500 ms without data; "
      ),
      (
        "0.000 c S 0:0(0)\n0.001 s S. 0:0(0) ack 1\n0.002 c . 1:1(0) ack 1\n0.502 c F. 1:1(0) ack 1",
        "The client 10.0.0.1:40000 closed first (FIN) after 502 ms without data; "
      ),
    ])
  func older(conversation: String, beginning: String) throws {
    let text = try sentence(of: conversation)
    #expect(text.hasPrefix(beginning), "\(text)")
  }

  @Test("a RST has no data of its own")
  func atOnce() throws {
    let text = try sentence(
      of: """
        0.000 c S 0:0(0) win 64240
        0.010 s S. 0:0(0) ack 1 win 64240
        0.020 c . 1:1(0) ack 1 win 64240
        0.030 s P. 1:101(100) ack 1 win 64240
        0.030 c R. 1:1(0) ack 1 win 64240
        """)
    #expect(text.contains("reset the connection (RST) right after the last data"), "\(text)")
  }

  @Test("who resets a SYN-ACK without a SYN may never have connected")
  func backscatter() throws {
    let text = try sentence(of: "0.010 s S. 0:0(0) ack 1\n0.310 c R 1:1(0) win 0")
    #expect(text.hasSuffix(": it was not connecting any more, or never was."), "\(text)")
  }
}
