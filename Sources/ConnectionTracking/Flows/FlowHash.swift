import PacketDecoding

/// The hash of flow keys, keyed with numbers no sender knows: nobody can choose addresses and ports that collide.
///
/// Four multiplications of 64 by 64 bits, folded. Results never depend on it: flows are told apart by their full keys
/// and reported by their numbers.
struct FlowHash: Sendable {
  private let seeds: [4 of UInt64]

  init() {
    var generator = SystemRandomNumberGenerator()
    seeds = .init { _ in generator.next() | 1 }
  }

  func callAsFunction(_ key: borrowing FlowKey) -> UInt32 {
    let ports = UInt64(key.low.port) << 48 | UInt64(key.high.port) << 32 | UInt64(key.encapsulation.rawValue)
    let lower = Self.fold(key.low.address.low ^ seeds[0], key.high.address.low ^ seeds[1])
    let upper = Self.fold(key.low.address.high ^ seeds[2], key.high.address.high ^ seeds[3])
    let mixed = Self.fold(lower ^ ports ^ seeds[2], upper ^ seeds[0])
    return UInt32(truncatingIfNeeded: Self.fold(mixed ^ seeds[1], seeds[3]) >> 32)
  }

  @inline(__always)
  private static func fold(_ left: UInt64, _ right: UInt64) -> UInt64 {
    let product = left.multipliedFullWidth(by: right)
    return product.high ^ product.low
  }
}
