import Anomalies
import ConnectionTracking
import PacketDecoding
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

  /// The client's identifications are 2, 3, 4 and its TTL is 64.
  @Test(
    "a bare RST that leaves its window in is its sender's own where TTL and identification carry on",
    arguments: [
      ("id 5 ttl 64", true), ("id 8 ttl 64", true), ("id 900 ttl 64", false), ("id 5 ttl 61", false),
      ("id 5 ttl 65", false), ("id 0 ttl 64", false), ("id 4 ttl 64", false),
    ])
  func bareAbort(mark: String, isOwn: Bool) throws {
    try expectBareAbort(Example.exchange + "1.000 c R 101:101(0) win 501 \(mark)", isOwn: isOwn)
    try expectBareAbort(Example.exchange + "1.000 c R 101:101(0) win 32768 \(mark)", isOwn: isOwn)
  }

  @Test(
    "where identifications tell nothing, TTL and window do",
    arguments: [
      ("win 501 ttl 64", true), ("win 502 ttl 64", false), ("win 501 ttl 63", false), ("win 501 id 7 ttl 64", false),
    ])
  func bareAbortWithoutIdentification(mark: String, isOwn: Bool) throws {
    let exchange = Example.exchange.replacing(#/id [1-4] /#, with: "id 0 ")
    try expectBareAbort(exchange + "1.000 c R 101:101(0) \(mark)\(mark.contains("id") ? "" : " id 0")", isOwn: isOwn)
  }

  private func expectBareAbort(_ conversation: String, isOwn: Bool) throws {
    let flow = try #require(try WireScript(conversation).flows().first)
    let ids = Findings().of(flow).map(\.id)
    #expect(ids.contains("rst-suspected-injected") != isOwn, "found \(ids)")
    #expect(ids.contains("rst-abort-live") == isOwn, "found \(ids)")
    #expect(ResetCause.of(flow) == (isOwn ? .abortedAlive : .injected))
    #expect((flow.clientEnd.state == .closed) == isOwn && !flow.clientEnd.isPresumed)
  }

  @Test("an end that goes on after a RST did not send it", arguments: [("1.005", false), ("3.000", true)])
  func goesOn(time: String, isForeign: Bool) throws {
    let flow = try #require(
      try WireScript(
        Example.exchange + """
          1.000 c R. 101:101(0) ack 201 win 501 id 5 ttl 64
          \(time) c . 101:101(0) ack 201 win 501 id 6 ttl 64
          """
      ).flows().first)
    let ids = Findings().of(flow).map(\.id)
    #expect(ids.contains("rst-suspected-injected") == isForeign, "found \(ids)")
  }

  /// The kernel of a host that sends SYNs from a raw socket resets the answer; the TTL is its own.
  @Test("a RST that answers the SYN-ACK is a half-open attempt's, unless the client goes on", arguments: [false, true])
  func halfOpen(goesOn: Bool) throws {
    let ids = try Example.ids(
      in: """
        0.000 c S 0:0(0) win 1024 id 77 ttl 47 <mss 1460>
        0.010 s S. 0:0(0) ack 1 win 64240 id 0 ttl 64 <mss 1460>
        0.011 c R 1:1(0) win 0 id 0 ttl 64
        \(goesOn ? "" : "#")0.012 c . 1:1(0) ack 1 win 1024 id 78 ttl 47
        \(goesOn ? "" : "#")0.013 c P. 1:101(100) ack 1 win 1024 id 79 ttl 47
        """)
    #expect(ids.contains("rst-suspected-injected") == goesOn, "found \(ids)")
    #expect(ids.contains("handshake-aborted") != goesOn, "found \(ids)")
  }

  @Test("the RST of a client that has finished its handshake is weighed by its TTL")
  func foreignAfterHandshake() throws {
    let ids = try Example.ids(in: Example.handshake + "0.030 c R 1:1(0) win 0 id 0 ttl 47")
    #expect(ids.contains("rst-suspected-injected"), "found \(ids)")
  }

  /// A kernel that knows of no attempt resets the answer, and the attempt goes on: its peer draws another number.
  @Test("a SYN that comes again after a RST is answered anew", arguments: [true, false])
  func answeredAnew(isReset: Bool) throws {
    let flow = try #require(
      try WireScript(
        """
        0.000 c S 0:0(0) id 1 <mss 1460>
        0.001 s S. 0:0(0) ack 1 id 0 <mss 1460>
        \(isReset ? "" : "#")0.002 c R 1:1(0) win 0 id 0
        1.000 c S 0:0(0) id 2 <mss 1460>
        1.001 s S. 15625000:15625000(0) ack 1 id 0 <mss 1460>
        1.002 c . 1:1(0) ack 15625001 id 3
        """
      ).flows().first)
    let ids = Findings().of(flow).map(\.id)
    #expect(ids.contains("syn-ack-different-isn") != isReset, "found \(ids)")
    guard isReset else { return }
    #expect(ids.isEmpty, "found \(ids)")
    #expect(flow.serverEnd.uncapturedBytes == 0 && flow.close == .none && flow.clientEnd.state == .established)
    #expect(flow.serverEnd.initialSequence == SequenceNumber(WireScript.serverISN) + 15_625_000)
  }

  @Test("no SYN-ACK of an attempt was lost that was not sent in it")
  func lostInThisAttempt() throws {
    let reset = """
      0.000 c S 0:0(0) id 1
      0.010 s S. 0:0(0) ack 1 id 0
      0.500 s R. 1:1(0) ack 1 id 0
      1.000 c S 0:0(0) id 2
      """
    #expect(try !Example.ids(in: reset).contains("syn-ack-lost"))
    let reopened =
      Example.exchange + """
        1.000 c S 7000:7000(0) id 30
        1.010 s . 201:201(0) ack 101 win 509 id 12
        1.020 c R 101:101(0) win 0 id 0
        2.000 c S 7000:7000(0) id 31
        3.000 c S 7000:7000(0) id 32
        """
    #expect(try !Example.ids(in: reopened).contains("syn-ack-lost"))
  }

  @Test(
    "a connection that failed is worth a warning",
    arguments: [
      ("", "1.001 s R. 1:1(0) ack 1 win 0 id 0 ttl 64"), ("", "1.001 c R 1:1(0) win 0 id 0 ttl 64"),
      ("1.000 c S 0:0(0) id 2 ttl 64", "1.001 s R. 0:0(0) ack 1 win 0 id 0 ttl 64"),
      ("1.000 c S 0:0(0) id 2 ttl 64", "1.001 s R. 1:1(0) ack 1 win 0 id 0 ttl 64"),
      ("1.000 s S. 0:0(0) ack 1 id 0 ttl 64", "1.001 c R 1:1(0) win 0 id 0 ttl 64"),
      ("1.000 s S. 0:0(0) ack 1 id 0 ttl 64", "1.001 s R. 1:1(0) ack 1 win 0 id 0 ttl 64"),
    ])
  func failed(again: String, end: String) throws {
    let opening = "0.000 c S 0:0(0) id 1 ttl 64\n0.001 s S. 0:0(0) ack 1 id 0 ttl 64\n"
    let flows = try WireScript(opening + again + "\n" + end).flows()
    let findings = flows.flatMap { Findings().of($0) }
    #expect(findings.contains { $0.severity >= .warning }, "found \(findings.map(\.id))")
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

  /// A stack repeats a SYN after a second at the earliest; a scanner does not repeat it at all.
  @Test(arguments: [
    ("0.000 c S 0:0(0)\n0.001 c S 0:0(0)\n0.002 c S 0:0(0)", Severity?.none), ("0.000 c S 0:0(0)\n9.000 -", .warning),
    ("0.000 c S 0:0(0)\n1.000 c S 0:0(0)\n3.000 c S 0:0(0)", .error),
  ])
  func onlyAnAttemptThatWasGivenTimeIsAnError(conversation: String, severity: Severity?) throws {
    let flows = try WireScript(conversation).flows()
    #expect(flows.flatMap { Findings().of($0) }.first { $0.id == "syn-timeout" }?.severity == severity)
  }

  /// Data that comes again though its acknowledgment passed, time after time, and data of which no acknowledgment passed.
  @Test(arguments: [true, false])
  func answersThatAreLostBehindTheTapAreNoSilence(isAnswered: Bool) throws {
    var conversation = Example.exchange
    for (index, time) in [1.0, 1.3, 1.9, 3.1, 5.5, 10.3, 19.9, 39.1].enumerated() {
      conversation += "\(time) c P. 101:201(100) ack 201 win 501 id \(5 + index) ttl 64\n"
      if isAnswered { conversation += "\(time + 0.01) s . 201:201(0) ack 201 win 509 id \(12 + index) ttl 64\n" }
    }
    let ids = try Example.ids(in: conversation)
    #expect(ids.contains("answers-lost-behind-tap") == isAnswered, "\(ids)")
    #expect(ids.contains("retransmission-blackout") == !isAnswered)
  }
}
