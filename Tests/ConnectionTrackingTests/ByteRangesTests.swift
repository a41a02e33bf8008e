import ConnectionTracking
import PacketDecoding
import TestSupport
import Testing

/// The parts of a direction beyond its first hole, held against one bit a byte.
struct ByteRangesTests {
  /// One bit a byte of a space that begins shortly before 2³².
  private struct Bitmap {
    var bits = [Bool](repeating: false, count: 400)

    mutating func insert(_ range: Range<Int>) -> Int {
      let new = range.count { !bits[$0] }
      for index in range { bits[index] = true }
      return new
    }

    /// Where the set bits from `start` on end.
    func end(of start: Int) -> Int { bits[start...].firstIndex(of: false) ?? bits.count }
  }

  private let base = SequenceNumber(UInt32.max - 200)

  @Test(arguments: UInt64(0)..<200)
  func agreesWithABitmap(seed: UInt64) {
    var random = SeededGenerator(seed: seed)
    var ranges = ByteRanges()
    var bitmap = Bitmap()
    var contiguous = 0
    for _ in 0..<60 {
      if Int.random(in: 0..<4, using: &random) > 0 {
        let start = Int.random(in: contiguous..<390, using: &random)
        let range = start..<min(400, start + Int.random(in: 1...30, using: &random))
        #expect(ranges.insert(from: base + range.lowerBound, to: base + range.upperBound) == bitmap.insert(range))
      } else {
        let edge = Int.random(in: contiguous...min(399, contiguous + 40), using: &random)
        let missing = (contiguous..<edge).count { !bitmap.bits[$0] }
        let (end, lost) = ranges.advance(from: base + contiguous, to: base + edge)
        contiguous = end.distance(from: base)
        #expect(contiguous == max(edge, bitmap.end(of: edge)))
        #expect(lost == missing)
        for index in 0..<contiguous { bitmap.bits[index] = true }
        if contiguous >= 380 { return }
      }
      #expect(isTidy(ranges))
      let last = bitmap.bits.lastIndex(of: true).map { $0 + 1 } ?? 0
      let holes = contiguous < last ? (contiguous..<last).count { !bitmap.bits[$0] } : 0
      #expect(ranges.missing(from: base + contiguous) == holes)
    }
  }

  /// Disjoint, in order, none touching the next.
  private func isTidy(_ ranges: ByteRanges) -> Bool {
    let list = ranges.ranges
    return list.allSatisfy { $0.start < $0.end } && zip(list, list.dropFirst()).allSatisfy { $0.end < $1.start }
  }

  @Test func nothingIsNothing() {
    var ranges = ByteRanges()
    #expect(ranges.insert(from: base, to: base) == 0)
    #expect(ranges.insert(from: base + 10, to: base) == 0)
    #expect(ranges.ranges.isEmpty)
  }

  @Test func theHighestGivesWayWhenTheListIsFull() {
    var ranges = ByteRanges()
    for start in stride(from: 0, to: 4 * ByteRanges.maximumCount + 40, by: 4) {
      _ = ranges.insert(from: base + start, to: base + start + 2)
    }
    #expect(ranges.ranges.count == ByteRanges.maximumCount)
    #expect(ranges.ranges.last?.start == base + 4 * (ByteRanges.maximumCount - 1))
  }

  /// Whatever the order, a direction keeps no more than the greatest number of ranges, and room for few when few are left.
  @Test(arguments: UInt64(0)..<4)
  func theListIsBounded(seed: UInt64) {
    var random = SeededGenerator(seed: seed)
    var ranges = ByteRanges()
    for _ in 0..<20_000 {
      let start = 2 * Int.random(in: 1..<100_000, using: &random)
      _ = ranges.insert(from: base + start, to: base + start + 1)
      #expect(ranges.ranges.count <= ByteRanges.maximumCount)
    }
    #expect(ranges.ranges.count == ByteRanges.maximumCount)
    #expect(ranges.ranges.capacity <= 2 * ByteRanges.maximumCount)
    guard let last = ranges.ranges.last else { return }
    _ = ranges.advance(from: base, to: last.start - 1)
    #expect(ranges.ranges == [last])
    #expect(ranges.ranges.capacity <= 64)
  }
}
