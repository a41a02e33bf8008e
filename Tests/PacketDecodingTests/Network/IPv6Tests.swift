import PacketDecoding
import TestSupport
import Testing

/// RFC 8200: the way through the extension headers.
@Suite struct IPv6Tests {
  static let extensions: [(String, PacketBuilder)] = [
    ("hop-by-hop", PacketBuilder.tcp().inExtension(0)),
    ("destination options", PacketBuilder.tcp().inExtension(60, body: [UInt8](repeating: 0, count: 14))),
    ("both, twice", PacketBuilder.tcp().inExtension(60).inExtension(60).inExtension(0)),
    (
      "routing, at its end",
      PacketBuilder.tcp().inExtension(43, body: [4, 0, 0, 0, 0, 0] + [UInt8](repeating: 9, count: 16))
    ),
    ("a fragment header of a whole datagram", PacketBuilder.tcp().inFragmentHeader(offset: 0, hasMore: false)),
  ]

  @Test(arguments: extensions) func extensionHeadersAreWalked(_ name: String, payload: PacketBuilder) throws {
    var decoder = PacketDecoder()
    let segment = try decoder.requireSegment(payload.inIPv6().inEthernet())
    #expect(segment.source.port == 40_000)
    #expect(segment.destination.address == "2001:db8::2")
    #expect(segment.wirePayloadLength == 0)
    #expect(segment.identification == nil)
  }

  static let routes: [(UInt8, IPAddress)] = [(0, "::b"), (2, "::b"), (4, "::a"), (3, "2001:db8::2")]

  @Test(arguments: routes) func aSourceRouteEndsAtTheOtherEnd(type: UInt8, destination: IPAddress) throws {
    var decoder = PacketDecoder()
    let way = [UInt8](repeating: 0, count: 15) + [0xA] + [UInt8](repeating: 0, count: 15) + [0xB]
    let packet = PacketBuilder.tcp().inExtension(43, body: [type, 1, 0, 0, 0, 0] + way).inIPv6().inEthernet()
    #expect(decoder.segment(packet)?.destination.address == destination)
  }

  @Test func aPayloadLengthOfZeroLeavesItToTheFrame() throws {
    var decoder = PacketDecoder()
    let packet = PacketBuilder.tcp(payload: [1, 2, 3]).inIPv6(payloadLength: 0).inEthernet()
    #expect(decoder.segment(packet, originalLength: 90_000)?.wirePayloadLength == 90_000 - 14 - 60)
  }

  @Test func anExtensionBeyondThePacketIsNamed() {
    var decoder = PacketDecoder()
    var packet = PacketBuilder.tcp().inExtension(0)
    packet.bytes[1] = 200
    let error = DecodeError(layer: .ipv6Extension, problem: .badLength, offset: 54, needed: 1608, available: 28)
    #expect(decoder.decode(packet.inIPv6().inEthernet().bytes) == .malformed(error))
  }

  @Test(
    arguments: [(50, SkipReason.encapsulated(.encapsulatingSecurity)), (59, .notTCP(59)), (58, .notTCP(58))]
      as [(UInt8, SkipReason)])
  func whatIsNoTCPIsSkipped(number: UInt8, reason: SkipReason) {
    var decoder = PacketDecoder()
    let packet = PacketBuilder([128] + [UInt8](repeating: 0, count: 31), protocolNumber: number)
    #expect(decoder.decode(packet.inExtension(0).inIPv6().inEthernet().bytes) == .other(reason))
  }
}
