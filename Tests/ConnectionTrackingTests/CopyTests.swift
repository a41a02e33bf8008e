import ConnectionTracking
import PacketDecoding
import TestSupport
import Testing

/// A packet that the capture holds twice, told from what its sender sent again.
@Suite("Copies of packets")
struct CopyTests {
  /// Each end has sent a SYN, and the client 300 bytes in segments of its identifications 1 to 5.
  private static let sent = """
    0.000 c S 0:0(0) id 1
    0.010 s S. 0:0(0) ack 1 id 900
    0.020 c . 1:1(0) ack 1 id 2
    0.030 c P. 1:101(100) ack 1 id 3
    0.031 c P. 101:201(100) ack 1 id 4
    0.032 c P. 201:301(100) ack 1 id 5

    """

  @Test(
    "have an identification among their sender's last four",
    arguments: [
      ("0.033 c P. 201:301(100) ack 1 id 5", 1), ("0.033 c P. 101:201(100) ack 1 id 4", 1),
      ("0.033 c P. 1:101(100) ack 1 id 3", 1), ("0.033 c . 1:1(0) ack 1 id 2", 1),
      // The fifth before the end is forgotten.
      ("0.033 c S 0:0(0) id 1", 0),
      // Sent again, for its sender counts on.
      ("0.033 c P. 201:301(100) ack 1 id 6", 0), ("0.033 c P. 1:101(100) ack 1 id 6", 0),
      // What is new is none, though the identification has been used.
      ("0.033 c P. 301:401(100) ack 1 id 5", 0), ("0.033 c P. 201:301(100) ack 1 id 0", 0),
      // The identification of the last one, but something else.
      ("0.033 c . 301:301(0) ack 1 id 5", 0), ("0.033 c . 301:301(0) ack 1 id 4", 1),
    ])
  func identification(line: String, copies: Int) throws {
    let flow = try flow(Self.sent + line)
    #expect(flow.clientEnd.duplicatePackets == copies)
    #expect(flow.clientEnd.packets == 6 - copies)
    #expect(flow.serverEnd.duplicatePackets == 0)
  }

  @Test("do not come later than 50 ms", arguments: [("0.033", true), ("0.082", true), ("0.082000001", false)])
  func span(time: String, isCopy: Bool) throws {
    for id in [5, 4] {
      let line = id == 5 ? "201:301(100)" : "101:201(100)"
      let flow = try flow(Self.sent + "\(time) c P. \(line) ack 1 id \(id)")
      #expect(flow.clientEnd.duplicatePackets == (isCopy ? 1 : 0))
      #expect(flow.clientEnd.retransmittedSegments == (isCopy ? 0 : 1))
    }
  }

  @Test("move nothing and count nowhere else", arguments: [1, 2, 5])
  func moveNothing(times: Int) throws {
    let lines = Self.sent.split(separator: "\n").map(String.init)
    let plain = try flow(Self.sent)
    var copied = try flow(
      lines.map { Array(repeating: $0, count: times).joined(separator: "\n") }.joined(separator: "\n"))
    #expect(copied.clientEnd.duplicatePackets == 5 * (times - 1))
    #expect(copied.serverEnd.duplicatePackets == times - 1)
    #expect(copied.clientEnd.packets == plain.clientEnd.packets)
    #expect(copied.clientEnd.bytes == plain.clientEnd.bytes)
    #expect(copied.timeline.map(\.to) == plain.timeline.map(\.to))
    copied.observations.removeAll { $0.kind == .duplicatePacket }
    #expect(copied.observations.isEmpty)
  }

  /// A pure ACK takes no sequence space: only its identification tells that it was not sent twice.
  @Test(
    "may be acknowledgments, with an identification",
    arguments: [
      (" id 901", " id 901", true), (" id 901", " id 902", false), ("", "", false), (" id 0", " id 0", false),
    ])
  func acknowledgments(first: String, second: String, isCopy: Bool) throws {
    let text = Self.sent + "0.040 s . 1:1(0) ack 301\(first)\n0.041 s . 1:1(0) ack 301\(second)"
    #expect(try flow(text).serverEnd.duplicatePackets == (isCopy ? 1 : 0))
  }

