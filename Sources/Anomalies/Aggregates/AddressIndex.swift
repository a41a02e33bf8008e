import ConnectionTracking
import PacketDecoding

/// Where in a list what is kept of an address stands: a hash table of places, with open addressing and linear probing.
///
/// Addresses come from the wire, so the hash has a key no sender knows: nobody can choose addresses that collide. Of a
/// hash 32 bits are kept, the tag; whether a place is that of the address asked for, only what stands there tells. Nothing
/// that is counted depends on the key.
struct AddressIndex: Sendable {
  private struct Entry: Sendable {
    var tag: UInt32 = 0
    var place = Search.unknown
  }

  /// A search for an address.
  struct Search: Sendable {
    let hash: UInt64
    /// Where what is looked for stands, or may stand before that was looked at.
    var place = Self.unknown

    /// The part that is kept.
    @inline(__always)
    var tag: UInt32 { UInt32(truncatingIfNeeded: hash >> 32) }

    /// Not found, or not looked for yet.
    static var unknown: UInt32 { .max }
    /// Not there, and there will be no room for it.
    static var omitted: UInt32 { .max - 1 }

    /// Whether ``place`` is one.
    @inline(__always)
    var isFound: Bool { place < Self.omitted }

    init(hash: UInt64 = 0) { self.hash = hash }
  }

  /// Addresses kept apart.
  let limit: Int
  private let hash = AddressHash()
  /// Never more than a quarter full: most searches end where they begin.
  private var entries = [Entry](repeating: Entry(), count: 64)

  init(limit: Int) { self.limit = limit }

  /// Asks for where the search begins.
  @inline(__always)
  func search(for address: SocketAddress) -> Search {
    let search = Search(hash: hash(address))
    entries.prefetch(Int(search.tag) & (entries.count - 1), bytes: 2 * MemoryLayout<Entry>.stride)
    return search
  }

  /// Where the first with the tag of `search` stands; ``Search/unknown`` where there is none.
  ///
  /// At which of the first places that is told, is as good as random: two are looked at without a branch between them, and
  /// few lie further.
  @inline(__always)
  func first(_ search: Search) -> UInt32 {
    let (mask, home) = (entries.count - 1, Int(search.tag))
    let (entry, next) = (entries[home & mask], entries[(home &+ 1) & mask])
    let isHere = entry.tag == search.tag || entry.place == Search.unknown
    if !isHere, next.tag != search.tag, next.place != Search.unknown {
      return place(search.tag, from: 2) { _ in true }
    }
    return isHere ? entry.place : next.place
  }

  /// Where the one with the tag of `search` stands that `isIt` holds of; ``Search/unknown`` where there is none.
  func place(_ search: Search, where isIt: (Int) -> Bool) -> UInt32 { place(search.tag, from: 0, where: isIt) }

  private func place(_ tag: UInt32, from probe: Int, where isIt: (Int) -> Bool) -> UInt32 {
    var index = (Int(tag) + probe) & (entries.count - 1)
    while entries[index].place != Search.unknown {
      if entries[index].tag == tag, isIt(Int(entries[index].place)) { break }
      index = (index + 1) & (entries.count - 1)
    }
    return entries[index].place
  }

  /// Takes in what was looked for and will stand at `place`, which is the number of all before it.
  mutating func insert(_ search: Search, at place: Int) {
    if place * 4 >= entries.count { grow() }
    insert(Entry(tag: search.tag, place: UInt32(truncatingIfNeeded: place)))
  }

  /// Takes in what was looked for and stands at `place`, from where another was removed.
  mutating func insert(_ search: Search, insteadOf place: Int) {
    insert(Entry(tag: search.tag, place: UInt32(truncatingIfNeeded: place)))
  }

  /// Removes what was looked for and stands at `place`.
  ///
  /// What lies behind it up to the next gap moves up as far as it may, as every search ends at a gap.
  mutating func remove(_ search: Search, at place: Int) {
    let mask = entries.count - 1
    var gap = Int(search.tag) & mask
    while entries[gap].place != UInt32(truncatingIfNeeded: place) { gap = (gap + 1) & mask }
    var index = gap
    while true {
      index = (index + 1) & mask
      let entry = entries[index]
      guard entry.place != Search.unknown else { break }
      let distance = (index - Int(entry.tag)) & mask
      if distance >= (index - gap) & mask { (entries[gap], gap) = (entry, index) }
    }
    entries[gap] = Entry()
  }

  private mutating func insert(_ entry: Entry) {
    var index = Int(entry.tag) & (entries.count - 1)
    while entries[index].place != Search.unknown { index = (index + 1) & (entries.count - 1) }
    entries[index] = entry
  }

  private mutating func grow() {
    let smaller = entries
    entries = Array(repeating: Entry(), count: smaller.count * 2)
    for entry in smaller where entry.place != Search.unknown { insert(entry) }
  }
}

/// The hash of addresses, never 0: two multiplications of 64 by 64 bits, folded, under numbers that no sender knows.
private struct AddressHash: Sendable {
  private let seeds: (UInt64, UInt64, UInt64)

  init() {
    var generator = SystemRandomNumberGenerator()
    seeds = (generator.next() | 1, generator.next() | 1, generator.next() | 1)
  }

  @inline(__always)
  func callAsFunction(_ address: SocketAddress) -> UInt64 {
    let bits = Self.fold(address.address.low ^ seeds.0, address.address.high ^ seeds.1)
    return max(1, Self.fold(bits ^ UInt64(address.port), seeds.2))
  }

  @inline(__always)
  private static func fold(_ left: UInt64, _ right: UInt64) -> UInt64 {
    let product = left.multipliedFullWidth(by: right)
    return product.high ^ product.low
  }
}
