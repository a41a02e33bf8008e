import PacketDecoding
import TestSupport
import Testing

@testable import Anomalies

/// Meters of which there is one a host or listener: what they say, and that they take room for no more than they saw.
struct MeterTests {
  private struct Interval {
    var start: Int64
    var length: Int64
  }

  /// Seconds, all within 511 of the first: a step is a second.
  @Test(arguments: UInt64(0)..<20)
  func concurrencyAgreesWithCounting(seed: UInt64) {
    var random = SeededGenerator(seed: seed)
    var meter = ConcurrencyMeter()
    var intervals = [Interval(start: 0, length: 5)]
    for _ in 0..<300 {
      let start = Int64.random(in: 0..<400, using: &random)
      intervals.append(Interval(start: start, length: Int64.random(in: 0..<100, using: &random)))
    }
    for interval in intervals { meter.add(from: time(interval.start), nanoseconds: interval.length * 1_000_000_000) }
    let counts = (0..<512).map { second in
      intervals.count { $0.start <= second && second <= $0.start + $0.length }
    }
    let last = intervals.map { $0.start + $0.length + 1 }.max() ?? 0
    #expect(meter.curve.map(\.count) == Array(counts[...Int(last)]))
    #expect(meter.curve.map(\.time) == (0...last).map { time($0) })
    let peak = counts.max() ?? 0
    #expect(meter.peak.count == peak)
    #expect(meter.peak.time == time(Int64(counts.firstIndex(of: peak) ?? 0)))
    #expect(meter.size <= 2 * intervals.count)
  }

  /// Also where a step is longer than a second, and where times lie before 1970.
  @Test(arguments: UInt64(0)..<40)
  func concurrencyIsTheSameInAnyOrderAndParts(seed: UInt64) {
    var random = SeededGenerator(seed: seed)
    let spread = [Int64(10), 400, 5000, 1_000_000][Int(seed % 4)]
    let intervals = (0..<Int.random(in: 1..<200, using: &random)).map { _ in
      let start = Int64.random(in: -spread..<spread, using: &random)
      return Interval(start: start, length: Int64.random(in: 0..<100, using: &random))
    }
    func meter(_ intervals: [Interval]) -> ConcurrencyMeter {
      var meter = ConcurrencyMeter()
      for interval in intervals { meter.add(from: time(interval.start), nanoseconds: interval.length * 1_000_000_000) }
      return meter
    }
    let whole = meter(intervals)
    #expect(meter(intervals.shuffled(using: &random)) == whole)
    let middle = Int.random(in: 0...intervals.count, using: &random)
    var parts = meter(Array(intervals[middle...]))
    parts.merge(meter(Array(intervals[..<middle])))
    #expect(parts == whole)
    #expect(parts.curve.map(\.count) == whole.curve.map(\.count))
  }

  @Test func concurrencyTakesRoomForChangesAndNoMore() {
    var meter = ConcurrencyMeter()
    for _ in 0..<1000 { meter.add(from: time(0), nanoseconds: 60_000_000_000) }
    #expect(meter.size == 2)
    for second in 0..<100_000 { meter.add(from: time(Int64(second)), nanoseconds: 60_000_000_000) }
    #expect(meter.size <= 1024)
  }

  @Test func concurrencyOfMoreThanOneChangeHolds() {
    var meter = ConcurrencyMeter()
    for _ in 0..<100_000 { meter.add(from: time(0), nanoseconds: 99_000_000_000) }
    #expect(meter.peak.count == 100_000)
    #expect(meter.curve.map(\.count) == Array(repeating: 100_000, count: 100) + [0])
    meter.add(from: time(5000), nanoseconds: 0)
    #expect(meter.peak.count == 100_000)
    #expect(meter.size <= 10)
  }

  /// Beyond 512 seconds a step is longer, and what there is at most is at its place to a step.
  @Test(arguments: [2, 5, 20, 300])
  func concurrencyOfALongTime(thousands: Int64) {
    var meter = ConcurrencyMeter()
    meter.add(from: time(0), nanoseconds: 60_000_000_000)
    let begin = thousands * 1000
    for _ in 0..<400 { meter.add(from: time(begin), nanoseconds: 60_000_000_000) }
    #expect(meter.peak.count == 400)
    let off = abs(meter.peak.time.nanoseconds(since: time(begin))) / 1_000_000_000
    #expect(off <= begin / 256)
  }

  @Test func concurrencyOverAllTheTimeThereIs() {
    var meter = ConcurrencyMeter()
    meter.add(from: Timestamp(nanoseconds: 0), nanoseconds: 1)
    meter.add(from: Timestamp(nanoseconds: .max - 5), nanoseconds: 1)
    meter.add(from: Timestamp(nanoseconds: .min), nanoseconds: .max)
    #expect(meter.peak.count >= 1)
    #expect(meter.curve.last?.count == 0)
  }