  /// A sender that gives every packet the same one numbers none.
  @Test("are not told by an identification that never changes")
  func constantIdentifications() throws {
    let constant = Self.sent.replacing(#/id \d/#, with: "id 7")
    #expect(try flow(constant + "0.033 c P. 201:301(100) ack 1 id 7").clientEnd.duplicatePackets == 1, "within 2 ms")
    #expect(try flow(constant + "0.035 c P. 201:301(100) ack 1 id 7").clientEnd.duplicatePackets == 0)
    #expect(try flow(constant + "0.033 c P. 101:201(100) ack 1 id 7").clientEnd.duplicatePackets == 0)
    #expect(
      try flow(constant + "0.033 c . 301:301(0) ack 1 id 7\n0.034 c . 301:301(0) ack 1 id 7")
        .clientEnd.duplicatePackets == 0)
  }

  /// Without identification the last segment alone, within 2 ms, and before anything answers.
  @Test(
    "are alike where they have no identification",
    arguments: [
      ("0.032500 c P. 201:301(100) ack 1", 1), ("0.034 c P. 201:301(100) ack 1", 1),
      ("0.034000001 c P. 201:301(100) ack 1", 0), ("0.033 c P. 101:201(100) ack 1", 0),
      ("0.033 c P. 201:301(100) ack 1 win 500", 0), ("0.033 c F. 201:300(99) ack 1", 0),
      ("0.032500 s . 1:1(0) ack 301\n0.033 c P. 201:301(100) ack 1", 0), ("0.033 c P. 201:301(100) ack 1 id 9", 0),
    ])
  func anonymous(lines: String, copies: Int) throws {
    let flow = try flow(Self.sent.replacing(#/ id \d+/#, with: "") + lines)
    #expect(flow.clientEnd.duplicatePackets == copies)
    #expect(flow.serverEnd.duplicatePackets == 0)
  }

  @Test("have the same timestamp where they have no identification", arguments: [(20, true), (21, false)])
  func timestamp(value: Int, isCopy: Bool) throws {
    let text = """
      0.000 c S 0:0(0) <TS 10 0>
      0.010 s S. 0:0(0) ack 1 <TS 10 10>
      0.020 c P. 1:101(100) ack 1 <TS 20 10>
      0.021 c P. 1:101(100) ack 1 <TS \(value) 10>
      """
    #expect(try flow(text).clientEnd.duplicatePackets == (isCopy ? 1 : 0))
  }

  @Test(
    "may be of a RST",
    arguments: [
      ("0.041 s R. 1:1(0) ack 301 id 901", 1), ("0.090 s R. 1:1(0) ack 301 id 901", 1),
      ("0.091 s R. 1:1(0) ack 301 id 901", 0), ("0.041 s R. 1:1(0) ack 301 id 902", 0),
      ("0.041 s R. 1:1(0) ack 301", 0), ("0.041 s R. 1:1(0) ack 301 win 9 id 901", 0),
      ("0.041 c R. 301:301(0) ack 1 id 901", 0),
    ])
  func resets(line: String, copies: Int) throws {
    let flow = try flow(Self.sent + "0.040 s R. 1:1(0) ack 301 id 901\n" + line)
    #expect(flow.serverEnd.duplicatePackets == copies)
    #expect(flow.clientEnd.duplicatePackets == 0)
    let resets = flow.observations.filter { $0.kind == .reset }.reduce(0) { $0 + $1.count }
    #expect(resets == 2 - copies)
  }

  /// What the network held back passes late and fills a hole: it had never been captured, so it is the packet itself.
  @Test(
    "are no segments that the network held back",
    arguments: ["0.045 c P. 101:201(100) ack 1 id 4", "0.045 c P. 101:201(100) ack 1"])
  func heldBack(line: String) throws {
    let lines = Self.sent.split(separator: "\n").filter { !$0.contains("101:201") }
    let flow = try flow((lines.map(String.init) + [line]).joined(separator: "\n"))
    #expect(flow.clientEnd.duplicatePackets == 0)
    #expect(flow.clientEnd.outOfOrderSegments == 1)
    #expect(flow.clientEnd.distinctPayloadBytes == 300)
    #expect(flow.clientEnd.retransmittedBytes == 0)
    // And once it has passed, its copy is one.
    let again = try self.flow((lines.map(String.init) + [line, "0.046" + line.dropFirst(5)]).joined(separator: "\n"))
    #expect(again.clientEnd.duplicatePackets == (line.contains("id") ? 1 : 0))
  }

  /// The identifications of one end say nothing of the other, nor of another connection.
  @Test("are of their own sender and flow")
  func ownSender() throws {
    #expect(try flow(Self.sent + "0.033 s . 1:1(0) ack 1 id 5").serverEnd.duplicatePackets == 0)
    var other = try WireScript(Self.sent).lines
    for index in other.indices {
      guard var segment = other[index].segment else { continue }
      let client = SocketAddress(address: WireScript.client.address, port: 40_001)
      if segment.source == WireScript.client { segment.source = client } else { segment.destination = client }
      other[index].segment = segment
    }
    var script = try WireScript(Self.sent)
    script.lines = zip(script.lines, other).flatMap { [$0, $1] }
    #expect(script.flows().allSatisfy { $0.clientEnd.duplicatePackets + $0.serverEnd.duplicatePackets == 0 })
  }

  /// The last payload is compared with what comes in its place.
  @Test(
    "have another content only where their last payload does",
    arguments: [
      ("0.033 c P. 201:301(100) ack 1 id 6 data 1", 1), ("0.033 c P. 201:301(100) ack 1 id 6", 0),
      ("0.033 c P. 201:301(100) ack 1 id 5 data 1", 1), ("0.033 c P. 101:201(100) ack 1 id 6 data 1", 0),
      ("0.033 c P. 201:301(100) ack 1 id 6 data 1 cut 50", 0), ("0.033 c P. 251:301(50) ack 1 id 6 data 1", 0),
      ("9.000 c P. 201:301(100) ack 1 id 6 data 1", 1),
    ])
  func otherContent(line: String, observations: Int) throws {
    #expect(try flow(Self.sent + line).observations.filter { $0.kind == .differentData }.count == observations)
  }

  /// Nothing numbers these packets; that the capture holds some of them twice tells of the others.
  @Test(
    "are known without identifications where the capture holds all twice",
    arguments: ["0.0005", "0.000000001", "0"])
  func doubled(later: String) throws {
    let lines = Self.anonymous.split(separator: "\n").map(String.init)
    let delay = Timestamp(nanoseconds: Int64((Double(later) ?? 0) * 1_000_000_000))
    var script = try WireScript(lines.flatMap { [$0, $0] }.joined(separator: "\n"))
    for index in script.lines.indices where index % 2 == 1 {
      let time = script.lines[index].time.advanced(byNanoseconds: delay.nanoseconds)
      script.lines[index].time = time
      script.lines[index].segment?.time = time
    }
    let single = try flow(Self.anonymous)
    var flow = try #require(script.flows().first)
    #expect(flow.clientEnd.packets == single.clientEnd.packets)
    #expect(flow.serverEnd.packets == single.serverEnd.packets)
    #expect(flow.timeline.map(\.to) == single.timeline.map(\.to))
    flow.observations.removeAll { $0.kind == .duplicatePacket }
    #expect(flow.observations.map(\.kind) == single.observations.map(\.kind))
    #expect(flow.observations.map(\.count) == single.observations.map(\.count))
  }

  /// Data sent again, the keepalive probe, pure ACKs and a RST.
  private static let anonymous = """
    0.000 c S 0:0(0)
    0.010 s S. 0:0(0) ack 1
    0.020 c . 1:1(0) ack 1
    0.030 c P. 1:101(100) ack 1
    0.330 c P. 1:101(100) ack 1
    0.340 s . 1:1(0) ack 101
    9.000 c . 100:100(0) ack 1
    9.010 s . 1:1(0) ack 101
    9.500 c R. 101:101(0) ack 1
    """

  /// Where no packet is in the capture twice, what looks alike was sent twice.
  @Test func areNotWhatWasSentTwice() throws {
    let acks = try flow(Self.anonymous + "\n").serverEnd.packets
    let twice = Self.anonymous.replacing(
      "0.340 s . 1:1(0) ack 101", with: "0.340 s . 1:1(0) ack 101\n0.3401 s . 1:1(0) ack 101")
    #expect(try flow(twice).serverEnd.packets == acks + 1)
    let resets = try flow(Self.anonymous + "\n9.5001 c R. 101:101(0) ack 1").observations.filter { $0.kind == .reset }
    #expect(resets.reduce(0) { $0 + $1.count } == 2)
  }

  private func flow(_ text: String) throws -> Flow { try #require(try WireScript(text).flows().first) }
}
