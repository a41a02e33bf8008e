import Anomalies
import ConnectionTracking
import TestSupport
import Testing

/// A SYN-ACK that comes again although the third ACK has passed: a lost ACK, a listener that waits for data, or one whose
/// accept queue is full.
struct DeferredAcceptTests {
  private static let names: Set<String> = ["deferred-accept", "third-ack-lost", "accept-queue-overflow"]

  struct Case: Sendable, CustomTestStringConvertible {
    var testDescription: String
    var finding: String
    var conversation: String
  }

  static let cases = [
    Case(
      testDescription: "its timestamp echoes the third ACK's, by a clock of 4 ms", finding: "deferred-accept",
      conversation: """
        0.000 c S  0:0(0) <TS 1000 0>
        0.010 s S. 0:0(0) ack 1 <TS 5000 1000>
        0.020 c .  1:1(0) ack 1 <TS 1012 5000>
        31.200 s S. 0:0(0) ack 1 <TS 12800 1012>
        31.380 c .  1:1(0) ack 1 <TS 32380 12800>
        """),
    Case(
      testDescription: "five timeouts pass without a word, and there are no timestamps", finding: "deferred-accept",
      conversation: """
        0.000 c S  0:0(0)
        0.010 s S. 0:0(0) ack 1
        0.020 c .  1:1(0) ack 1
        31.200 s S. 0:0(0) ack 1
        31.380 c .  1:1(0) ack 1
        """),
    Case(
      testDescription: "the timestamp echoes the SYN's: the ACK was lost", finding: "third-ack-lost",
      conversation: """
        0.000 c S  0:0(0) <TS 1000 0>
        0.010 s S. 0:0(0) ack 1 <TS 5000 1000>
        0.020 c .  1:1(0) ack 1 <TS 1012 5000>
        1.010 s S. 0:0(0) ack 1 <TS 6000 1000>
        1.020 c .  1:1(0) ack 1 <TS 2012 6000>
        """),
    Case(
      testDescription: "the timestamp echoes that of a SYN sent again", finding: "third-ack-lost",
      conversation: """
        0.000 c S  0:0(0) <TS 1000 0>
        1.000 c S  0:0(0) <TS 2000 0>
        1.010 s S. 0:0(0) ack 1 <TS 5000 2000>
        1.020 c .  1:1(0) ack 1 <TS 2012 5000>
        2.010 s S. 0:0(0) ack 1 <TS 6000 2000>
        2.020 c .  1:1(0) ack 1 <TS 3012 6000>
        """),
    Case(
      testDescription: "after one timeout, without timestamps", finding: "third-ack-lost",
      conversation: """
        0.000 c S  0:0(0)
        0.010 s S. 0:0(0) ack 1
        0.020 c .  1:1(0) ack 1
        1.010 s S. 0:0(0) ack 1
        1.020 c .  1:1(0) ack 1
        """),
    Case(
      testDescription: "no sum of timeouts", finding: "third-ack-lost",
      conversation: """
        0.000 c S  0:0(0)
        0.010 s S. 0:0(0) ack 1
        0.020 c .  1:1(0) ack 1
        20.000 s S. 0:0(0) ack 1
        20.020 c .  1:1(0) ack 1
        """),
    Case(
      testDescription: "the server has the ACK, and repeats its SYN-ACK after each timeout",
      finding: "accept-queue-overflow",
      conversation: """
        0.000 c S  0:0(0) <TS 1000 0>
        0.010 s S. 0:0(0) ack 1 <TS 5000 1000>
        0.020 c .  1:1(0) ack 1 <TS 1012 5000>
        1.010 s S. 0:0(0) ack 1 <TS 6000 1012>
        1.020 c .  1:1(0) ack 1 <TS 2012 6000>
        3.010 s S. 0:0(0) ack 1 <TS 8000 2012>
        3.020 c .  1:1(0) ack 1 <TS 4012 8000>
        """),
  ]

  @Test(arguments: cases)
  func isTold(_ example: Case) throws {
    let told = Set(try Example.ids(in: example.conversation)).intersection(Self.names)
    #expect(told == [example.finding])
  }

  /// It had the ACK, and stays where it was.
  @Test func serverStaysInSYNReceived() throws {
    let flow = try #require(try WireScript(Self.cases[0].conversation).flows().first)
    let opened = flow.timeline.filter { $0.endpoint == .server && $0.to == .established && $0.refuted == nil }
    #expect(opened.allSatisfy { ($0.frame ?? 0) >= 5 })
  }

  /// It gave the request up before data came, as it does that waits for a second only: nothing was lost that it held.
  @Test func isToldWhereDataCameTooLate() throws {
    let conversation = """
      0.000 c S  0:0(0) <TS 1000 0>
      0.010 s S. 0:0(0) ack 1 <TS 5000 1000>
      0.020 c .  1:1(0) ack 1 <TS 1012 5000>
      1.010 s S. 0:0(0) ack 1 <TS 6000 1012>
      5.150 c P. 1:11(10) ack 1 <TS 6150 5000>
      5.151 s R  1:1(0)
      """
    let told = try Example.ids(in: conversation)
    #expect(told.contains("deferred-accept"))
    #expect(!told.contains("half-open-data-reset"))
  }
}
