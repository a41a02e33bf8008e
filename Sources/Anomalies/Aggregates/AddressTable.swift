import ConnectionTracking
import PacketDecoding

/// What an ``AddressTable`` keeps of an address.
protocol AddressKept: Sendable {
  /// Of a host, with port 0.
  var address: SocketAddress { get }
  /// Bytes at its beginning that hold what is used often.
  static var hotBytes: Int { get }
}

/// What is kept of the first so many addresses met, each found by a keyed hash.
///
/// Addresses come from the wire, so the hash has a key no sender knows: nobody can choose addresses that collide. What
/// is kept stays in the order of its first address's arrival, which makes the table's contents the same on every run.
///
/// A large table is in no cache. So of many addresses each is first begun to be looked for, then found, and only then
/// is anything changed; each step asks for the memory that the next will need, and waits for none of its own.
struct AddressTable<Element: AddressKept>: Sendable {
  /// What is kept, in the order in which it came.
  private(set) var elements: [Element] = []
  /// Look-ups of an address that found no room.
  private(set) var omitted = 0
  private let limit: Int
  private let hash = AddressHash()
  /// Open addressing with linear probing; never more than half full.
  private var entries = [Entry](repeating: Entry(), count: 64)

  private struct Entry: Sendable {
    var hash: UInt32 = 0
    var place = UInt32.max
  }

  /// A search for an address.
  struct Search: Sendable {
    let hash: UInt64
    /// Where what is looked for stands, or may stand before it was found.
    fileprivate var place = Self.unknown

    /// The part that is kept.
    @inline(__always)
    fileprivate var tag: UInt32 { UInt32(truncatingIfNeeded: hash >> 32) }

    fileprivate static var unknown: UInt32 { .max }

    init(hash: UInt64 = 0) { self.hash = hash }
  }

  /// - Parameter limit: addresses kept apart.
  init(limit: Int) { self.limit = limit }

  /// What is kept at a place.
  subscript(place: Int) -> Element {
    @inline(__always) get { elements[place] }
    @inline(__always) _modify { yield &elements[place] }
  }

  @inline(__always)
  func search(for address: SocketAddress) -> Search {
    let search = Search(hash: hash(address))
    entries.prefetch(Int(search.tag) & (entries.count - 1))
    return search
  }

  @inline(__always)
  func begin(_ search: inout Search) {
    var index = Int(search.tag) & (entries.count - 1)
    while entries[index].place != .max, entries[index].hash != search.tag { index = (index + 1) & (entries.count - 1) }
    search.place = entries[index].place
    if search.place != Search.unknown { prefetch(Int(search.place)) }
  }

  /// Goes on with the search for `address`. What is added meanwhile is found by ``place(of:_:new:)``.
  ///
  /// - Returns: where what is kept of it stands; nil where there is nothing yet.
  @inline(__always)
  func find(_ address: SocketAddress, _ search: inout Search) -> Int? {
    if search.place == Search.unknown { return nil }
    if elements[Int(search.place)].address != address { search.place = Search.unknown }
    return search.place == Search.unknown ? nil : Int(search.place)
  }

  /// Asks for what is used often of what stands at a place.
  @inline(__always)
  func prefetch(_ place: Int) { elements.prefetch(place, bytes: Element.hotBytes) }

  /// Where what is kept of `address` stands, made by `new` where that is nothing yet; nil where there is no room.
  @inline(__always)
  mutating func place(of address: SocketAddress, _ search: Search, new: () -> Element) -> Int? {
    if search.place != Search.unknown { return Int(search.place) }
    return place(of: address, search.tag, new: new)
  }

  /// The same where it was not found, or not looked for.
  private mutating func place(of address: SocketAddress, _ hash: UInt32, new: () -> Element) -> Int? {
    var index = Int(hash) & (entries.count - 1)
    while entries[index].place != .max {
      let place = Int(entries[index].place)
      if entries[index].hash == hash, elements[place].address == address { return place }
      index = (index + 1) & (entries.count - 1)
    }
    guard elements.count < limit else {
      omitted += 1
      return nil
    }
    entries[index] = Entry(hash: hash, place: UInt32(truncatingIfNeeded: elements.count))
    add(new())
    return elements.count - 1
  }

  @inline(never)
  private mutating func add(_ element: consuming Element) {
    elements.append(element)
    if elements.count * 2 > entries.count { grow() }
  }

  private mutating func grow() {
    let smaller = entries
    entries = Array(repeating: Entry(), count: smaller.count * 2)
    for entry in smaller where entry.place != .max {
      var index = Int(entry.hash) & (entries.count - 1)
      while entries[index].place != .max { index = (index + 1) & (entries.count - 1) }
      entries[index] = entry
    }
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
