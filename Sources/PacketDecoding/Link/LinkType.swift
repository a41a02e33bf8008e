/// How the bytes of a packet begin: libpcap's DLT / LINKTYPE number.
public struct LinkType: RawRepresentable, Sendable, Hashable {
  public let rawValue: Int32
  @inlinable
  public init(rawValue: Int32) { self.rawValue = rawValue }

  /// BSD loopback: a 4-byte address family in the byte order of the capturing host.
  public static let null = LinkType(rawValue: 0)
  @inlinable public static var ethernet: LinkType { LinkType(rawValue: 1) }
  public static let ppp = LinkType(rawValue: 9)
  /// Raw IP, as `DLT_RAW` is numbered by libpcap on most systems, Linux among them.
  public static let rawDLT = LinkType(rawValue: 12)
  /// Raw IP, as OpenBSD numbers `DLT_RAW`.
  public static let rawOpenBSD = LinkType(rawValue: 14)
  public static let pppHDLC = LinkType(rawValue: 50)
  public static let pppEthernet = LinkType(rawValue: 51)
  /// Raw IP, by its number in files.
  public static let raw = LinkType(rawValue: 101)
  public static let ciscoHDLC = LinkType(rawValue: 104)
  /// OpenBSD loopback: a 4-byte address family in network byte order.
  public static let loop = LinkType(rawValue: 108)
  public static let linuxCooked = LinkType(rawValue: 113)
  public static let ipv4 = LinkType(rawValue: 228)
  public static let ipv6 = LinkType(rawValue: 229)
  public static let linuxCooked2 = LinkType(rawValue: 276)
}
