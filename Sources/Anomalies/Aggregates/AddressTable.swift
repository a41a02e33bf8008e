import PacketDecoding

/// What is kept of the first so many addresses met, each found by a keyed hash.
///
/// Addresses come from the wire, so the hash has a key no sender knows: nobody can choose addresses that collide. What
/// is kept stays in the order of its first address's arrival, which makes the table's contents the same on every run.
struct AddressTable<Element: Sendable>: Sendable {
  /// What is kept, in the order in which it came.
  private(set) var elements: [Element] = []
  /// Look-ups of an address that found no room.
  private(set) var omitted = 0
  private let limit: Int
  private let hash = AddressHash()
  private var addresses: [SocketAddress] = []
  /// Open addressing with linear probing; never more than half full.
  private var entries = [Entry](repeating: Entry(), count: 64)

  private struct Entry: Sendable {
    var hash: UInt32 = 0
    var place = UInt32.max
  }

  /// - Parameter limit: addresses kept apart.
  init(limit: Int) { self.limit = limit }

  /// The hash by which `address` is found.
  @inline(__always)
  func hash(of address: SocketAddress) -> UInt32 { hash(address) }

  /// What is kept at a place.
  subscript(place: Int) -> Element {
    @inline(__always) get { elements[place] }
    @inline(__always) _modify { yield &elements[place] }
  }

  /// Where what is kept of `address` stands, made by `new` where that is nothing yet; nil where there is no room.
  ///
  /// - Parameter hash: of the address.
  @inline(__always)
  mutating func place(of address: SocketAddress, _ hash: UInt32, new: () -> Element) -> Int? {
    var index = Int(hash) & (entries.count - 1)
    while entries[index].place != .max {
      let place = Int(entries[index].place)
      if entries[index].hash == hash, addresses[place] == address { return place }
      index = (index + 1) & (entries.count - 1)
    }
    guard elements.count < limit else {
      omitted += 1
      return nil
    }
    entries[index] = Entry(hash: hash, place: UInt32(truncatingIfNeeded: elements.count))
    add(address, new())
    return elements.count - 1
  }

  @inline(never)
  private mutating func add(_ address: SocketAddress, _ element: consuming Element) {
    addresses.append(address)
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

/// The hash of addresses: three multiplications of 64 by 64 bits, folded, under numbers that no sender knows.
private struct AddressHash: Sendable {
  private let seeds: (UInt64, UInt64, UInt64)

  init() {
    var generator = SystemRandomNumberGenerator()
    seeds = (generator.next() | 1, generator.next() | 1, generator.next() | 1)
  }

  @inline(__always)
  func callAsFunction(_ address: SocketAddress) -> UInt32 {
    let bits = Self.fold(address.address.low ^ seeds.0, address.address.high ^ seeds.1)
    return UInt32(truncatingIfNeeded: Self.fold(bits ^ UInt64(address.port), seeds.2) >> 32)
  }

  @inline(__always)
  private static func fold(_ left: UInt64, _ right: UInt64) -> UInt64 {
    let product = left.multipliedFullWidth(by: right)
    return product.high ^ product.low
  }
}
