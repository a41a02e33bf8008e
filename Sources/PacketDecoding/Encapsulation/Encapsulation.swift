/// What a packet was wrapped in, outermost first: the part that tells apart two connections of the same addresses.
///
/// Only what both directions of a connection share is in it. A priority tag (VLAN 0) names no VLAN, and MPLS labels
/// belong to one direction and are popped on the way, so neither counts.
public struct Encapsulation: Sendable, Hashable {
  /// One wrapping.
  public enum Layer: Sendable, Hashable {
    /// The 12-bit id of an 802.1Q or 802.1ad tag.
    case vlan(UInt16)
    /// The session id of PPP over Ethernet (RFC 2516).
    case pppoe(UInt16)
    case tunnel(Tunnel)
  }

  public var layers: [Layer]

  public init(layers: [Layer]) { self.layers = layers }
}

/// A tunnel between two hosts, equal whichever of the two sent the packet.
public struct Tunnel: Sendable, Hashable {
  public enum Kind: UInt8, Sendable, CaseIterable {
    /// IPv4 or IPv6 directly inside IPv4 or IPv6 (RFC 2003, RFC 4213, RFC 2473).
    case ip
    /// RFC 2784; the key is that of RFC 2890.
    case gre
    /// The tunnel of PPTP (RFC 2637). Its call ids differ by direction and are no key.
    case pptp
    /// A switch's copy of what passed it; the key is the session id.
    case erspan
    /// Ethernet directly inside IP (IP protocol 143, RFC 8986).
    case ethernet
    /// RFC 7348; the key is the network identifier.
    case vxlan
    /// RFC 8926; the key is the network identifier.
    case geneve
    /// The user plane of mobile networks (3GPP TS 29.281). Its endpoint identifiers differ by direction and are no key.
    case gtp
  }

  public var kind: Kind
  /// The lower and the higher of the two outer addresses.
  public var low, high: IPAddress
  /// What tells tunnels between the same two hosts apart, where they say.
  public var key: UInt32?

  /// A tunnel between `source` and `destination`, in whatever order they come.
  public init(_ kind: Kind, between source: IPAddress, and destination: IPAddress, key: UInt32? = nil) {
    self.kind = kind
    low = min(source, destination)
    high = max(source, destination)
    self.key = key
  }
}
