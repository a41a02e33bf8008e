import Anomalies
import TestSupport
import Testing

/// What the network does to packets looks like what a host does; identification, timestamps and shape tell them apart.
@Suite("Look-alikes")
struct LookAlikeTests {
  @Test(
    "a copy that the network held back was not sent again",
    arguments: [
      ("0.250 c S 0:0(0) id 1 <mss 1460,wscale 7>", "syn-ack-lost"),
      ("0.250 c P. 1:101(100) ack 1 win 502 id 3", "spurious-retransmission"),
      ("1.000 c F. 101:101(0) ack 201 win 501 id 5\n1.200 c F. 101:101(0) ack 201 win 501 id 5", "fin-retransmitted"),
    ])
  func copies(lines: String, id: String) throws {
    #expect(try !Example.ids(in: Example.exchange + lines).contains(id))
    let counted = lines.replacing("id 1 ", with: "id 9 ").replacing("id 3", with: "id 9")
      .replacing("1.200 c F. 101:101(0) ack 201 win 501 id 5", with: "1.200 c F. 101:101(0) ack 201 win 501 id 9")
    #expect(try Example.ids(in: Example.exchange + counted).contains(id))
  }

  /// The first of two segments comes second, after the receiver has reported the hole three times.
  @Test(
    "what fills a hole was overtaken, or sent again",
    arguments: [
      ("1.101", "id 5", "out-of-order"), ("1.101", "id 7", "fast-retransmission"),
      // Without identification: sooner than any answer of that host, and with the timestamp of the bytes before it.
      ("1.101", "<TS 2000 501>", "out-of-order"), ("1.101", "<TS 2101 501>", "fast-retransmission"),
    ])
  func holes(time: String, mark: String, rule: String) throws {
    let hasTimestamps = mark.hasPrefix("<")
    let id = { (number: Int) in hasTimestamps ? "" : "id \(number)" }
    let conversation = """
      0.000 c S 0:0(0) \(id(1)) <mss 1460,TS 1000 0>
      0.010 s S. 0:0(0) ack 1 <mss 1460,TS 500 1000>
      0.020 c . 1:1(0) ack 1 \(id(2)) <TS 1020 500>
      1.000 c P. 1:101(100) ack 1 \(id(4)) <TS 2000 501>
      1.010 s . 1:1(0) ack 101 <TS 1500 2000>
      1.020 c P. 201:301(100) ack 1 \(id(6)) <TS 2000 501>
      1.030 s . 1:1(0) ack 101 <TS 1501 2000>
      1.031 s . 1:1(0) ack 101 <TS 1502 2000>
      1.032 s . 1:1(0) ack 101 <TS 1503 2000>
      1.033 s . 1:1(0) ack 101 <TS 1504 2000>
      \(time) c P. 101:201(100) ack 1 \(hasTimestamps ? mark : "\(mark) <TS 2101 501>")
      """
    let ids = try Example.ids(in: conversation)
    #expect(ids.contains(rule), "found \(ids)")
  }

  @Test(
    "a RST that no stack sends",
    arguments: [
      ("R 201:201(0) win 512 id 0", true), ("R 201:201(0) win 0 id 0", false),
      ("R. 201:201(0) ack 101 win 512 id 12", false),
    ])
  func shapes(reset: String, isForeign: Bool) throws {
    let ids = try Example.ids(in: Example.exchange + "1.000 s \(reset) ttl 64")
    #expect(ids.contains("rst-suspected-injected") == isForeign, "found \(ids)")
  }

  @Test("a challenge that brings the right number was asked for")
  func challenged() throws {
    let blind =
      Example.exchange + """
        1.000 c R. 102:102(0) ack 201 win 501 id 6
        1.010 s . 201:201(0) ack 101 win 509 id 12

        """
    #expect(try Example.ids(in: blind).contains("rst-in-window-challenged"))
    let meant = blind + "1.020 c R 101:101(0) win 0 id 0"
    #expect(try !Example.ids(in: meant).contains("rst-in-window-challenged"))
  }

  @Test("an answer that the end that closed has acknowledged is no request that crossed the FIN")
  func answerToHalfClose() throws {
    let ids = try Example.ids(
      in: Example.exchange + """
        0.500 c F. 101:101(0) ack 201 win 501 id 5
        0.510 s . 201:201(0) ack 102 win 509 id 12
        0.511 s P. 201:1201(1000) ack 102 win 509 id 13
        0.521 c . 102:102(0) ack 1201 win 501 id 6
        0.700 c R. 102:102(0) ack 1201 win 501 id 7
        """)
    #expect(!ids.contains("request-after-fin"), "found \(ids)")
    #expect(ids.contains("rst-abort-live"), "found \(ids)")
  }

