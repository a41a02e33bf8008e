import PacketDecoding
import TestSupport
import Testing

/// A conversation out of which nothing falls: handshake, data, FINs; or a SYN and its refusal. Lines are those of a ``WireScript`` without times
/// and options.
struct OrdinaryWay: Sendable, CustomTestStringConvertible {
  let testDescription: String
  let lines: [String]
  /// Milliseconds between two lines.
  var step = 10
  var hasTimestamps = false
  var hasIdentifications = false
  var isIPv6 = false
  var scalesWindow = true
  /// The client has the larger address.
  var clientIsLarger = false

  private static let opening = ["c S 0:0(0)", "s S. 0:0(0) ack 1", "c . 1:1(0) ack 1"]
  private static let exchange = ["c P. 1:101(100) ack 1", "s . 1:1(0) ack 101", "s P. 1:301(300) ack 101"]
  private static let fourWay = [
    "c F. 101:101(0) ack 301", "s . 301:301(0) ack 102", "s F. 301:301(0) ack 102", "c . 102:102(0) ack 302",
  ]
  private static let threeWay = ["s F. 301:301(0) ack 101", "c F. 101:101(0) ack 302", "s . 302:302(0) ack 102"]
  /// No socket: a RST with sequence number 0.
  private static let refusal = "s R. \(-Int(WireScript.serverISN)):\(-Int(WireScript.serverISN))(0) ack 1 win 0"
  private static let withLastData = ["s F. 301:401(100) ack 101", "c . 101:101(0) ack 402", "c F. 101:101(0) ack 402"]

  static let all = [
    OrdinaryWay(testDescription: "four-way", lines: opening + exchange + ["c . 101:101(0) ack 301"] + fourWay),
    OrdinaryWay(testDescription: "three-way", lines: opening + exchange + threeWay, hasTimestamps: true),
    OrdinaryWay(
      testDescription: "last data with the FIN", lines: opening + exchange + withLastData, hasIdentifications: true),
    OrdinaryWay(
      testDescription: "with pauses", lines: opening + exchange + fourWay, step: 2000, hasTimestamps: true,
      hasIdentifications: true),
    OrdinaryWay(
      testDescription: "server first",
      lines: opening + ["s P. 1:301(300) ack 1", "c P. 1:101(100) ack 301", "s . 301:301(0) ack 101"] + threeWay,
      step: 1500),
    OrdinaryWay(testDescription: "refused", lines: ["c S 0:0(0)", refusal + " id 0"]),
    OrdinaryWay(
      testDescription: "refused, with identifications", lines: ["c S 0:0(0)", refusal], hasIdentifications: true),
    OrdinaryWay(testDescription: "refused over IPv6", lines: ["c S 0:0(0)", refusal], isIPv6: true),
    OrdinaryWay(testDescription: "refused late", lines: ["c S 0:0(0)", refusal + " id 0"], step: 1500),
  ]

  /// The conversation up to its line `place`, then `departure`, then the rest of it where it `goesOn`.
  func script(leavingAfter place: Int, by departure: Departure, goesOn: Bool) throws -> WireScript {
    var writer = Writer(way: self)
    for line in lines.prefix(place) { try writer.add(line) }
    writer.time += departure.wait - step
    for line in departure.lines(writer.place) { try writer.add(line) }
    writer.time += departure.pause
    if goesOn { for line in lines.dropFirst(place) { try writer.add(line) } }
    var script = try WireScript(writer.text)
    if clientIsLarger { script.enlargeClient() }
    if isIPv6 { script.useIPv6() }
    return script
  }
}

extension OrdinaryWay {
  private static let byServer = [
    "s F. 301:301(0) ack 101", "c . 101:101(0) ack 302", "c F. 101:101(0) ack 302", "s . 302:302(0) ack 102",
  ]
  private static let threeWayByClient = [
    "c F. 101:101(0) ack 301", "s F. 301:301(0) ack 102", "c . 102:102(0) ack 302",
  ]
  private static let payloadInBothFINs = [
    "c F. 101:151(50) ack 301", "s . 301:301(0) ack 152", "s F. 301:351(50) ack 152", "c . 152:152(0) ack 352",
  ]
  private static let halfClose = [
    "c F. 101:101(0) ack 301", "s . 301:301(0) ack 102", "s P. 301:401(100) ack 102", "c . 102:102(0) ack 401",
    "s F. 401:401(0) ack 102", "c . 102:102(0) ack 402",
  ]
  private static let serverSpeaks = ["s P. 1:301(300) ack 1", "c P. 1:101(100) ack 301", "s . 301:301(0) ack 101"]

