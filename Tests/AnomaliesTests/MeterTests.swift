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

  /// Seconds, all within 1023 of the first: a step is a second.
  @Test(arguments: UInt64(0)..<20)
  func concurrencyAgreesWithCounting(seed: UInt64) {
    var random = SeededGenerator(seed: seed)
    var meter = ConcurrencyMeter()
    var intervals = [Interval(start: 0, length: 5)]
    for _ in 0..<300 {
      let start = Int64.random(in: 0..<900, using: &random)
      intervals.append(Interval(start: start, length: Int64.random(in: 0..<100, using: &random)))
    }
    for interval in intervals { meter.add(from: time(interval.start), nanoseconds: interval.length * 1_000_000_000) }
    let counts = (0..<1024).map { second in
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

  /// Beyond 1023 seconds a step is longer, and what there is at most is at its place to a step.
  @Test(arguments: [2, 5, 20, 300])
  func concurrencyOfALongTime(thousands: Int64) {
    var meter = ConcurrencyMeter()
    meter.add(from: time(0), nanoseconds: 60_000_000_000)
    let begin = thousands * 1000
    for _ in 0..<400 { meter.add(from: time(begin), nanoseconds: 60_000_000_000) }
    #expect(meter.peak.count == 400)
    let off = abs(meter.peak.time.nanoseconds(since: time(begin))) / 1_000_000_000
    #expect(off <= begin / 500)
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
      #expect(meter.peak == ((first + step) / 1_000_000_000 == second ? 2 : 1))
      #expect(meter.peakTime == time(second))
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

  private func time(_ second: Int64) -> Timestamp { Timestamp(nanoseconds: second * 1_000_000_000) }
}
