import PacketDecoding
import TestSupport
import Testing

@testable import ConnectionTracking

/// What each segment is said to be, and both states after it.
@Suite("What is said of a packet")
struct PacketVerdictTests {
  /// A line, what it is, the states after it, and whether the machine was spared.
  typealias Row = (line: String, kind: PacketVerdict.Kind, client: TCPState?, server: TCPState?, isPredicted: Bool)

  private static let opening: [Row] = [
    ("0.000 c S 0:0(0) <mss 1460,wscale 7>", .moved, .synSent, .synReceived, true),
    ("0.010 s S. 0:0(0) ack 1 <mss 1460,wscale 7>", .moved, .established, .synReceived, true),
    ("0.020 c . 1:1(0) ack 1", .moved, .established, .established, true),
    ("0.030 c P. 1:101(100) ack 1", .predicted, .established, .established, true),
    ("0.040 s . 1:1(0) ack 101", .moved, .established, .established, true),
    ("0.050 s P. 1:301(300) ack 101", .predicted, .established, .established, true),
    ("0.060 c . 101:101(0) ack 301", .predicted, .established, .established, true),
  ]

  @Test func fourWay() throws {
    try check(
      Self.opening + [
        ("0.070 c F. 101:101(0) ack 301", .moved, .finWait1, .closeWait, true),
        ("0.080 s . 301:301(0) ack 102", .moved, .finWait2, .closeWait, true),
        ("0.090 s F. 301:301(0) ack 102", .moved, .timeWait, .lastAck, true),
        ("0.100 c . 102:102(0) ack 302", .moved, .timeWait, .closed, true),
      ])
  }

  @Test func threeWayByTheServer() throws {
    try check(
      Self.opening + [
        ("0.070 s F. 301:351(50) ack 101", .moved, .closeWait, .finWait1, true),
        ("0.080 c F. 101:101(0) ack 352", .moved, .lastAck, .timeWait, true),
        ("0.090 s . 352:352(0) ack 102", .moved, .closed, .timeWait, true),
      ])
  }

  /// Data of a half-closed connection is the machine's.
  @Test func halfClose() throws {
    try check(
      Self.opening + [
        ("0.070 c F. 101:101(0) ack 301", .moved, .finWait1, .closeWait, true),
        ("0.080 s . 301:301(0) ack 102", .moved, .finWait2, .closeWait, true),
        ("0.090 s P. 301:401(100) ack 102", .carried, .finWait2, .closeWait, false),
        ("0.100 c . 102:102(0) ack 401", .moved, .finWait2, .closeWait, false),
      ])
  }

  @Test func outOfTheOrdinary() throws {
    try check(
      Self.opening + [
        ("0.070 c P. 201:301(100) ack 301", .carried, .established, .established, false),
        ("0.071 c P. 101:201(100) ack 301", .outOfOrder, .established, .established, false),
        ("0.072 s . 301:301(0) ack 301", .predicted, .established, .established, true),
        ("0.300 c P. 201:301(100) ack 301", .repeated, .established, .established, false),
        ("0.310 s P. 301:311(10) ack 301", .predicted, .established, .established, true),
        ("0.311 s P. 301:311(10) ack 301", .copied, .established, .established, false),
        ("0.320 c . 301:301(0) ack 311 badsum", .damaged, .established, .established, false),
        (
          "0.330 c . -20000000:-20000000(0) ack 311", .unacceptable(.outsideWindow), .established, .established, false
        ),
        ("0.350 c R. 301:301(0) ack 311", .moved, .closed, .closed, false),
      ])
  }

  @Test func ofAnOldTimestamp() throws {
    try check([
      ("0.000 c S 0:0(0) <TS 1000 0>", .moved, .synSent, .synReceived, true),
      ("0.010 s S. 0:0(0) ack 1 <TS 500 1000>", .moved, .established, .synReceived, true),
      ("0.020 c . 1:1(0) ack 1 <TS 1010 500>", .moved, .established, .established, true),
      ("0.030 c P. 1:11(10) ack 1 <TS 900 500>", .unacceptable(.oldTimestamp), .established, .established, false),
    ])
  }

  @Test func ofASYNACKThatAnswersNothing() throws {
    try check([
      ("0.000 c S 0:0(0)", .moved, .synSent, .synReceived, true),
      ("0.010 s S. 0:0(0) ack 500", .unacceptable(.acknowledgesUnsent), .synSent, .synReceived, false),
    ])
  }

  /// Where nothing is held that a damaged segment belongs to, nothing is said of it.
  @Test func ofNoFlow() throws {
    var tracker = ConnectionTracker()
    var events: [TrackerEvent] = []
    let segment = try #require(WireScript("0.000 c P. 1:11(10) ack 1 badsum").lines[0].segment)
    #expect(tracker.process(segment, payload: [UInt8]().span, into: &events) == nil)
  }

