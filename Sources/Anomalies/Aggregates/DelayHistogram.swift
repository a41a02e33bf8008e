/// Delays in buckets of a quarter of a power of two: what a percentile needs, in a fixed room.
public struct DelayHistogram: Sendable, Equatable {
  /// Empty until there is a delay.
  private var buckets: [UInt32] = []
  public private(set) var count = 0
  public private(set) var longest: Int64 = 0

  public init() {}

  mutating func add(_ nanoseconds: Int64) {
    if buckets.isEmpty { buckets = Array(repeating: 0, count: 160) }
    let value = max(1, nanoseconds)
    buckets[min(Self.bucket(of: value), buckets.count - 1)] += 1
    count += 1
    longest = max(longest, value)
  }

  /// The delay, in nanoseconds, that `share` of all stay below, to a quarter exact; 0 where there are none.
  public func percentile(_ share: Double) -> Int64 {
    let rank = Int((Double(count) * share).rounded(.up))
    var seen = 0
    for (index, bucket) in buckets.enumerated() where bucket > 0 {
      seen += Int(bucket)
      if seen >= rank { return min(Self.upperEdge(of: index), longest) }
    }
    return longest
  }

  /// Buckets begin at 1 µs.
  private static func bucket(of nanoseconds: Int64) -> Int {
    let microseconds = UInt64(nanoseconds) / 1000
    guard microseconds >= 4 else { return Int(microseconds) }
    let exponent = 63 - microseconds.leadingZeroBitCount
    let quarter = Int((microseconds >> UInt64(exponent - 2)) & 3)
    return exponent * 4 + quarter - 4
  }

  private static func upperEdge(of bucket: Int) -> Int64 {
    guard bucket >= 4 else { return Int64(bucket + 1) * 1000 }
    let exponent = (bucket + 4) / 4
    let quarter = Int64((bucket + 4) % 4)
    return ((4 + quarter + 1) << Int64(exponent - 2)) * 1000
  }
}
