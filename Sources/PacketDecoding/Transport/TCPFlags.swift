/// The flag bits of a TCP header, AE included (RFC 9293 §3.1, RFC 3168, RFC 9768).
///
/// Nothing is normalised away: SYN+FIN, no flags at all and reserved bits stay as they came.
public struct TCPFlags: OptionSet, Sendable, Hashable {
  /// The low byte is the header's byte 13; bits 8 to 11 are the low nibble of byte 12 (AE and the reserved ones).
  public let rawValue: UInt16

  @inlinable
  public init(rawValue: UInt16) { self.rawValue = rawValue }

  public static let fin = TCPFlags(rawValue: 0x001)
  public static let syn = TCPFlags(rawValue: 0x002)
  public static let rst = TCPFlags(rawValue: 0x004)
  public static let psh = TCPFlags(rawValue: 0x008)
  public static let ack = TCPFlags(rawValue: 0x010)
  public static let urg = TCPFlags(rawValue: 0x020)
  public static let ece = TCPFlags(rawValue: 0x040)
  public static let cwr = TCPFlags(rawValue: 0x080)
  public static let ae = TCPFlags(rawValue: 0x100)
}
