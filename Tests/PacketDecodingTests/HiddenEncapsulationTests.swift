import PacketDecoding
import TestSupport
import Testing

/// What hides TCP is told by its name, and what carries none is not.
@Suite struct HiddenEncapsulationTests {
  struct Case: CustomTestStringConvertible, Sendable {
    let testDescription: String
    let bytes: [UInt8]
    let reason: SkipReason

    init(_ description: String, _ packet: PacketBuilder, _ reason: SkipReason) {
      testDescription = description
      bytes = packet.inEthernet().bytes
      self.reason = reason
    }
  }

  private static let inner = PacketBuilder.tcp(payload: [1, 2, 3]).inIPv4()
  private static let inner6 = PacketBuilder.tcp(payload: [1, 2, 3]).inIPv6()
  private static let noise = (0..<64).map { UInt8(truncatingIfNeeded: 45 &+ $0 &* 167) }

  private static func udp(_ port: UInt16, from source: UInt16 = 40_000, _ payload: [UInt8]) -> PacketBuilder {
    PacketBuilder.udp(from: source, to: port, payload: payload).inIPv4()
  }

  private static func ip(_ number: UInt8, _ payload: [UInt8]) -> PacketBuilder {
    PacketBuilder(payload, protocolNumber: number).inIPv4()
  }

  static let hidden: [Case] = [
    Case("MACsec", PacketBuilder(noise, etherType: 0x88E5), .encapsulated(.macsec)),
    Case(
      "802.1ah", PacketBuilder([0, 0, 0, 1] + inner.inEthernet().bytes, etherType: 0x88E7),
      .encapsulated(.providerBackbone)),
    Case(
      "a Cisco metadata header of another length", PacketBuilder([1, 2] + noise, etherType: 0x8909),
      .encapsulated(.ciscoMetadata)),
    Case("ESP", ip(50, noise), .encapsulated(.encapsulatingSecurity)),
    Case("ESP over UDP", udp(4500, from: 4500, noise), .encapsulated(.encapsulatingSecurity)),
    Case("ESP over UDP to a translated port", udp(61_000, from: 4500, noise), .encapsulated(.encapsulatingSecurity)),
    Case(
      "EoIP", ip(47, [0x20, 0x01, 0x64, 0, 0x3A, 0, 1, 0] + inner.inEthernet().bytes), .encapsulated(.eoip)),
    Case(
      "L2TP", udp(1701, from: 1701, [0x40, 2, 0, 56, 0, 1, 0, 2, 0xFF, 3, 0, 0x21] + inner.bytes),
      .encapsulated(.l2tp)),
    Case("L2TP version 3 over IP", ip(115, [0, 0, 0, 9] + inner.inEthernet().bytes), .encapsulated(.l2tp)),
    Case("MPLS over UDP", udp(6635, [0, 0, 0x61, 0x40] + inner.bytes), .encapsulated(.mpls)),
    Case("MPLS in IP", ip(137, [0, 0, 0x61, 0x40] + inner.bytes), .encapsulated(.mpls)),
    Case("VXLAN-GPE", udp(4790, [0x0C, 0, 0, 1, 0, 0, 1, 0] + inner.bytes), .encapsulated(.vxlanGPE)),
    Case("WireGuard", udp(51_820, [4, 0, 0, 0] + noise + Array(noise.prefix(12))), .encapsulated(.wireGuard)),
    Case("OpenVPN", udp(1194, [0x48] + noise), .encapsulated(.openVPN)),
    Case("EtherIP", ip(97, [0x30, 0] + noise), .encapsulated(.ipProtocol(97))),
    Case(
      "an EtherType nobody knows", PacketBuilder([9, 9] + inner.bytes, etherType: 0x1234),
      .encapsulated(.etherType(0x1234))),
    Case(
      "IPv6 behind an EtherType nobody knows",
      PacketBuilder([9, 0x86, 0xDD] + inner6.bytes + [0, 0, 0, 0], etherType: 0x1234),
      .encapsulated(.etherType(0x1234))),
    Case(
      "an IP protocol nobody knows", ip(200, [9, 9, 9, 9] + inner.inEthernet().bytes),
      .encapsulated(.ipProtocol(200))),
    Case("a UDP port nobody knows", udp(3544, inner6.bytes), .encapsulated(.udpPort(3544))),
    Case("IP straight in UDP", udp(5555, inner.bytes), .encapsulated(.udpPort(5555))),
  ]

