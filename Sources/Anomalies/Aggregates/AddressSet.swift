import ConnectionTracking

/// Up to 64 addresses, told apart by a hash of 64 bits that the caller has already.
///
/// The hash stands for its address: nobody knows the numbers that key it, and of 64 addresses two share one in fewer
/// than one of 10¹⁵ sets. So a set takes half a kilobyte, and a look at it one cache line.
struct AddressSet: Sendable {
  private static let maximumCount = 64

  /// Open addressing with linear probing: a power of two of places, of which one is free until the set is full. 0 is no
  /// hash.
  private var places: [UInt64] = []
  private(set) var count = 0

  /// There is no room for another.
  var isFull: Bool { count == Self.maximumCount }

  /// Takes an address in, if it is not there and there is room.
  mutating func insert(_ hash: UInt64) {
    if isFull { return }
    if count * 4 >= places.count * 3, places.count < Self.maximumCount { grow() }
    let index = place(of: hash)
    guard places[index] == 0 else { return }
    places[index] = hash
    count += 1
  }

  /// Asks for what ``insert(_:)`` reads, ahead of it.
  @inline(__always)
  func prefetch(_ hash: UInt64) {
    if isFull { return }
    places.prefetchStart()
    places.prefetch(Int(truncatingIfNeeded: hash) & (Self.maximumCount - 1))
  }

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
