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
/// What is kept stays in the order of its first address's arrival, which makes the table's contents the same on every
/// run.
///
/// A large table is in no cache. So of many addresses each is first begun to be looked for, then found, and only then
/// is anything changed; each step asks for the memory that the next will need, and waits for none of its own. The steps
/// of many flows go through ``elements`` as one span, of which it is made sure once that nobody shares it.
struct AddressTable<Element: AddressKept>: Sendable {
  typealias Search = AddressIndex.Search

  /// What is kept, in the order in which it came; only ``place(of:_:new:)`` adds to it.
  var elements: [Element] = []
  /// Where in ``elements`` each stands.
  private(set) var index: AddressIndex
  /// Look-ups of an address that found no room.
  private(set) var omitted = 0

  /// - Parameter limit: addresses kept apart.
  init(limit: Int) { index = AddressIndex(limit: limit) }

  /// What is kept at a place.
  subscript(place: Int) -> Element {
    @inline(__always) get { elements[place] }
    @inline(__always) _modify { yield &elements[place] }
  }

  /// Where what is kept of `address` stands, made by `new` where that is nothing yet; nil where there is no room.
  ///
  /// - Parameter search: for `address`, at any step.
  mutating func place(of address: SocketAddress, _ search: Search, new: () -> Element) -> Int? {
    if search.isFound { return Int(search.place) }
    let place = index.place(search) { elements[$0].address == address }
    if place != Search.unknown { return Int(place) }
    guard elements.count < index.limit else {
      omit(1)
      return nil
    }
    index.insert(search, at: elements.count)
    elements.append(new())
    return elements.count - 1
  }

  /// Counts look-ups of addresses that found no room.
  mutating func omit(_ count: Int) { omitted += count }
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
  /// by ``AddressTable/place(of:_:new:)``.
  @inline(__always)
  func confirm(_ search: inout AddressIndex.Search, for address: SocketAddress) -> Bool {
    guard search.isFound else { return false }
    if self[Int(search.place)].address == address { return true }
    search.place = AddressIndex.Search.unknown
    return false
  }
}
