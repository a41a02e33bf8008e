public import PacketDecoding

/// How many of something came in the busiest second. They may be told in any order, within ten minutes.
public struct RateMeter: Sendable, Equatable {
  private static let maximumSeconds = 600

  private var seconds: [Int64: Int] = [:]
  /// How many came in the busiest second, and when that was.
  public private(set) var peak = 0
  public private(set) var peakTime = Timestamp(nanoseconds: 0)

  public init() {}

  mutating func add(_ time: Timestamp) {
    let second = time.nanoseconds / 1_000_000_000
    let count = (seconds[second] ?? 0) + 1
    seconds[second] = count
    if count > peak || (count == peak && time < peakTime) {
      peak = count
      peakTime = Timestamp(nanoseconds: second * 1_000_000_000)
    }
    if seconds.count > Self.maximumSeconds, let oldest = seconds.keys.min() { seconds[oldest] = nil }
  }
}
