package import PacketDecoding

/// The parts of a direction that passed the tap beyond its first hole: disjoint, in order, bounded in number.
///
/// A range finds its place by halving, and moves 8 KB at most. The room of a list that has become short is given back.
package struct ByteRanges: Sendable, Equatable {
  package struct Range: Sendable, Equatable {
    package var start: SequenceNumber
    package var end: SequenceNumber
  }

  package static let maximumCount = 1024
  private static let leastRoom = 16
  package private(set) var ranges: [Range] = []

  package init() {}

  /// Adds what passed and says how many of its bytes were not there before.
  ///
  /// Where the list is full, the newest and highest range gives way: its bytes then count as not seen.
  package mutating func insert(from start: SequenceNumber, to end: SequenceNumber) -> Int {
    guard end > start else { return 0 }
    var low = start
    var high = end
    var covered = 0
    var index = firstIndex(endingAtOrAfter: start)
    let position = index
    while index < ranges.count, ranges[index].start <= end {
      covered += overlap(ranges[index], start, end)
      if ranges[index].start < low { low = ranges[index].start }
      if ranges[index].end > high { high = ranges[index].end }
      index += 1
    }
    if position == index, ranges.count == Self.maximumCount {
      if position == ranges.count { return end.distance(from: start) }
      ranges.removeLast()
    }
    ranges.replaceSubrange(position..<index, with: CollectionOfOne(Range(start: low, end: high)))
    giveBackRoom()
    return end.distance(from: start) - covered
  }

  /// Drops what lies before `edge` and says where the contiguous part now ends, and how many bytes below `edge` no
  /// range held.
  package mutating func advance(from contiguous: SequenceNumber, to edge: SequenceNumber) -> (
    end: SequenceNumber, missing: Int
  ) {
    var end = contiguous
    var missing = 0
    var used = 0
    while used < ranges.count, ranges[used].start <= edge || ranges[used].start <= end {
      missing += max(0, ranges[used].start.distance(from: end))
      if ranges[used].end > end { end = ranges[used].end }
      used += 1
    }
    ranges.removeFirst(used)
    giveBackRoom()
    if end < edge {
      missing += edge.distance(from: end)
      end = edge
    }
    return (end, missing)
  }

  /// Drops all; the room of a short list stays.
  mutating func removeAll() { ranges.removeAll(keepingCapacity: ranges.capacity <= Self.leastRoom) }

  /// Bytes between `contiguous` and the last range that no range holds.
  package func missing(from contiguous: SequenceNumber) -> Int {
    var end = contiguous
    var total = 0
    for range in ranges {
      total += max(0, range.start.distance(from: end))
      end = range.end
    }
    return total
  }

  /// What is charged for is the ranges, so what they once took must not stay.
  private mutating func giveBackRoom() {
    guard ranges.capacity > 4 * max(ranges.count, Self.leastRoom) else { return }
    var fewer: [Range] = []
    fewer.append(contentsOf: ranges)
    ranges = fewer
  }

  /// What arrives out of order mostly extends the last range, so that is asked first; the others are halved.
  private func firstIndex(endingAtOrAfter start: SequenceNumber) -> Int {
    guard let last = ranges.last, last.end >= start else { return ranges.count }
    var low = 0
    var high = ranges.count - 1
    while low < high {
      let middle = (low + high) / 2
      if ranges[middle].end >= start { high = middle } else { low = middle + 1 }
    }
    return low
  }

  private func overlap(_ range: Range, _ start: SequenceNumber, _ end: SequenceNumber) -> Int {
    let low = range.start > start ? range.start : start
    let high = range.end < end ? range.end : end
    return max(0, high.distance(from: low))
  }
}
