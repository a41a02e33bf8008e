/// An encapsulation that is not unwrapped, and that carries TCP or may do so.
///
/// The kinds with a number of their own are told by it; what is encrypted shows no more than that. The last three are
/// whatever else had the header of an IP packet of TCP in sight.
public enum HiddenEncapsulation: Hashable, Sendable {
  /// IEEE 802.1AE, whether it encrypts or only signs.
  case macsec
  /// IEEE 802.1ah, Ethernet in Ethernet.
  case providerBackbone
  /// Cisco TrustSec's metadata header with the security group tag.
  case ciscoMetadata
  /// IPsec's encapsulating security payload, bare (RFC 4303) or over UDP (RFC 3948).
  case encapsulatingSecurity
  /// RFC 3173.
  case ipComp
  /// PPP whose headers or payload are compressed or encrypted (RFC 1144, RFC 1962, RFC 1968, RFC 3241).
  case compressedPPP
  /// MikroTik's Ethernet over IP.
  case eoip
  /// RFC 2661 over UDP, RFC 3931 over IP.
  case l2tp
  /// RFC 7510 over UDP, RFC 4023 over IP.
  case mpls
  /// draft-ietf-nvo3-vxlan-gpe.
  case vxlanGPE
  case wireGuard
  case openVPN
  case etherType(UInt16)
  case ipProtocol(UInt8)
  case udpPort(UInt16)

  /// The field's name for it.
  public var name: String {
    switch self {
    case .macsec: "MACsec"
    case .providerBackbone: "802.1ah (PBB)"
    case .ciscoMetadata: "Cisco CMD"
    case .encapsulatingSecurity: "ESP"
    case .ipComp: "IPComp"
    case .compressedPPP: "compressed PPP"
    case .eoip: "EoIP"
    case .l2tp: "L2TP"
    case .mpls: "MPLS in IP"
    case .vxlanGPE: "VXLAN-GPE"
    case .wireGuard: "WireGuard"
    case .openVPN: "OpenVPN"
    case .etherType(let type): type < EtherType.smallest ? "link protocol \(type)" : "EtherType \(Self.hex(type))"
    case .ipProtocol(let number): "IP protocol \(number)"
    case .udpPort(let port): "UDP port \(port)"
    }
  }

  private static func hex(_ type: UInt16) -> String {
    let digits = String(type, radix: 16, uppercase: true)
    return "0x" + String(repeating: "0", count: 4 - digits.count) + digits
  }
}
