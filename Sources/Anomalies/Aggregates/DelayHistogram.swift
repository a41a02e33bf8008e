import ConnectionTracking

/// Delays in buckets of a quarter of a power of two: what a percentile needs, in a fixed room.
public struct DelayHistogram: Sendable, Equatable {
  private static let maximumBuckets = 160

  /// From the shortest delay's to the longest's: most lie close together.
  private var buckets: [UInt32] = []
  /// The number of the first bucket.
  private var first = 0
  public private(set) var count = 0
  public private(set) var longest: Int64 = 0

  public init() {}

  /// Buckets that take room.
  package var size: Int { buckets.count }

  mutating func add(_ nanoseconds: Int64) {
    let value = max(1, nanoseconds)
    let bucket = min(Self.bucket(of: value), Self.maximumBuckets - 1)
    if bucket < first || bucket - first >= buckets.count { reach(bucket) }
    buckets[bucket - first] &+= 1
    count += 1
    longest = max(longest, value)
  }

  /// Takes in the delays of another.
  mutating func merge(_ other: DelayHistogram) {
    guard other.count > 0 else { return }
    reach(other.first)
    reach(other.first + other.buckets.count - 1)
    for (index, bucket) in other.buckets.enumerated() { buckets[other.first - first + index] &+= bucket }
    count += other.count
    longest = max(longest, other.longest)
  }

  /// The delay, in nanoseconds, that `share` of all stay below, to a quarter exact; 0 where there are none.
  public func percentile(_ share: Double) -> Int64 {
    let rank = Int((Double(count) * share).rounded(.up))
    var seen = 0
    for (index, bucket) in buckets.enumerated() where bucket > 0 {
      seen += Int(bucket)
      if seen >= rank { return min(Self.upperEdge(of: first + index), longest) }
    }
    return longest
  }

  /// Asks for what ``add(_:)`` reads, ahead of it.
  @inline(__always)
  func prefetch() { buckets.prefetchStart() }

  private mutating func reach(_ bucket: Int) {
    if buckets.isEmpty { first = bucket }
    if bucket < first {
      buckets.insert(contentsOf: repeatElement(0, count: first - bucket), at: 0)
      first = bucket
    }
    let missing = bucket - first + 1 - buckets.count
    if missing > 0 { buckets.append(contentsOf: repeatElement(0, count: missing)) }
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
