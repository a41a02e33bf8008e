import PacketDecoding

/// When connections to a listener succeeded and when they failed: 64 cells of time, each with a mark for either.
///
/// A cell's length is a power of two of nanoseconds, the least with which 64 reach from the first to the last, and it
/// begins at a multiple of that since 1970: the same connections give the same marks in any order and in any parts.
struct OutcomeGrid: Sendable, Equatable {
  private static let cells: Int64 = 64
  /// About a millisecond.
  private static let finest: Int64 = 20
  /// The longest time between a success and a failure that follow each other, in nanoseconds.
  private static let longestTurn: Int64 = 60_000_000_000

  /// The number of the first cell, counted since 1970.
  private var first: Int64 = 0
  private var good: UInt64 = 0
  private var bad: UInt64 = 0
  /// A cell is so long as 2 to this, in nanoseconds.
  private var level = UInt8(Self.finest)

  @inline(__always)
  mutating func add(_ time: Timestamp, isGood: Bool) {
    let place = time.nanoseconds >> Int64(level) &- first
    if isEmpty || place < 0 || place >= Self.cells { return addOutside(time.nanoseconds, isGood) }
    mark(place, isGood)
  }

  /// Takes in the marks of another.
  mutating func merge(_ other: OutcomeGrid) {
    if other.isEmpty { return }
    guard !isEmpty else { return self = other }
    coarsen(to: other.level)
    cover(other.first >> Int64(level - other.level))
    cover(other.last >> Int64(level - other.level))
    var other = other
    other.coarsen(to: level)
    good |= other.good << UInt64(other.first - first)
    bad |= other.bad << UInt64(other.first - first)
  }

  /// The fewest changes between succeeding and failing with which there are these marks. The two must lie within a
  /// minute, or in neighbouring cells.
  var changes: Int {
    // Up to here, where the last one succeeded, and where it failed.
    var (success, failure) = (0, 0)
    var last: Int64 = 0
    for place in 0..<Self.cells {
      let (isGood, isBad) = (good >> UInt64(place) & 1 == 1, bad >> UInt64(place) & 1 == 1)
      guard isGood || isBad else { continue }
      let turn = place - last - 1 <= (Self.longestTurn - 1) >> Int64(level) ? 1 : 0
      let (succeeds, fails) = (min(success, failure + turn), min(failure, success + turn))
      (success, failure) =
        isGood && isBad ? (fails + 1, succeeds + 1) : isGood ? (succeeds, .max / 2) : (.max / 2, fails)
      last = place
    }
    return min(success, failure)
  }
}

extension OutcomeGrid {
  private var isEmpty: Bool { good | bad == 0 }

  /// The number of the last cell with a mark.
  private var last: Int64 { first + Int64(63 - (good | bad).leadingZeroBitCount) }

  @inline(__always)
  private mutating func mark(_ place: Int64, _ isGood: Bool) {
    let bit: UInt64 = 1 << UInt64(place)
    if isGood { good |= bit } else { bad |= bit }
  }

  @inline(never)
  private mutating func addOutside(_ nanoseconds: Int64, _ isGood: Bool) {
    if isEmpty { first = nanoseconds >> Int64(level) }
    cover(nanoseconds >> Int64(level))
    mark(nanoseconds >> Int64(level) - first, isGood)
  }

  /// Makes room for a mark in the cell of this number.
  private mutating func cover(_ cell: Int64) {
    var (start, end) = (min(first, cell), max(last, cell))
    if isEmpty { (start, end) = (cell, cell) }
    var coarser = level
    while end - start >= Self.cells { (start, end, coarser) = (start >> 1, end >> 1, coarser + 1) }
    coarsen(to: coarser)
    good <<= UInt64(first - start)
    bad <<= UInt64(first - start)
    first = start
  }

  /// Puts cells together until each is so long.
  private mutating func coarsen(to level: UInt8) {
    guard level > self.level else { return }
    let finer = self
    let doublings = Int64(level - self.level)
    (self.level, first, good, bad) = (level, first >> doublings, 0, 0)
    for place in 0..<Self.cells {
      let cell = (finer.first + place) >> doublings - first
      if finer.good >> UInt64(place) & 1 == 1 { mark(cell, true) }
      if finer.bad >> UInt64(place) & 1 == 1 { mark(cell, false) }
    }
  }
}
