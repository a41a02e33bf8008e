public import PacketDecoding

/// How many packets there were, and why some are not followed.
public struct PacketCounts: Sendable, Equatable {
  /// Those that gave a TCP segment.
  public var segments: Int { followed }
  @usableFromInline var followed = 0
  /// ICMP errors about a TCP segment.
  public private(set) var icmpErrors = 0
  /// Packets that were read and not followed.
  public private(set) var skipped = 0
  private var others: [SkipReason: Int] = [:]
  private var errors: [Malformation: Int] = [:]

  /// Those that were written down before.
  private var counted: [Skip] = []

  public init() {}

  /// - Parameters:
  ///   - icmpErrors: ICMP errors about a TCP segment.
  ///   - skips: every reason not to follow a packet.
  public init(segments: Int, icmpErrors: Int, skips: [Skip]) {
    followed = segments
    self.icmpErrors = icmpErrors
    counted = skips
    skipped = skips.reduce(0) { $0 &+ $1.packets }
  }

  /// All packets of the input; frame numbers count the same way.
  public var total: Int { followed &+ icmpErrors &+ skipped }

  /// Counts a packet that is known to have given a segment.
  @inlinable
  public mutating func countSegment() { followed &+= 1 }

  public mutating func count(_ packet: borrowing PacketKind) {
    switch packet {
    case .segment: countSegment()
    case .icmpError: icmpErrors &+= 1
    case .other(let reason):
      skipped &+= 1
      others[reason, default: 0] += 1
    case .malformed(let error):
      skipped &+= 1
      errors[Malformation(error.layer, error.problem), default: 0] += 1
    }
  }

  /// Packets of TCP, as far as that is known, that could not be followed all the same.
  public var unsupported: Int {
    others.reduce(0) { sum, other in
      switch other.key {
      case .fragmentDropped, .tooDeep, .unsupportedLink: sum + other.value
      case .notIP, .notTCP, .fragment, .encapsulated: sum
      }
    }
  }

  /// Packets in encapsulations that hide TCP or may do so, by the name of the encapsulation.
  public var hidden: [String: Int] {
    others.reduce(into: [:]) { counts, other in
      if case .encapsulated(let encapsulation) = other.key { counts[encapsulation.name, default: 0] += other.value }
    }
  }

  /// One reason not to follow a packet, and how often it came up.
  public struct Skip: Sendable, Equatable {
    /// A short and fixed word: `not-ip`, `not-tcp`, `fragment`, `malformed`, ...
    public var reason: String
    /// The EtherType, IP protocol, UDP port or link type of the reason, where there is one.
    public var number: Int?
    /// The layer and the problem of a malformed packet, or the encapsulation that hides what is in it.
    public var layer: String?
    public var problem: String?
    public var packets: Int
  }

  /// Every reason that came up, always in the same order.
  public var skips: [Skip] {
    let reasons = others.map { Skip($0.key, packets: $0.value) }
    let malformed = errors.map { Skip($0.key, packets: $0.value) }
    return (counted + reasons + malformed).sorted { $0.order < $1.order }
  }

  /// Malformed packets are told apart by where and how, not by how many bytes were missing.
  fileprivate struct Malformation: Hashable, Sendable {
    let layer: DecodeError.Layer
    let problem: DecodeError.Problem

    init(_ layer: DecodeError.Layer, _ problem: DecodeError.Problem) {
      self.layer = layer
      self.problem = problem
    }
  }
}

extension PacketCounts.Skip {
  fileprivate init(_ reason: SkipReason, packets: Int) {
    let (word, number): (String, Int?) =
      switch reason {
      case .encapsulated(let encapsulation): ("encapsulated", encapsulation.number)
      case .notIP(let type): ("not-ip", Int(type))
      case .notTCP(let number): ("not-tcp", Int(number))
      case .fragment: ("fragment", nil)
      case .fragmentDropped: ("fragment-dropped", nil)
      case .tooDeep: ("too-deep", nil)
      case .unsupportedLink(let type): ("unsupported-link", Int(type.rawValue))
      }
    self.init(reason: word, number: number, layer: Self.encapsulation(reason), problem: nil, packets: packets)
  }

  fileprivate init(_ error: PacketCounts.Malformation, packets: Int) {
    self.init(
      reason: "malformed", number: nil, layer: Self.word(for: error.layer), problem: Self.word(for: error.problem),
      packets: packets)
  }

  private static func encapsulation(_ reason: SkipReason) -> String? {
    if case .encapsulated(let encapsulation) = reason { encapsulation.word } else { nil }
  }

  /// By reason, then by what tells two of a reason apart.
  fileprivate var order: (String, Int, String, String) { (reason, number ?? -1, layer ?? "", problem ?? "") }

  private static func word(for layer: DecodeError.Layer) -> String {
    switch layer {
    case .link: "link"
    case .vlan: "vlan"
    case .mpls: "mpls"
    case .pppoe: "pppoe"
    case .ppp: "ppp"
    case .ipv4: "ipv4"
    case .ipv6: "ipv6"
    case .ipv6Extension: "ipv6-extension"
    case .gre: "gre"
    case .udpTunnel: "udp-tunnel"
    case .tcp: "tcp"
    case .icmp: "icmp"
    }
  }

  private static func word(for problem: DecodeError.Problem) -> String {
    switch problem {
    case .truncated: "truncated"
    case .badLength: "bad-length"
    case .badValue: "bad-value"
    }
  }
}

extension HiddenEncapsulation {
  fileprivate var word: String {
    switch self {
    case .macsec: "macsec"
    case .providerBackbone: "pbb"
    case .ciscoMetadata: "cisco-cmd"
    case .encapsulatingSecurity: "esp"
    case .ipComp: "ipcomp"
    case .compressedPPP: "compressed-ppp"
    case .eoip: "eoip"
    case .l2tp: "l2tp"
    case .mpls: "mpls-in-ip"
    case .vxlanGPE: "vxlan-gpe"
    case .wireGuard: "wireguard"
    case .openVPN: "openvpn"
    case .etherType: "ethertype"
    case .ipProtocol: "ip-protocol"
    case .udpPort: "udp-port"
    }
  }

  fileprivate var number: Int? {
    switch self {
    case .etherType(let type): Int(type)
    case .ipProtocol(let number): Int(number)
    case .udpPort(let port): Int(port)
    default: nil
    }
  }
}
