import PacketDecoding
import TestSupport
import Testing

/// RFC 791: lengths that agree and lengths that don't.
@Suite struct IPv4Tests {
  @Test func ethernetPaddingIsNoPayload() throws {
    var decoder = PacketDecoder()
    let packet = PacketBuilder.tcp(flags: .ack).inIPv4().inEthernet(padding: 0xEE)
    let segment = try decoder.requireSegment(packet)
    #expect(packet.bytes.count == 60)
    #expect(segment.wirePayloadLength == 0)
    #expect(segment.payload.isEmpty)
    #expect(segment.wireLength == 40)
  }

  @Test(arguments: [3000, 70_000]) func aTotalLengthOfZeroLeavesItToTheFrame(length: Int) throws {
    var decoder = PacketDecoder()
    let packet = PacketBuilder.tcp(payload: [UInt8](repeating: 1, count: 100)).inIPv4(totalLength: 0).inEthernet()
    let segment = try decoder.requireSegment(packet, originalLength: length)
    #expect(segment.wirePayloadLength == length - 14 - 40)
    #expect(segment.payload.count == 100)
  }

  @Test func theIPLengthCountsWhereTheFrameIsShorter() throws {
    var decoder = PacketDecoder()
    let packet = PacketBuilder.tcp(payload: [1, 2, 3]).inIPv4(totalLength: 1500).inEthernet()
    let segment = try decoder.requireSegment(packet)
    #expect(segment.wirePayloadLength == 1460)
    #expect(segment.payload.count == 3)
  }

  static let broken: [(String, Int, UInt8, DecodeError)] = [
    ("version", 14, 0x65, DecodeError(layer: .ipv4, problem: .badValue, offset: 14, needed: 20, available: 20)),
    (
      "header too short", 14, 0x44,
      DecodeError(layer: .ipv4, problem: .badLength, offset: 14, needed: 20, available: 16)
    ),
    (
      "header beyond the frame", 14, 0x4F,
      DecodeError(layer: .ipv4, problem: .badLength, offset: 14, needed: 60, available: 40)
    ),
    (
      "total length within the header", 17, 19,
      DecodeError(layer: .ipv4, problem: .badLength, offset: 14, needed: 20, available: 19)
    ),
    (
      "total length within the TCP header", 17, 30,
      DecodeError(layer: .tcp, problem: .badLength, offset: 34, needed: 20, available: 10)
    ),
    (
      "TCP header too short", 46, 0x40,
      DecodeError(layer: .tcp, problem: .badLength, offset: 34, needed: 20, available: 16)
    ),
    (
      "TCP header beyond the datagram", 46, 0x60,
      DecodeError(layer: .tcp, problem: .badLength, offset: 34, needed: 24, available: 20)
    ),
  ]

  @Test(arguments: broken) func aBrokenFieldIsNamed(_ what: String, index: Int, byte: UInt8, error: DecodeError) {
    var decoder = PacketDecoder()
    let bytes = PacketBuilder.tcp().inIPv4().inEthernet().bytes.replacing(at: index, with: byte)
    #expect(decoder.decode(bytes) == .malformed(error))
  }

  @Test func aCutHeaderIsTruncated() {
    var decoder = PacketDecoder()
    let bytes = PacketBuilder.tcp().inIPv4().inEthernet().bytes
    let error = DecodeError(layer: .ipv4, problem: .truncated, offset: 14, needed: 20, available: 6)
    #expect(decoder.decode(Array(bytes[..<20]), originalLength: bytes.count) == .malformed(error))
  }

  static let skipped: [(UInt8, SkipReason)] = [
    (2, .notTCP(2)), (17, .notTCP(17)), (132, .notTCP(132)), (50, .encapsulated(.encapsulatingSecurity)),
    (108, .encapsulated(.ipComp)), (1, .notTCP(1)),
  ]

  @Test(arguments: skipped) func otherProtocolsAreSkipped(number: UInt8, reason: SkipReason) {
    var decoder = PacketDecoder()
    let packet = PacketBuilder([UInt8](repeating: 0, count: 32), protocolNumber: number).inIPv4().inEthernet()
    #expect(decoder.decode(packet.bytes) == .other(reason))
  }

  @Test(
    arguments: [(0x0806, SkipReason.notIP(0x0806)), (0x88E5, .encapsulated(.macsec)), (0x8863, .notIP(0x8863))]
      as [(UInt16, SkipReason)])
  func otherEtherTypesAreSkipped(type: UInt16, reason: SkipReason) {
    var decoder = PacketDecoder()
    #expect(decoder.decode(Wrapping.frame(type: type, [UInt8](repeating: 0, count: 46))) == .other(reason))
  }

  @Test func anAuthenticationHeaderIsSkipped() throws {
    var decoder = PacketDecoder()
    let header: [UInt8] = [6, 4, 0, 0, 0, 0, 0, 1, 0, 0, 0, 1, 9, 9, 9, 9, 9, 9, 9, 9, 9, 9, 9, 9]
    let packet = PacketBuilder(header + PacketBuilder.tcp().bytes, protocolNumber: 51).inIPv4().inEthernet()
    #expect(decoder.segment(packet)?.source.port == 40_000)
  }
}
