import DequeModule

/// What of a byte stream waits behind a hole: pieces in order, disjoint, each byte as it first came.
///
/// In runs of bounded length, so that a piece finds its place by halving and moves no more than its run, whatever order
/// the pieces come in; what is in order leaves at the front in constant time. A piece that spans others costs a step for
/// each of them, hence never more than its bytes.
package struct WaitingPieces: Sendable {
  /// Bytes of the stream from `start` on, as they came.
  package struct Piece: Sendable, Equatable {
    package var start: Int
    package var bytes: [UInt8]
    package var end: Int { start + bytes.count }
  }

  /// What a piece takes beside its bytes, near enough: its entry, and its array's header and rounding.
  package static let overhead = 64
  static let maximumRun = 128

  /// None is empty.
  private var runs: Deque<Deque<Piece>> = []
  package private(set) var count = 0
  /// What the pieces take, each with its ``overhead``.
  package private(set) var charge = 0

  package init() {}

  package var first: Piece? { runs.first?.first }

  package mutating func popFirst() -> Piece? {
    guard let piece = runs.first?.first else { return nil }
    runs[0].removeFirst()
    if runs[0].isEmpty { runs.removeFirst() }
    count -= 1
    charge -= piece.bytes.count + Self.overhead
    return piece
  }

  /// Keeps those parts of `range` that no piece holds yet, each as a piece of its own with what `bytes` says is there.
  package mutating func fill(_ range: Range<Int>, with bytes: (Range<Int>) -> [UInt8]) {
    var position = range.lowerBound
    var place = place(endingAfter: position)
    while position < range.upperBound {
      let following = piece(at: place)
      let stop = min(following?.start ?? range.upperBound, range.upperBound)
      if position < stop { place = insert(Piece(start: position, bytes: bytes(position..<stop)), at: place) }
      guard let following, following.start < range.upperBound else { return }
      position = following.end
      place = self.place(after: place)
    }
  }
}

// Where a piece is, or would be: a run, and an index in it.

extension WaitingPieces {
  private struct Place {
    var run: Int
    var index: Int
  }

  /// The first piece that ends after `position`, or else the end of the last run.
  private func place(endingAfter position: Int) -> Place {
    guard let last = runs.last else { return Place(run: 0, index: 0) }
    // What comes late mostly extends what came last.
    guard ends(last, after: position) else { return Place(run: runs.count - 1, index: last.count) }
    let run = partition(runs.count) { ends(runs[$0], after: position) }
    return Place(run: run, index: partition(runs[run].count) { runs[run][$0].end > position })
  }

  private func ends(_ run: Deque<Piece>, after position: Int) -> Bool {
    run.last.map { $0.end > position } ?? false
  }

  /// The first of `count` indices, the last of which `belongs`, from which on all of them do.
  private func partition(_ count: Int, _ belongs: (Int) -> Bool) -> Int {
    var (low, high) = (0, count - 1)
    while low < high {
      let middle = (low + high) / 2
      if belongs(middle) { high = middle } else { low = middle + 1 }
    }
    return low
  }

  private func piece(at place: Place) -> Piece? {
    guard place.run < runs.count, place.index < runs[place.run].count else { return nil }
    return runs[place.run][place.index]
  }

  private func place(after place: Place) -> Place { tidy(Place(run: place.run, index: place.index + 1)) }

  /// The end of a run is the beginning of the next, where there is one.
  private func tidy(_ place: Place) -> Place {
    guard place.index == runs[place.run].count, place.run + 1 < runs.count else { return place }
    return Place(run: place.run + 1, index: 0)
  }

  /// - Returns: the place after that of `piece`.
  private mutating func insert(_ piece: Piece, at place: Place) -> Place {
    count += 1
    charge += piece.bytes.count + Self.overhead
    let place = makeRoom(at: place)
    runs[place.run].insert(piece, at: place.index)
    return self.place(after: place)
  }

  /// A full run is halved; before its first and after its last piece a new one begins, for those come in order.
  private mutating func makeRoom(at place: Place) -> Place {
    guard place.run < runs.count else {
      runs.append([])
      return place
    }
    guard runs[place.run].count == Self.maximumRun else { return place }
    if place.index == 0 || place.index == Self.maximumRun {
      let run = place.index == 0 ? place.run : place.run + 1
      runs.insert([], at: run)
      return Place(run: run, index: 0)
    }
    let half = Self.maximumRun / 2
    runs.insert(Deque(runs[place.run].suffix(half)), at: place.run + 1)
    runs[place.run].removeLast(half)
    return place.index <= half ? place : Place(run: place.run + 1, index: place.index - half)
  }
}