  @Test("a half-close lasts from the FIN to the last data after it")
  func lengthOfHalfClose() throws {
    let flows = try WireScript(
      Example.exchange + """
        1.000 c F. 101:101(0) ack 201 win 501 id 5
        1.010 s . 201:201(0) ack 102 win 509 id 12
        2.000 s P. 201:1201(1000) ack 102 win 509 id 13
        4.000 s P. 1201:2201(1000) ack 102 win 509 id 14
        """
    ).flows()
    let finding = flows.flatMap { Findings().of($0) }.first { $0.id == "half-close" }
    #expect(finding?.message == "The client closed its direction, and the server sent 2000 bytes more over 3 s.")
  }

  @Test("a RST that answers a keepalive probe does not speak of the accept queue")
  func probeAnsweredByReset() throws {
    let ids = try Example.ids(
      in: Example.handshake + """
        9.000 c . 0:0(0) ack 1 win 502 id 3 ttl 64
        9.010 s R 1:1(0) win 0 id 0 ttl 64
        """)
    #expect(!ids.contains("accept-overflow-reset"), "found \(ids)")
    #expect(ids.contains("rst-no-socket"), "found \(ids)")
  }

  @Test("one byte that is not acknowledged comes again as data, one that is as a probe", arguments: [true, false])
  func singleByte(isAwaited: Bool) throws {
    let ids = try Example.ids(
      in: Example.exchange + """
        1.000 c P. 101:102(1) ack 201 win 501 id 5
        \(isAwaited ? "#" : "")1.010 s . 201:201(0) ack 102 win 509 id 12
        1.300 c P. 101:102(1) ack 201 win 501 id 6
        1.310 s . 201:201(0) ack 102 win 509 id 13
        """)
    #expect(ids.contains("retransmission") == isAwaited, "found \(ids)")
  }

  @Test("a SYN that TIME_WAIT took was not challenged", arguments: [true, false])
  func takenFromTimeWait(isTaken: Bool) throws {
    let ids = try Example.ids(
      in: Example.exchange + """
        1.000 s F. 201:201(0) ack 101 win 509 id 12
        1.010 c F. 101:101(0) ack 202 win 501 id 5
        1.020 s . 202:202(0) ack 102 win 509 id 13
        40.000 c S -9000:-9000(0) id 900 <mss 1460,wscale 7>
        \(isTaken ? "40.010 s S. 7000:7000(0) ack -8999 id 0 <mss 1460,wscale 7>" : "40.010 s . 202:202(0) ack 102 id 14")
        """)
    #expect(ids.contains("time-wait-syn-challenged") != isTaken, "found \(ids)")
    #expect(ids.allSatisfy { !["bad-syn-ack-ack", "midstream-start"].contains($0) }, "found \(ids)")
  }

  /// The window of Multipath TCP begins at the acknowledgment of the whole connection, not at the subflow's.
  @Test("the window of a subflow does not shrink", arguments: [true, false])
  func subflowWindow(isSubflow: Bool) throws {
    let option = isSubflow ? "<mptcp>" : ""
    let ids = try Example.ids(
      in: Example.exchange + """
        1.000 c P. 101:201(100) ack 201 win 501 id 5 \(option)
        1.010 s . 201:201(0) ack 201 win 100 id 12 \(option)
        """)
    #expect(ids.contains("window-shrunk") != isSubflow, "found \(ids)")
  }

  @Test("a SYN that comes again without its data may be the one that is answered")
  func fastOpenRepeated() throws {
    let ids = try Example.ids(
      in: """
        0.000 c S 0:100(100) id 1 <mss 1460,tfo 8>
        1.000 c S 0:0(0) id 2 <mss 1460>
        1.010 s S. 0:0(0) ack 1
        1.020 c P. 1:101(100) ack 1 id 3
        """)
    #expect(!ids.contains("tfo-data-ignored"), "found \(ids)")
  }

  /// What was under way when the RST passed takes a round trip, however many segments it is.
  @Test("a peer that goes on for a round trip may have the RST", arguments: [("0.140", false), ("0.160", true)])
  func underWay(last: String, isUnaware: Bool) throws {
    let ids = try Example.ids(
      in: Example.exchange + """
        0.100 c R. 101:101(0) ack 201 win 501 id 5 ttl 64
        0.101 s P. 201:301(100) ack 101 win 509 id 12 ttl 64
        \(last) s P. 301:401(100) ack 101 win 509 id 13 ttl 64
        """)
    #expect(ids.contains("peer-unaware-of-rst") == isUnaware, "found \(ids)")
  }

  /// Who resets a SYN-ACK may have asked for nothing: its address was forged.
  @Test("a SYN that was not captured may never have been sent")
  func backscatter() throws {
    let flows = try WireScript("0.010 s S. 0:0(0) ack 1 id 0\n0.310 c R 1:1(0) win 0 id 0").flows()
    let found = flows.flatMap { Findings().of($0) }.first { $0.id == "handshake-aborted" }
    #expect(found?.message == "The client answered the SYN-ACK with RST; a SYN of its own was not captured.")
    #expect(found?.fields.contains { $0.name == "waited" } == false)
  }
}
