import ConnectionTracking
import PacketDecoding

/// How many different addresses there were, up to 64.
///
/// A hash of 64 bits stands for its address. It is the same in every process, so that sets can be put together, and of
/// IPv4 addresses no two share one. A set of 64 needs to know none of them any more.
struct AddressSet: Sendable {
  private static let maximumCount = 64

  /// The hash of the first address; 0 before any.
  private var first: UInt64 = 0
  /// Empty as long as there is but the first. Open addressing with linear probing: a power of two of places, of which one
  /// is free. 0 is no hash.
  private var places: [UInt64] = []
  private(set) var count = 0

  /// There is no room for another.
  var isFull: Bool { count == Self.maximumCount }

  /// Takes in an address by its hash.
  @inline(__always)
  mutating func insert(_ hash: UInt64) {
    if hash == first || isFull { return }
    insertOther(hash)
  }

  /// Takes in the addresses of another.
  mutating func merge(_ other: AddressSet) {
    if other.isFull { return fill() }
    for hash in other.hashes { insert(hash) }
  }

  /// Asks for what ``insert(_:)`` reads, ahead of it.
  @inline(__always)
  func prefetch(_ hash: UInt64) {
    if isFull { return }
    places.prefetchStart()
    places.prefetch(Int(truncatingIfNeeded: hash) & (Self.maximumCount - 1))
  }

  private var hashes: [UInt64] { places.isEmpty ? (first == 0 ? [] : [first]) : places.filter { $0 != 0 } }

  @inline(never)
  private mutating func insertOther(_ hash: UInt64) {
    if count == 0 {
      (first, count) = (hash, 1)
      return
    }
    if places.isEmpty {
      grow()
      places[place(of: first)] = first
    }
    let index = place(of: hash)
    guard places[index] == 0 else { return }
    if count == Self.maximumCount - 1 { return fill() }
    places[index] = hash
    count += 1
    if count * 4 >= places.count * 3, places.count < Self.maximumCount { grow() }
  }

  private mutating func fill() { (first, places, count) = (0, [], Self.maximumCount) }

  /// Where `hash` is, or where it goes.
  private func place(of hash: UInt64) -> Int {
    let mask = places.count - 1
    var index = Int(truncatingIfNeeded: hash) & mask
    while places[index] != 0, places[index] != hash { index = (index + 1) & mask }
    return index
  }

  private mutating func grow() {
    let fewer = places
    places = Array(repeating: 0, count: max(8, fewer.count * 2))
    for hash in fewer where hash != 0 { places[place(of: hash)] = hash }
  }
}

extension AddressSet: Equatable {
  static func == (left: AddressSet, right: AddressSet) -> Bool {
    left.count == right.count && left.hashes.sorted() == right.hashes.sorted()
  }
}

extension IPAddress {
  /// A hash that is the same in every process, and never 0: a one-to-one mix (Stafford's 13th) of each half.
  @inline(__always)
  var stableHash: UInt64 { max(1, (low ^ (high == 0 ? 0 : high.mixed)).mixed) }
}

extension UInt64 {
  /// All bits depend on all bits, and no two numbers give the same (D. Stafford, "Better Bit Mixing", Mix13).
  @inline(__always)
  var mixed: UInt64 {
    var bits = (self ^ (self >> 30)) &* 0xBF58_476D_1CE4_E5B9
    bits = (bits ^ (bits >> 27)) &* 0x94D0_49BB_1331_11EB
    return bits ^ (bits >> 31)
  }
}
