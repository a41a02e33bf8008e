import ConnectionTracking
import PacketDecoding
import TestSupport
import Testing

/// Payload in order: each byte once, as it first came, every gap named.
struct StreamReassemblyTests {
  @Test func inOrder() throws {
    let (client, server) = try streams(
      """
      c P. 1:6(5) ack 1 "hello"
      s P. 1:4(3) ack 6 "yes"
      c P. 6:12(6) ack 4 " world"
      c F. 12:12(0) ack 4
      s F. 4:4(0) ack 13
      """)
    #expect(client == "hello world$")
    #expect(server == "yes$")
  }

  @Test func outOfOrder() throws {
    let (client, _) = try streams(
      """
      c P. 1:4(3) ack 1 "abc"
      c P. 10:13(3) ack 1 "jkl"
      c F. 13:13(0) ack 1
      c P. 7:10(3) ack 1 "ghi"
      c P. 4:7(3) ack 1 "def"
      """)
    #expect(client == "abcdefghijkl$")
  }

  @Test func repeatsBringNothing() throws {
    let (client, _) = try streams(
      """
      c P. 1:4(3) ack 1 "abc"
      c P. 1:4(3) ack 1 "abc"
      c P. 2:6(4) ack 1 "bcde"
      c .  5:6(1) ack 1 "X"
      """)
    #expect(client == "abcde")
  }

  @Test func theFirstCopyOfAByteStays() throws {
    let (client, _) = try streams(
      """
      c P. 3:6(3) ack 1 "cde"
      c P. 5:9(4) ack 1 "XXgh"
      c P. 2:11(9) ack 1 "bYYYYYYij"
      c P. 1:3(2) ack 1 "aZ"
      """)
    #expect(client == "abcdeXghij")
  }

  @Test func aGapThatIsNeverFilledIsLost() throws {
    let (client, _) = try streams(
      """
      c P. 1:4(3) ack 1 "abc"
      c P. 9:12(3) ack 1 "ijk"
      """)
    #expect(client == "abc<5 lost>ijk")
  }

  @Test func aGapThatIsAcknowledgedWasNotCaptured() throws {
    let (client, _) = try streams(
      """
      c P. 1:4(3) ack 1 "abc"
      c P. 9:12(3) ack 1 "ijk"
      s .  1:1(0) ack 12
      c P. 12:15(3) ack 1 "lmn"
      """)
    #expect(client == "abc<5 uncaptured>ijklmn")
  }

  @Test func aGapBeforeTheFINIsNamedAsWell() throws {
    let (client, _) = try streams(
      """
      c P. 1:4(3) ack 1 "abc"
      c F. 9:9(0) ack 1
      s .  1:1(0) ack 10
      """)
    #expect(client == "abc<5 uncaptured>$")
  }

  @Test func acknowledgmentOfPartOfAGap() throws {
    let (client, _) = try streams(
      """
      c P. 1:4(3) ack 1 "abc"
      c P. 9:12(3) ack 1 "ijk"
      s .  1:1(0) ack 6
      c P. 6:9(3) ack 1 "fgh"
      """)
    #expect(client == "abc<2 uncaptured>fghijk")
  }

  @Test func whatTheSnapLengthCutIsAGap() throws {
    let (client, _) = try streams(
      """
      c P. 1:9(8) ack 1 "abcdefgh" cut 3
      c P. 9:12(3) ack 1 "ijk"
      """)
    #expect(client == "abc<5 cut>ijk")
  }

  @Test func whatTheSnapLengthCutBehindAHole() throws {
    let (client, _) = try streams(
      """
      c P. 4:12(8) ack 1 "defghijk" cut 3
      c P. 12:14(2) ack 1 "lm"
      c P. 1:4(3) ack 1 "abc"
      s .  1:1(0) ack 14
      """)
    #expect(client == "abcdef<5 cut>lm")
  }

  /// Nothing of the payload was captured, and a hole is before it.
  @Test func headersAlone() throws {
    let (client, _) = try streams(
      """
      c P. 1:4(3) ack 1 "abc" cut 0
      c P. 6:9(3) ack 1 "fgh" cut 0
      c P. 9:12(3) ack 1 "ijk" cut 0
      s .  1:1(0) ack 12
      """)
    #expect(client == "<3 cut><2 uncaptured><6 cut>")
  }

  /// Sent again and captured in full, before what was cut came in order.
  @Test func whatWasCutMayComeAgain() throws {
    let (client, _) = try streams(
      """
      c P. 4:12(8) ack 1 "defghijk" cut 3
      c P. 4:12(8) ack 1 "defghijk"
      c P. 1:4(3) ack 1 "abc"
      """)
    #expect(client == "abcdefghijk")
  }

