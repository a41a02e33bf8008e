import PacketDecoding

/// What passed beyond holes, for the few directions that have any: lists in a row, whose places and room are used again.
struct DisorderStore: Sendable {
  static let none = UInt32.max

  private var lists: [ByteRanges] = []
  private var free: [UInt32] = []
  private var count = 0

  /// Bytes that the ranges take, and the directions that have any.
  var footprint: Int { count * MemoryLayout<ByteRanges.Range>.stride + (lists.count - free.count) * 64 }

  subscript(place: UInt32) -> ByteRanges { lists[Int(place)] }

  /// Adds what passed to the list at `place`, or to a new one; see ``ByteRanges/insert(from:to:)``.
  mutating func insert(from start: SequenceNumber, to end: SequenceNumber, at place: inout UInt32) -> Int {
    if place == Self.none { place = open() }
    count -= lists[Int(place)].ranges.count
    let new = lists[Int(place)].insert(from: start, to: end)
    count += lists[Int(place)].ranges.count
    return new
  }

  /// Drops what lies before `edge`, and gives the list back where nothing is left of it; see
  /// ``ByteRanges/advance(from:to:)``.
  mutating func advance(
    from contiguous: SequenceNumber, to edge: SequenceNumber, at place: inout UInt32
  ) -> (end: SequenceNumber, missing: Int) {
    count -= lists[Int(place)].ranges.count
    let result = lists[Int(place)].advance(from: contiguous, to: edge)
    count += lists[Int(place)].ranges.count
    if lists[Int(place)].ranges.isEmpty { remove(&place) }
    return result
  }

  /// Gives the list at `place` back, where there is one.
  mutating func remove(_ place: inout UInt32) {
    guard place != Self.none else { return }
    count -= lists[Int(place)].ranges.count
    lists[Int(place)].removeAll()
    free.append(place)
    place = Self.none
  }

  private mutating func open() -> UInt32 {
    if let place = free.popLast() { return place }
    lists.append(ByteRanges())
    return UInt32(truncatingIfNeeded: lists.count - 1)
  }
}