  /// Every way to close, by either end, after every way to open.
  static let closes =
    ways("four-way by the client", fourWay) + ways("four-way by the server", byServer)
    + ways("three-way by the client", threeWayByClient) + ways("three-way by the server", threeWay)
    + ways("payload in both FINs", payloadInBothFINs) + ways("last data with the server's FIN", withLastData)
    + ways("half-close", halfClose)

  private static func ways(_ name: String, _ close: [String]) -> [OrdinaryWay] {
    let clientFirst = opening + exchange + close
    let serverFirst = opening + serverSpeaks + close
    let plain = OrdinaryWay(testDescription: name, lines: clientFirst)
    let stamped = OrdinaryWay(
      testDescription: "\(name), timestamps, no scale", lines: serverFirst, hasTimestamps: true,
      hasIdentifications: true, scalesWindow: false)
    let overIPv6 = OrdinaryWay(
      testDescription: "\(name), IPv6, from the larger address", lines: clientFirst, hasTimestamps: true, isIPv6: true,
      clientIsLarger: true)
    let larger = OrdinaryWay(
      testDescription: "\(name), no scale, from the larger address", lines: serverFirst, hasIdentifications: true,
      scalesWindow: false, clientIsLarger: true)
    return [plain, stamped, overIPv6, larger]
  }
}

extension WireScript {
  fileprivate mutating func enlargeClient() {
    let client = SocketAddress(address: IPAddress(v4: 0x0A00_0009), port: WireScript.client.port)
    for index in lines.indices {
      if lines[index].segment?.source == WireScript.client { lines[index].segment?.source = client }
      if lines[index].segment?.destination == WireScript.client { lines[index].segment?.destination = client }
    }
  }

  /// The same conversation between addresses of IPv6.
  fileprivate mutating func useIPv6() {
    for index in lines.indices {
      guard var segment = lines[index].segment else { continue }
      segment.source.address = IPAddress(v6High: 0x2001_0DB8 << 32, low: segment.source.address.low)
      segment.destination.address = IPAddress(v6High: 0x2001_0DB8 << 32, low: segment.destination.address.low)
      segment.identification = nil
      segment.wireLength += 20
      lines[index].segment = segment
    }
  }
}

/// Where a conversation has come to: the next number of either end, and the last line.
struct Place: Sendable {
  var client = 0
  var server = 0
  var line = ""
}

/// Gives lines their times and options.
private struct Writer {
  let way: OrdinaryWay
  var time = 0
  var place = Place()
  private(set) var text = ""
  private var count = 0

  init(way: OrdinaryWay) { self.way = way }

  mutating func add(_ line: String) throws {
    time += way.step
    count += 1
    var full = "\(time / 1000).\(String(time % 1000 + 1000).dropFirst()) \(line)"
    if way.hasIdentifications { full += " id \(count + 500)" }
    var options = line.contains("S") ? ["mss 1460", "sackOK"] + (way.scalesWindow ? ["wscale 7"] : []) : []
    if way.hasTimestamps { options.append("TS \(time + 1_000_000) \(time + 999_990)") }
    if !options.isEmpty { full += " <\(options.joined(separator: ","))>" }
    text += full + "\n"
    note(line, try WireScript(full).lines.first?.segment)
  }

  private mutating func note(_ line: String, _ segment: Segment?) {
    guard let segment else { return }
    place.line = line
    if segment.source == WireScript.client {
      place.client = max(place.client, segment.sequenceEnd.distance(from: SequenceNumber(WireScript.clientISN)))
    } else {
      place.server = max(place.server, segment.sequenceEnd.distance(from: SequenceNumber(WireScript.serverISN)))
    }
  }
}
