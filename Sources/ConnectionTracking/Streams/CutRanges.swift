/// The parts of a byte stream that the snap length cut off: disjoint, in order, bounded in number.
struct CutRanges: Sendable {
  /// Beyond it, what is cut counts as missing.
  static let maximumCount = 1024

  private var ranges: [Range<Int>] = []

  /// Where the first one begins.
  var start: Int? { ranges.first?.lowerBound }

  /// Adds a range and joins it with those it meets.
  mutating func insert(_ range: Range<Int>) {
    guard !range.isEmpty else { return }
    // Mostly the last one: what is captured next comes after it.
    var low = ranges.count
    while low > 0, ranges[low - 1].upperBound >= range.lowerBound { low -= 1 }
    var high = low
    var whole = range
    while high < ranges.count, ranges[high].lowerBound <= range.upperBound {
      whole = min(whole.lowerBound, ranges[high].lowerBound)..<max(whole.upperBound, ranges[high].upperBound)
      high += 1
    }
    guard low < high || ranges.count < Self.maximumCount else { return }
    ranges.replaceSubrange(low..<high, with: CollectionOfOne(whole))
  }

  /// Forgets what lies before `position` and returns where the range around it ends.
  mutating func end(around position: Int) -> Int? {
    while let first = ranges.first, first.upperBound <= position { ranges.removeFirst() }
    guard let first = ranges.first, first.lowerBound <= position else { return nil }
    return first.upperBound
  }
}