  @Test(arguments: hidden) func isTold(_ packet: Case) {
    var decoder = PacketDecoder()
    #expect(decoder.decode(packet.bytes) == .other(packet.reason))
  }

  @Test(arguments: hidden) func aSnapLengthIsNoTrap(_ packet: Case) {
    var decoder = PacketDecoder()
    for length in 0..<packet.bytes.count {
      _ = decoder.decode(Array(packet.bytes[..<length]), originalLength: packet.bytes.count)
    }
  }

  private static let etherTypes: [(String, UInt16)] = [
    ("ARP", 0x0806), ("LLDP", 0x88CC), ("LACP", 0x8809), ("PROFINET", 0x8892), ("EtherCAT", 0x88A4),
    ("PTP", 0x88F7), ("EAPOL", 0x888E), ("PPPoE discovery", 0x8863), ("FCoE", 0x8906), ("GOOSE", 0x88B8),
  ]

  static let plain: [Case] =
    etherTypes.map { Case($0.0, PacketBuilder(noise, etherType: $0.1), .notIP($0.1)) } + [
      Case(
        "an EtherType nobody knows with UDP in it",
        PacketBuilder(PacketBuilder.udp(to: 53, payload: noise).inIPv4().bytes, etherType: 0x1234), .notIP(0x1234)),
      Case(
        "an IPv4 header whose checksum is wrong",
        PacketBuilder(inner.bytes.replacing(at: 10, with: 1), etherType: 0x1234),
        .notIP(0x1234)),
      Case("IGMP", ip(2, noise), .notTCP(2)), Case("OSPF", ip(89, noise), .notTCP(89)),
      Case("VRRP", ip(112, noise), .notTCP(112)), Case("SCTP", ip(132, noise), .notTCP(132)),
      Case("DNS", udp(53, noise), .notTCP(17)), Case("an answer of DNS", udp(40_000, from: 53, noise), .notTCP(17)),
      Case("DHCP", udp(67, from: 68, noise), .notTCP(17)), Case("QUIC", udp(443, [0x40] + noise), .notTCP(17)),
      Case("a long header of QUIC", udp(443, [0xC3, 0, 0, 0, 1] + noise), .notTCP(17)),
      Case("IKE behind a translation", udp(4500, from: 4500, [0, 0, 0, 0] + noise), .notTCP(17)),
      Case("a keepalive of such a translation", udp(4500, from: 4500, [0xFF]), .notTCP(17)),
      Case("a control message of L2TP", udp(1701, from: 1701, [0xC8, 2] + noise), .notTCP(17)),
      Case("a keepalive of WireGuard", udp(51_820, [4, 0, 0, 0] + Array(noise.prefix(28))), .notTCP(17)),
      Case("a handshake of WireGuard", udp(51_820, [1, 0, 0, 0] + noise), .notTCP(17)),
      Case("a control message of OpenVPN", udp(1194, [0x38] + noise), .notTCP(17)),
      Case(
        "management of VXLAN-GPE", udp(4790, [0x0D, 0, 0, 1, 0, 0, 1, 0] + inner.bytes.map { _ in 0 }), .notTCP(17)),
      Case("a keepalive of EoIP", ip(47, [0x20, 0x01, 0x64, 0, 0, 0, 1, 0]), .notIP(0x6400)),
      Case("VXLAN without its I flag", udp(4789, [0x80, 0, 0, 0, 0, 1, 2, 0] + noise), .notTCP(17)),
    ]

  @Test(arguments: plain) func isNotTold(_ packet: Case) {
    var decoder = PacketDecoder()
    #expect(decoder.decode(packet.bytes) == .other(packet.reason))
  }

  @Test func namesAreTheFields() {
    #expect(HiddenEncapsulation.etherType(0x0ABC).name == "EtherType 0x0ABC")
    #expect(HiddenEncapsulation.etherType(7).name == "link protocol 7")
    #expect(HiddenEncapsulation.udpPort(3544).name == "UDP port 3544")
  }
}
