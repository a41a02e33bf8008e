public import PacketDecoding

/// One way a TCP segment can be wrapped on a link, and what the decoder says of the way.
package struct Wrapping: Sendable {
  package var testDescription: String
  package var linkType: LinkType = .ethernet
  package var bytes: [UInt8]
  package var layers: [Encapsulation.Layer] = []

  package static let payload: [UInt8] = Array("hello, peer".utf8)
  package static let options: [UInt8] = [1, 1, 8, 10, 0, 0, 0, 7, 0, 0, 0, 9]

  package static let segment = PacketBuilder.tcp(
    sequence: 0xFFFF_FFFE, acknowledgment: 77, flags: [.ack, .psh], options: options, payload: payload)
  package static let v4 = segment.inIPv4()
  package static let v6 = segment.inIPv6()

  package static let all: [Wrapping] = links + tags + pointToPoint + tunnels

  private static let links: [Wrapping] = [
    Wrapping(testDescription: "Ethernet, IPv4", bytes: v4.inEthernet().bytes),
    Wrapping(testDescription: "Ethernet, IPv6", bytes: v6.inEthernet().bytes),
    Wrapping(
      testDescription: "Ethernet, IPv4 with options",
      bytes: segment.inIPv4(options: [1, 1, 1, 1, 7, 7, 4, 0]).inEthernet().bytes),
    Wrapping(
      testDescription: "802.3, SNAP",
      bytes: frame(type: 61, [0xAA, 0xAA, 3, 0, 0, 0, 8, 0] + v4.bytes)),
    Wrapping(testDescription: "802.3, LLC of IP", bytes: frame(type: 61, [6, 6, 3] + v4.bytes)),
    Wrapping(testDescription: "RAW, IPv4", linkType: .raw, bytes: v4.bytes),
    Wrapping(testDescription: "RAW, IPv6", linkType: .raw, bytes: v6.bytes),
    Wrapping(testDescription: "RAW as Linux numbers it", linkType: .rawDLT, bytes: v4.bytes),
    Wrapping(testDescription: "RAW as OpenBSD numbers it", linkType: .rawOpenBSD, bytes: v6.bytes),
    Wrapping(testDescription: "IPV4", linkType: .ipv4, bytes: v4.bytes),
    Wrapping(testDescription: "IPV6", linkType: .ipv6, bytes: v6.bytes),
    Wrapping(testDescription: "NULL, little-endian", linkType: .null, bytes: [2, 0, 0, 0] + v4.bytes),
    Wrapping(testDescription: "NULL, big-endian", linkType: .null, bytes: [0, 0, 0, 2] + v4.bytes),
    Wrapping(testDescription: "LOOP", linkType: .loop, bytes: [0, 0, 0, 24] + v6.bytes),
    Wrapping(
      testDescription: "SLL", linkType: .linuxCooked,
      bytes: [0, 4, 0, 1, 0, 6, 2, 0, 0, 0, 0, 1, 0, 0, 8, 0] + v4.bytes),
    Wrapping(
      testDescription: "SLL2", linkType: .linuxCooked2,
      bytes: [0x86, 0xDD, 0, 0, 0, 0, 0, 3, 0, 1, 4, 6, 2, 0, 0, 0, 0, 1, 0, 0] + v6.bytes),
  ]

  private static let tags: [Wrapping] = [
    Wrapping(testDescription: "802.1Q", bytes: v4.inVLAN(7).inEthernet().bytes, layers: [.vlan(7)]),
    Wrapping(
      testDescription: "802.1ad",
      bytes: v6.inVLAN(7).inVLAN(4094, tag: 0x88A8).inEthernet().bytes, layers: [.vlan(4094), .vlan(7)]),
    Wrapping(
      testDescription: "three old tags",
      bytes: v4.inVLAN(1).inVLAN(2, tag: 0x9100).inVLAN(3, tag: 0x9200).inEthernet().bytes,
      layers: [.vlan(3), .vlan(2), .vlan(1)]),
    Wrapping(testDescription: "a priority tag names no VLAN", bytes: v4.inVLAN(0x6000).inEthernet().bytes),
    Wrapping(
      testDescription: "the priority in a tag does not count",
      bytes: v4.inVLAN(0xE007).inEthernet().bytes, layers: [.vlan(7)]),
    Wrapping(
      testDescription: "a tag after SLL", linkType: .linuxCooked,
      bytes: [0, 4, 0, 1, 0, 6, 2, 0, 0, 0, 0, 1, 0, 0, 0x81, 0] + v4.inVLAN(5).bytes, layers: [.vlan(5)]),
    Wrapping(testDescription: "VN-Tag", bytes: frame(type: 0x8926, [0x80, 1, 0, 2, 8, 0] + v4.bytes)),
    Wrapping(testDescription: "one MPLS label", bytes: v4.inMPLS([16]).inEthernet().bytes),
    Wrapping(testDescription: "three MPLS labels", bytes: v6.inMPLS([16, 17, 2]).inEthernet().bytes),
    Wrapping(
      testDescription: "a pseudowire with a control word",
      bytes: PacketBuilder([0, 0, 0, 0] + v4.inEthernet().bytes).inMPLS([100]).inEthernet().bytes),
    Wrapping(
      testDescription: "a pseudowire without one",
      bytes: v4.inEthernet().inMPLS([100]).inEthernet().bytes.replacing(at: 18, with: 0x22)),
  ]

  private static let pointToPoint: [Wrapping] = [
    Wrapping(testDescription: "PPP", linkType: .ppp, bytes: v4.inPPP().bytes),
    Wrapping(testDescription: "PPP with address and control", linkType: .ppp, bytes: [0xFF, 3] + v6.inPPP().bytes),
    Wrapping(testDescription: "PPP with a short protocol field", linkType: .pppHDLC, bytes: [0x21] + v4.bytes),
    Wrapping(testDescription: "Cisco HDLC", linkType: .ciscoHDLC, bytes: [0x0F, 0, 8, 0] + v4.bytes),
    Wrapping(
      testDescription: "PPPoE", bytes: v4.inPPP().inPPPoE(session: 0x1234).inEthernet().bytes,
      layers: [.pppoe(0x1234)]),
    Wrapping(
      testDescription: "PPP_ETHER", linkType: .pppEthernet,
      bytes: v6.inPPP().inPPPoE(session: 9).bytes, layers: [.pppoe(9)]),
    Wrapping(
      testDescription: "PPPoE in a VLAN",
      bytes: v4.inPPP().inPPPoE(session: 1).inVLAN(7).inEthernet().bytes, layers: [.vlan(7), .pppoe(1)]),
  ]

  private static let tunnels: [Wrapping] = [
    Wrapping(testDescription: "4in4", bytes: v4.inOuterIPv4().inEthernet().bytes, layers: [outer4(.ip)]),
    Wrapping(testDescription: "6in4", bytes: v6.inOuterIPv4().inEthernet().bytes, layers: [outer4(.ip)]),
    Wrapping(testDescription: "4in6", bytes: v4.inOuterIPv6().inEthernet().bytes, layers: [outer6(.ip)]),
    Wrapping(testDescription: "6in6", bytes: v6.inOuterIPv6().inEthernet().bytes, layers: [outer6(.ip)]),
    Wrapping(
      testDescription: "4in6in4", bytes: v4.inOuterIPv6().inOuterIPv4().inEthernet().bytes,
      layers: [outer4(.ip), outer6(.ip)]),
    Wrapping(testDescription: "GRE", bytes: v4.inGRE().inOuterIPv4().inEthernet().bytes, layers: [outer4(.gre)]),
    Wrapping(
      testDescription: "GRE with all its fields",
      bytes: v6.inGRE(key: 0xABCD, hasChecksum: true, sequence: 3).inOuterIPv6().inEthernet().bytes,
      layers: [outer6(.gre, key: 0xABCD)]),
    Wrapping(
      testDescription: "Ethernet in GRE, and a tag there",
      bytes: v4.inVLAN(5).inEthernet().inGRE(key: 1).inOuterIPv4().inEthernet().bytes,
      layers: [outer4(.gre, key: 1), .vlan(5)]),
    Wrapping(
      testDescription: "PPTP",
      bytes: PacketBuilder(
        [0x30, 0x81, 0x88, 0x0B, 0, 99, 0, 1, 0, 0, 0, 4, 0, 0, 0, 5] + v4.inPPP().bytes, protocolNumber: 47
      ).inOuterIPv4().inEthernet().bytes, layers: [outer4(.pptp)]),
    Wrapping(
      testDescription: "ERSPAN I",
      bytes: PacketBuilder([0, 0, 0x88, 0xBE] + v4.inEthernet().bytes, protocolNumber: 47)
        .inOuterIPv4().inEthernet().bytes, layers: [outer4(.erspan)]),
    Wrapping(
      testDescription: "ERSPAN II",
      bytes: PacketBuilder(
        [0x10, 0, 0x88, 0xBE, 0, 0, 0, 1, 0x10, 7, 0, 42, 0, 0, 0, 0] + v4.inEthernet().bytes, protocolNumber: 47
      ).inOuterIPv4().inEthernet().bytes, layers: [outer4(.erspan, key: 42)]),
    Wrapping(
      testDescription: "Ethernet in IPv6", bytes: v4.inEthernet().inOuterIPv6().inEthernet().bytes,
      layers: [outer6(.ethernet)]),
    Wrapping(
      testDescription: "VXLAN",
      bytes: PacketBuilder.udp(to: 4789, payload: [8, 0, 0, 0, 0, 1, 2, 0] + v4.inEthernet().bytes)
        .inOuterIPv4().inEthernet().bytes, layers: [outer4(.vxlan, key: 0x000102)]),
    Wrapping(
      testDescription: "VXLAN with the bits of group policy",
      bytes: PacketBuilder.udp(to: 4789, payload: [0x88, 0x48, 0, 16, 0, 1, 2, 0] + v4.inEthernet().bytes)
        .inOuterIPv4().inEthernet().bytes, layers: [outer4(.vxlan, key: 0x000102)]),
    Wrapping(
      testDescription: "a security group tag in a VLAN",
      bytes: PacketBuilder([1, 1, 0, 1, 0, 9, 8, 0] + v4.bytes, etherType: 0x8909).inVLAN(7).inEthernet().bytes,
      layers: [.vlan(7)]),
    Wrapping(
      testDescription: "Geneve with an option",
      bytes: PacketBuilder.udp(
        to: 6081, payload: [1, 0, 0x65, 0x58, 0, 0, 9, 0, 1, 2, 3, 0] + v6.inEthernet().bytes
      ).inOuterIPv6().inEthernet().bytes, layers: [outer6(.geneve, key: 9)]),
    Wrapping(
      testDescription: "GTP with an extension",
      bytes: PacketBuilder.udp(
        to: 2152, payload: [0x34, 0xFF, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0x85, 1, 0, 0, 0] + v4.bytes
      ).inOuterIPv4().inEthernet().bytes, layers: [outer4(.gtp)]),
  ]

  package static func frame(type: UInt16, _ payload: [UInt8]) -> [UInt8] {
    PacketBuilder(payload, etherType: type).inEthernet().bytes
  }

  private static func outer4(_ kind: Tunnel.Kind, key: UInt32? = nil) -> Encapsulation.Layer {
    .tunnel(Tunnel(kind, between: "198.51.100.1", and: "198.51.100.2", key: key))
  }

  private static func outer6(_ kind: Tunnel.Kind, key: UInt32? = nil) -> Encapsulation.Layer {
    .tunnel(Tunnel(kind, between: "2001:db8:ffff::1", and: "2001:db8:ffff::2", key: key))
  }
}

extension PacketBuilder {
  package func inOuterIPv4() -> PacketBuilder { inIPv4(from: "198.51.100.2", to: "198.51.100.1") }
  package func inOuterIPv6() -> PacketBuilder { inIPv6(from: "2001:db8:ffff::2", to: "2001:db8:ffff::1") }
}

extension IPAddress: ExpressibleByStringLiteral {
  /// An address in a test; one that can't be read is `::`, which no test expects.
  public init(stringLiteral text: String) { self = IPAddress(text) ?? IPAddress(v6High: 0, low: 0) }
}

extension [UInt8] {
  package func replacing(at index: Int, with byte: UInt8) -> [UInt8] {
    var bytes = self
    bytes[index] = byte
    return bytes
  }
}
