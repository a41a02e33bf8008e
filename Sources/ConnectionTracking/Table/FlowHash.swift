import PacketDecoding

/// The hash of flow keys and of their ends, keyed with numbers no sender knows: nobody can choose addresses and ports that collide.
///
/// Multiplications of 64 by 64 bits, folded: two for IPv4, four for IPv6. It is the same whichever end comes first, so
/// that a segment is hashed without its ends being put in order. Results never depend on it: flows are told apart by
/// their full keys and reported by their numbers.
struct FlowHash: Sendable {
  /// The one of this process, so that who reads can already hash for who follows.
  static let shared = FlowHash()

  private let seeds: [4 of UInt64]

  private init() {
    var generator = SystemRandomNumberGenerator()
    seeds = .init { _ in generator.next() | 1 }
  }

  func callAsFunction(_ key: ConnectionKey) -> UInt32 { self(word(key.low), word(key.high), key.encapsulation) }

  /// The hash of a flow between two ends, in any order, each as its ``word(_:)``.
  @inline(__always)
  func callAsFunction(_ one: UInt64, _ other: UInt64, _ encapsulation: EncapsulationID) -> UInt32 {
    let both = Self.fold(one ^ seeds[0], other ^ seeds[0])
    let mixed = Self.fold(both ^ UInt64(encapsulation.rawValue) ^ seeds[1], seeds[3])
    return UInt32(truncatingIfNeeded: mixed >> 32)
  }

  /// One end in 64 bits: all of it for IPv4, hashed for IPv6.
  @inline(__always)
  func word(_ end: SocketAddress) -> UInt64 {
    end.address.isIPv6 ? wordOfIPv6(end) : end.wordOfIPv4
  }

  @inline(__always)
  func wordOfIPv6(_ end: SocketAddress) -> UInt64 {
    Self.fold(end.address.low ^ seeds[1], end.address.high ^ seeds[2]) ^ UInt64(end.port)
  }

  /// The hash of one end.
  func callAsFunction(_ end: SocketAddress, _ encapsulation: EncapsulationID) -> UInt32 {
    let rest = UInt64(end.port) << 32 | UInt64(encapsulation.rawValue)
    return mix(Self.fold(end.address.low ^ seeds[0], end.address.high ^ seeds[1]) ^ rest, rest)
  }

  @inline(__always)
  private func mix(_ one: UInt64, _ other: UInt64) -> UInt32 {
    let mixed = Self.fold(one ^ seeds[2], other ^ seeds[0])
    return UInt32(truncatingIfNeeded: Self.fold(mixed ^ seeds[1], seeds[3]) >> 32)
  }

  @inline(__always)
  private static func fold(_ left: UInt64, _ right: UInt64) -> UInt64 {
    let product = left.multipliedFullWidth(by: right)
    return product.high ^ product.low
  }
}
