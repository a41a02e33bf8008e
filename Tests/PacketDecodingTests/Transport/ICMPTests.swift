import PacketDecoding
import TestSupport
import Testing

/// Errors that quote a TCP segment (RFC 792, RFC 4443).
@Suite struct ICMPTests {
  static let quoted = PacketBuilder.tcp(from: 40_000, to: 443, sequence: 77, flags: .syn)

  static func error4(_ type: UInt8, _ code: UInt8, rest: [UInt8] = [0, 0, 0, 0], quote: [UInt8]) -> PacketBuilder {
    PacketBuilder([type, code, 0, 0] + rest + quote, protocolNumber: 1)
      .inIPv4(from: "203.0.113.9", to: "192.0.2.1").inVLAN(3).inEthernet()
  }

  @Test(arguments: [(3, 1), (3, 3), (3, 13), (4, 0), (5, 1), (11, 0), (12, 0)] as [(UInt8, UInt8)])
  func anErrorSpeaksOfAFlow(type: UInt8, code: UInt8) throws {
    var decoder = PacketDecoder()
    let packet = Self.error4(type, code, quote: Array(Self.quoted.inIPv4().bytes.prefix(28)))
    guard case .icmpError(let error) = decoder.decode(packet.bytes) else { throw NotAnError() }
    #expect(error.reporter == "203.0.113.9")
    #expect(error.type == type && error.code == code)
    #expect(error.source == SocketAddress(address: "192.0.2.1", port: 40_000))
    #expect(error.destination == SocketAddress(address: "192.0.2.2", port: 443))
    #expect(error.sequence == SequenceNumber(77))
    #expect(error.nextHopMTU == nil)
    #expect(decoder.encapsulation(error.encapsulation)?.layers == [.vlan(3)])
  }

  @Test(arguments: 1...4 as ClosedRange<UInt8>) func anErrorOfVersion6(type: UInt8) throws {
    var decoder = PacketDecoder()
    let quote = Self.quoted.inExtension(60).inIPv6().bytes
    let packet = PacketBuilder([type, 0, 0, 0, 0, 0, 5, 0] + quote, protocolNumber: 58).inIPv6(from: "::9")
    guard case .icmpError(let error) = decoder.decode(packet.inEthernet().bytes) else { throw NotAnError() }
    #expect(error.reporter == "::9")
    #expect(error.source == SocketAddress(address: "2001:db8::1", port: 40_000))
    #expect(error.nextHopMTU == (type == 2 ? 1280 : nil))
  }

  @Test func theNextHopsSizeIsTold() throws {
    var decoder = PacketDecoder()
    let packet = Self.error4(3, 4, rest: [0, 0, 5, 0xB4], quote: Self.quoted.inIPv4().bytes)
    guard case .icmpError(let error) = decoder.decode(packet.bytes) else { throw NotAnError() }
    #expect(error.nextHopMTU == 1460)
  }

  @Test func aQuoteMayEndAfterThePorts() throws {
    var decoder = PacketDecoder()
    let packet = Self.error4(11, 0, quote: Array(Self.quoted.inIPv4().bytes.prefix(24)))
    guard case .icmpError(let error) = decoder.decode(packet.bytes) else { throw NotAnError() }
    #expect(error.sequence == nil)
    let shorter = Self.error4(11, 0, quote: Array(Self.quoted.inIPv4().bytes.prefix(23)))
    let malformed = DecodeError(layer: .tcp, problem: .badLength, offset: 66, needed: 4, available: 3)
    #expect(decoder.decode(shorter.bytes) == .malformed(malformed))
  }

  static let others: [(String, [UInt8])] = [
    ("an echo", [8, 0, 0, 0, 0, 1, 0, 1] + quoted.inIPv4().bytes),
    ("an error about UDP", [3, 3, 0, 0, 0, 0, 0, 0] + PacketBuilder.udp(to: 53, payload: []).inIPv4().bytes),
    ("an error about a later fragment", [11, 1, 0, 0, 0, 0, 0, 0] + quoted.inIPv4(fragment: (64, false)).bytes),
  ]

  @Test(arguments: others) func whatQuotesNoSegmentIsSkipped(_ what: String, message: [UInt8]) {
    var decoder = PacketDecoder()
    let packet = PacketBuilder(message, protocolNumber: 1).inIPv4().inEthernet()
    #expect(decoder.decode(packet.bytes) == .other(.notTCP(1)))
  }

  struct NotAnError: Error {}
}
