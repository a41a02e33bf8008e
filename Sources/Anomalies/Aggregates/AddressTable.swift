import ConnectionTracking
import PacketDecoding

/// What an ``AddressTable`` keeps of an address.
protocol AddressKept: Sendable {
  /// Of a host, with port 0.
  var address: SocketAddress { get }
  /// Whether it holds what a rule may speak of. What does not gives way to others where there is no room.
  var isNoteworthy: Bool { get }
  /// Ends of connections, or attempts, that are counted in it.
  var count: Int { get }
  /// Bytes at its beginning that hold what is used often.
  static var hotBytes: Int { get }
  /// Of the address of `other`, with nothing counted yet.
  init(like other: Self)
  /// Takes in what is kept of the same address elsewhere.
  mutating func merge(_ other: Self)
}

/// What is kept of so many addresses, each found by a keyed hash.
///
/// Where the table is full, an address with something noteworthy takes the place of one with nothing, the one that was there
/// first: a flood of addresses that come once cannot hide the one that matters.
///
/// A large table is in no cache. So of many addresses each is first begun to be looked for, then found, and only then
/// is anything changed; each step asks for the memory that the next will need, and waits for none of its own. The steps
/// of many flows go through ``elements`` as one span, of which it is made sure once that nobody shares it.
struct AddressTable<Element: AddressKept>: Sendable {
  typealias Search = AddressIndex.Search

  /// What is kept, in the order in which it came as long as there is room; only ``place(of:_:displacing:new:)`` changes
  /// which addresses.
  var elements: [Element] = []
  /// Where in ``elements`` each stands.
  private(set) var index: AddressIndex
  /// What was counted of addresses that found no room, or gave way: see ``AddressKept/count``.
  private(set) var omitted = 0
  /// Addresses that gave way to others. A place that was found before one did may be another's.
  private(set) var displaced = 0
  private var ring = PlaceRing()

  /// - Parameter limit: addresses kept apart.
  init(limit: Int) { index = AddressIndex(limit: limit) }

  /// What is kept at a place.
  subscript(place: Int) -> Element {
    @inline(__always) get { elements[place] }
    @inline(__always) _modify { yield &elements[place] }
  }

  /// Where what is kept of `address` stands, made by `new` where that is nothing yet; nil where there is no room.
  ///
  /// - Parameters:
  ///   - search: for `address`, at any step.
  ///   - mayDisplace: whether another may have to give way.
  mutating func place(
    of address: SocketAddress, _ search: Search, displacing mayDisplace: Bool, new: () -> Element
  ) -> Int? {
    if search.isFound { return Int(search.place) }
    let place = index.place(search) { elements[$0].address == address }
    if place != Search.unknown { return Int(place) }
    if elements.count < index.limit {
      index.insert(search, at: elements.count)
      elements.append(new())
      return elements.count - 1
    }
    guard mayDisplace, let place = ring.next(among: elements) else { return nil }
    replace(place, by: new(), search)
    return place
  }

  /// Takes in what another table keeps.
  ///
  /// - Parameter omitting: takes in what finds no room.
  mutating func merge(_ other: AddressTable, omitting: (Element) -> Void) {
    omit(other.omitted)
    for element in other.elements {
      let search = index.search(for: element.address)
      let place = place(of: element.address, search, displacing: element.isNoteworthy) { Element(like: element) }
      if let place {
        elements[place].merge(element)
      } else {
        omit(element.count)
        omitting(element)
      }
    }
  }

  /// Counts what found no room.
  mutating func omit(_ count: Int) { omitted += count }

  private mutating func replace(_ place: Int, by element: Element, _ search: Search) {
    index.remove(index.search(for: elements[place].address), at: place)
    index.insert(search, insteadOf: place)
    omit(elements[place].count)
    displaced += 1
    elements[place] = element
  }
}

/// The places of a full table whose addresses may give way, in the order in which they do.
private struct PlaceRing: Sendable {
  /// Empty before the first is asked for.
  private var places: [UInt32] = []
  private var start = 0
  private var count = 0

  /// A place whose address has to give way, and who comes there is the last in turn; nil where there is none.
  mutating func next(among elements: [some AddressKept]) -> Int? {
    if places.isEmpty {
      places = elements.indices.map { UInt32(truncatingIfNeeded: $0) }
      count = places.count
    }
    while count > 0 {
      let place = places[start]
      start = start + 1 == places.count ? 0 : start + 1
      count -= 1
      // What is noteworthy stays so: it is never asked about again.
      if elements[Int(place)].isNoteworthy { continue }
      places[(start + count) % places.count] = place
      count += 1
      return Int(place)
    }
    return nil
  }
}

// The steps of a search between its beginning and a change.

extension AddressIndex {
  /// The first step: where it may stand, among `elements`.
  @inline(__always)
  func begin<Element: AddressKept>(_ search: inout Search, among elements: borrowing MutableSpan<Element>) {
    let place = first(search)
    search.place = place == Search.unknown && elements.count >= limit ? Search.omitted : place
    // Without a branch: whether a flood's clients are known, cannot be guessed.
    elements.prefetch(Int(search.isFound ? place : 0), bytes: Element.hotBytes)
  }
}

extension MutableSpan where Element: AddressKept {
  /// The second step: whether what stands where `address` may stand is kept of it. What has been added meanwhile is found
  /// by ``AddressTable/place(of:_:displacing:new:)``.
  @inline(__always)
  func confirm(_ search: inout AddressIndex.Search, for address: SocketAddress) -> Bool {
    guard search.isFound else { return false }
    if self[Int(search.place)].address == address { return true }
    search.place = AddressIndex.Search.unknown
    return false
  }
}