  /// A cut before bytes that came early ends where they begin.
  @Test func whatWasCutBeforeWaitingBytes() throws {
    let (client, _) = try streams(
      """
      c P. 7:9(2) ack 1 "gh"
      c P. 1:12(11) ack 1 "abcdefghijk" cut 2
      """)
    #expect(client == "ab<4 cut>gh<3 cut>")
  }

  @Test func dataOfTheSYN() throws {
    let script = try WireScript(
      """
      0.0 c S  0:3(3) "abc"
      0.1 s S. 0:0(0) ack 4
      0.2 c P. 4:7(3) ack 1 "def"
      """)
    #expect(streams(script).client == "abcdef")
  }

  @Test func dataOfTheSYNThatWasNotTakenComesAgain() throws {
    let script = try WireScript(
      """
      0.0 c S  0:3(3) "abc"
      0.1 s S. 0:0(0) ack 1
      0.2 c P. 1:7(6) ack 1 "abcdef"
      """)
    #expect(streams(script).client == "abcdef")
  }

  @Test func keepaliveProbesAreNoData() throws {
    let (client, _) = try streams(
      """
      c P. 1:4(3) ack 1 "abc"
      c .  3:4(1) ack 1 "\u{0}"
      c P. 4:7(3) ack 1 "def"
      """)
    #expect(client == "abcdef")
  }

  @Test func whatTheReceiverDropsIsNotInTheStream() throws {
    let (client, _) = try streams(
      """
      c P. 1:4(3) ack 1 "abc"
      c P. 9000000:9000003(3) ack 1 "XXX"
      c P. 4:7(3) ack 1 "def"
      """)
    #expect(client == "abcdef")
  }

  @Test func lateStart() throws {
    let script = try WireScript(
      """
      0.0 c P. 500:503(3) ack 900 "abc"
      0.1 s P. 900:903(3) ack 503 "xyz"
      0.2 c P. 503:506(3) ack 903 "def"
      """)
    #expect(streams(script) == ("abcdef", "xyz"))
  }

  @Test func whatWaitsIsBounded() throws {
    var configuration = TrackerConfiguration()
    configuration.maximumOutOfOrderBytes = 1000
    var text = handshake
    for index in 0..<20 { text += "1.\(index + 10) c P. \(101 + 100 * index):\(201 + 100 * index)(100) ack 1\n" }
    let script = try WireScript(text)
    let (client, _) = streams(script, configuration)
    #expect(client.hasPrefix("<100 lost>"))
    #expect(client.utf8.count > 2000)
  }

  /// A piece of one byte takes far more than a byte, so far fewer of them may wait.
  @Test func tinyPiecesAreChargedForMoreThanTheirBytes() throws {
    var configuration = TrackerConfiguration()
    configuration.maximumOutOfOrderBytes = 1000
    var text = handshake
    for index in 0..<40 { text += "1.\(index + 10) c P. \(101 + 2 * index):\(102 + 2 * index)(1) ack 1 \"x\"\n" }
    let script = try WireScript(text)
    #expect(streams(script, configuration).client == "<100 lost>x" + String(repeating: "<1 lost>x", count: 39))
    configuration.reassemblesStreams = true
    var tracker = ConnectionTracker(configuration)
    var events: [TrackerEvent] = []
    for case let (segment?, payload) in script.lines.map({ ($0.segment, $0.payload) }) {
      tracker.process(segment, payload: payload.span, into: &events)
    }
    #expect(events.count { isBytes($0) } == 40 - 1000 / (1 + WaitingPieces.overhead))
  }

  private func isBytes(_ event: TrackerEvent) -> Bool {
    if case .stream(let event) = event, case .bytes = event.content { true } else { false }
  }

  @Test func nothingIsKeptUnlessAskedFor() throws {
    let script = try WireScript(opened)
    let events = script.events(TrackerConfiguration())
    #expect(!events.contains { if case .stream = $0 { true } else { false } })
  }

  private func streams(_ text: String) throws -> (client: String, server: String) {
    let lines = text.split(separator: "\n").enumerated().map { index, line in "1.\(index + 100) \(line)" }
    return streams(try WireScript(handshake + lines.joined(separator: "\n")))
  }

  /// Both streams as text: gaps in angle brackets, `$` for the FIN.
  private func streams(
    _ script: WireScript, _ configuration: TrackerConfiguration = .init()
  ) -> (client: String, server: String) {
    var configuration = configuration
    configuration.reassemblesStreams = true
    var texts = ["", ""]
    for case .stream(let event) in script.events(configuration) {
      texts[Int(event.from.rawValue)] += text(event.content)
    }
    return (texts[0], texts[1])
  }

  private func text(_ content: StreamEvent.Content) -> String {
    switch content {
    case .bytes(let bytes): String(decoding: bytes, as: UTF8.self)
    case .gap(let length, let gap): "<\(length) \(gap)>"
    case .end: "$"
    }
  }
}
