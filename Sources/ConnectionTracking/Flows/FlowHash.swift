import PacketDecoding

/// The hash of flow keys and of their ends, keyed with numbers no sender knows: nobody can choose addresses and ports that collide.
///
/// Four multiplications of 64 by 64 bits, folded. Results never depend on it: flows are told apart by their full keys
/// and reported by their numbers.
struct FlowHash: Sendable {
  /// The one of this process, so that who reads can already hash for who follows.
  static let shared = FlowHash()

  private let seeds: [4 of UInt64]

  private init() {
    var generator = SystemRandomNumberGenerator()
    seeds = .init { _ in generator.next() | 1 }
  }

  @inline(__always)
  func callAsFunction(_ key: FlowKey) -> UInt32 {
    let ports = UInt64(key.low.port) << 48 | UInt64(key.high.port) << 32 | UInt64(key.encapsulation.rawValue)
    let lower = Self.fold(key.low.address.low ^ seeds[0], key.high.address.low ^ seeds[1])
    let upper = Self.fold(key.low.address.high ^ seeds[2], key.high.address.high ^ seeds[3])
    return mix(lower ^ ports, upper)
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