  /// Every way to open and close: what the machine says of it is what is predicted.
  @Test(arguments: OrdinaryWay.closes)
  func waysToClose(way: OrdinaryWay) throws {
    for place in 1...way.lines.count {
      Followed.compare(try way.segments(upTo: place), "\(way.testDescription) up to \(place)")
    }
    #expect(try predicted(way) >= way.lines.count - (way.testDescription.hasPrefix("half-close") ? 4 : 1))
  }

  @Test(arguments: OrdinaryWay.closes)
  func departures(way: OrdinaryWay) throws {
    let names: Set = [
      "client's RST", "client's FIN", "server's FIN", "the segment sent again", "the packet twice",
      "more data of the client", "more data of the server", "data beyond a hole", "a pause of seconds",
    ]
    for departure in Departure.all where names.contains(departure.testDescription) {
      for place in 1...way.lines.count {
        let script = try way.script(leavingAfter: place, by: departure, goesOn: true)
        Followed.compare(
          script.lines.compactMap(\.segment), "\(way.testDescription), \(departure.testDescription) after \(place)")
      }
    }
  }

  /// So many are half-open at one listener that its SYN-ACKs may be cookies.
  @Test(arguments: [0.0001, 0.004, 0.03])
  func crowdedListener(interval: Double) throws {
    for isIPv6 in [false, true] {
      var crowd = Crowd()
      let ways = OrdinaryWay.closes.filter { $0.isIPv6 == isIPv6 && !$0.clientIsLarger || isIPv6 && $0.isIPv6 }
      for index in 0..<60 { crowd.add(try ways[index % ways.count].segments(), at: Double(index) * interval) }
      Followed.compare(crowd.inOrder, "\(interval) s, \(isIPv6)")
    }
  }

  /// Any segments whatever between two sockets, thousands of them: more moves than a log holds.
  @Test(arguments: UInt64(0)..<4)
  func moreMovesThanALogHolds(seed: UInt64) {
    var random = SeededGenerator(seed: seed)
    let flags: [TCPFlags] = [.syn, [.syn, .ack], .ack, [.ack, .psh], [.ack, .fin], [.rst, .ack], .rst]
    var segments: [Segment] = []
    for step in 0..<4000 as Range<Int64> {
      var segment = FlowTableTests.segment(
        from: 1, at: step * 400_000_000, flags: flags[Int.random(in: 0..<flags.count, using: &random)])
      if Bool.random(using: &random) { swap(&segment.source, &segment.destination) }
      segment.sequence = SequenceNumber(UInt32.random(in: 0...3, using: &random))
      if segment.flags.contains(.ack) {
        segment.acknowledgment = SequenceNumber(UInt32.random(in: 0...3, using: &random))
      }
      segment.window = 500
      segments.append(segment)
    }
    Followed.compare(segments, "\(seed)")
  }

  /// Of how many segments the machine was spared.
  private func predicted(_ way: OrdinaryWay) throws -> Int {
    var tracker = ConnectionTracker()
    var events: [TrackerEvent] = []
    var count = 0
    for segment in try way.segments() {
      tracker.stores.pass.distinct = Self.mark
      tracker.process(segment, payload: [UInt8]().span, into: &events)
      if tracker.stores.pass.distinct == Self.mark { count += 1 }
    }
    return count
  }

  /// The machine makes the pass anew with each segment: what is still marked after it was taken without.
  private static let mark = 123_456_789

  private func check(_ rows: [Row], sourceLocation: SourceLocation = #_sourceLocation) throws {
    for predictsSegments in [true, false] {
      for reportsTransitions in [false, true] {
        var configuration = TrackerConfiguration()
        configuration.predictsSegments = predictsSegments
        configuration.reportsTransitions = reportsTransitions
        var tracker = ConnectionTracker(configuration)
        var events: [TrackerEvent] = []
        for row in rows {
          let line = try WireScript(row.line).lines[0]
          let segment = try #require(line.segment)
          tracker.stores.pass.distinct = Self.mark
          let verdict = tracker.process(segment, payload: line.payload.span, into: &events)
          let kind = row.kind == .predicted && !predictsSegments ? .carried : row.kind
          let expected = PacketVerdict(
            flow: 1, sender: segment.source == WireScript.client ? .client : .server, kind: kind,
            clientState: row.client, serverState: row.server)
          #expect(verdict == expected, "\(row.line)", sourceLocation: sourceLocation)
          guard predictsSegments, row.kind != .damaged else { continue }
          let isPredicted = tracker.stores.pass.distinct == Self.mark
          #expect(isPredicted == row.isPredicted, "\(row.line)", sourceLocation: sourceLocation)
        }
      }
    }
  }
}
