import PacketDecoding

/// What only few connections have, apart from the others: an ordinary one takes no more memory than it needs.
struct Extras: Sendable {
  var ends: [2 of EndpointExtras] = .init(repeating: EndpointExtras())
}

/// The same of one end.
struct EndpointExtras: Sendable {
  /// Its last RST.
  var reset = LatestSegment()
}

/// The extras of all open connections.
struct ExtrasStore: ~Copyable, Sendable {
  /// The place of a connection that has none.
  static var none: UInt32 { 0 }

  private var extras = Slab<Extras>()

  init() {
    // What is read where there are none.
    _ = extras.insert(Extras())
  }

  /// Bytes that they take.
  var footprint: Int { extras.footprint - MemoryLayout<Extras>.stride }

  /// The extras at `place`: where that is ``none``, what all begin with, and that must not be changed.
  subscript(place: UInt32) -> Extras {
    @inline(__always) unsafeAddress { unsafe UnsafePointer(extras.address(place)) }
    @inline(__always) unsafeMutableAddress { unsafe extras.address(place) }
  }

  /// Sees to it that there are extras at `place`, to be changed.
  mutating func make(_ place: inout UInt32) {
    if place == Self.none { place = extras.insert(Extras()) }
  }

  /// Asks for the extras at `place` ahead of their use.
  @inline(__always)
  func prefetch(_ place: UInt32) { extras.prefetch(place) }

  /// The extras at `place` are not needed any more.
  mutating func remove(_ place: inout UInt32) {
    if place != Self.none { extras.remove(place) }
    place = Self.none
  }
}
