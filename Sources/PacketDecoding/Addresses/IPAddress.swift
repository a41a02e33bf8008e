/// An IPv4 or IPv6 address as a plain value: no allocation, ordered, hashed by its bits.
public struct IPAddress: Sendable, Hashable, Comparable {
  /// The upper 64 bits of an IPv6 address; 0 for IPv4.
  public let high: UInt64
  /// The lower 64 bits of an IPv6 address; the 32 bits of an IPv4 one.
  public let low: UInt64
  /// The protocol the address belongs to. `::ffff:1.2.3.4` in an IPv6 header stays an IPv6 address.
  public let isIPv6: Bool

  @inlinable
  public init(v4 bits: UInt32) {
    high = 0
    low = UInt64(bits)
    isIPv6 = false
  }

  @inlinable
  public init(v6High high: UInt64, low: UInt64) {
    self.high = high
    self.low = low
    isIPv6 = true
  }

  /// The address with these bits.
  @inlinable
  package init(isIPv6: Bool, high: UInt64, low: UInt64) {
    self.isIPv6 = isIPv6
    self.high = high
    self.low = low
  }

  /// Both halves, compared in one go: which of two ends is the smaller is nothing that a processor could foresee.
  @inlinable
  var bits: UInt128 { UInt128(high) << 64 | UInt128(low) }

  @inlinable
  public static func < (left: IPAddress, right: IPAddress) -> Bool {
    if left.isIPv6 != right.isIPv6 { return right.isIPv6 }
    return left.bits < right.bits
  }
}