  @Test(arguments: UInt64(0)..<20)
  func rateAgreesWithCounting(seed: UInt64) {
    var random = SeededGenerator(seed: seed)
    var meter = RateMeter()
    var counts: [Int64: Int] = [:]
    var peak = (count: 0, second: Int64(0))
    let spread = Int64([1, 2, 60][Int(seed % 3)])
    for index in 0..<2000 {
      let second = Int64(index) / 1000 * spread + Int64.random(in: 0..<spread, using: &random) / 2
      meter.add(Timestamp(nanoseconds: second * 1_000_000_000 + 5))
      counts[second, default: 0] += 1
      if let count = counts[second], count > peak.count { peak = (count, second) }
    }
    #expect(meter.peak == peak.count)
    #expect(meter.peakTime == time(peak.second))
    #expect(meter.size <= 64)
  }

  /// In 64 seconds or fewer, wherever they lie.
  @Test(arguments: UInt64(0)..<40)
  func rateIsTheSameInAnyOrderAndParts(seed: UInt64) {
    var random = SeededGenerator(seed: seed)
    let seconds = (0..<[1, 3, 64][Int(seed % 3)]).map { _ in Int64.random(in: -5000..<5000, using: &random) }
    let times = (0..<500).map { _ in
      Timestamp(nanoseconds: (seconds.randomElement(using: &random) ?? 0) * 1_000_000_000)
    }
    func meter(_ times: [Timestamp]) -> RateMeter {
      var meter = RateMeter()
      for time in times { meter.add(time) }
      return meter
    }
    let whole = meter(times)
    #expect(meter(times.shuffled(using: &random)) == whole)
    let middle = Int.random(in: 0...times.count, using: &random)
    var parts = meter(Array(times[middle...]))
    parts.merge(meter(Array(times[..<middle])))
    #expect(parts == whole)
    let counts = Dictionary(grouping: times, by: \.self).mapValues(\.count)
    #expect(whole.peak == counts.values.max())
    #expect(whole.peakTime == counts.filter { $0.value == whole.peak }.keys.min())
  }

  /// A connection that lasted for hours is told of at its end: it takes no second away from those of now.
  @Test func rateForgetsNothingOfNowForWhatComesLate() {
    var meter = RateMeter()
    for second in 0..<200 as Range<Int64> {
      for _ in 0..<(second == 50 ? 9 : 2) { meter.add(time(second)) }
      meter.add(time(second - 192))
    }
    #expect(meter.peak == 9)
    #expect(meter.peakTime == time(50))
    #expect(meter.size <= 64)
  }

  @Test func rateOfOneSecondTakesNoRoom() {
    var meter = RateMeter()
    for index in 0..<1000 { meter.add(Timestamp(nanoseconds: 3_000_000_000 + Int64(index))) }
    #expect(meter.peak == 1000)
    #expect(meter.peakTime == time(3))
    #expect(meter.size == 0)
  }

  /// Seconds are counted from 1970 on; before it, each ends at its number.
  @Test(arguments: [Int64(-3), -1, 0, 1, 3])
  func rateOfOneSecondEndsWithIt(second: Int64) {
    let first = second * 1_000_000_000
    for step in [Int64(-1_000_000_000), -999_999_999, -1, 0, 1, 999_999_999, 1_000_000_000] {
      var meter = RateMeter()
      meter.add(Timestamp(nanoseconds: first))
      meter.add(Timestamp(nanoseconds: first + step))
      let other = (first + step) / 1_000_000_000
      #expect(meter.peak == (other == second ? 2 : 1))
      #expect(meter.peakTime == time(min(second, other)))
    }
  }

  /// The two ends of time are no second.
  @Test func rateOverAllTheTimeThereIs() {
    for times in [[Int64.max, .min], [.min, .max], [0, .min], [.min, 0]] {
      var meter = RateMeter()
      for time in times { meter.add(Timestamp(nanoseconds: time)) }
      #expect(meter.peak == 1)
    }
  }

  @Test func delaysThatLieCloseTogetherTakeLittleRoom() {
    var histogram = DelayHistogram()
    #expect(histogram.percentile(0.5) == 0)
    for delay in stride(from: Int64(900_000), through: 2_000_000, by: 1000) { histogram.add(delay) }
    #expect(histogram.size <= 6)
    #expect((1_300_000...1_800_000).contains(histogram.percentile(0.5)))
    histogram.add(1)
    histogram.add(.max)
    #expect(histogram.percentile(0) == 1000)
    #expect(histogram.longest == .max)
    #expect(histogram.size <= 160)
  }

  @Test(arguments: UInt64(0)..<20)
  func delaysAreTheSameInParts(seed: UInt64) {
    var random = SeededGenerator(seed: seed)
    var (whole, early, late) = (DelayHistogram(), DelayHistogram(), DelayHistogram())
    for index in 0..<Int.random(in: 0..<9, using: &random) {
      let delay = Int64.random(in: 0..<(1 << Int64.random(in: 1..<40, using: &random)), using: &random)
      whole.add(delay)
      if index % 2 == 0 { early.add(delay) } else { late.add(delay) }
    }
    late.merge(early)
    #expect(late == whole)
  }

  private func time(_ second: Int64) -> Timestamp { Timestamp(nanoseconds: second * 1_000_000_000) }
}
