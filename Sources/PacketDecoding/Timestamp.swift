/// A moment as the capture recorded it: nanoseconds since 1970-01-01T00:00:00Z.
///
/// Time comes from packets alone; nothing in this module or the ones above it that infer states asks a clock.
public struct Timestamp: Sendable, Hashable, Comparable {
  public var nanoseconds: Int64

  @inlinable
  public init(nanoseconds: Int64) { self.nanoseconds = nanoseconds }

  /// A moment from libpcap's two fields, saturating where a damaged header holds an impossible date.
  ///
  /// - Parameters:
  ///   - seconds: whole seconds since the epoch.
  ///   - nanoseconds: the rest of the second.
  public init(seconds: Int64, nanoseconds: Int64) {
    let (whole, overflow) = seconds.multipliedReportingOverflow(by: 1_000_000_000)
    let limit: Int64 = seconds < 0 ? .min : .max
    let (sum, carry) = whole.addingReportingOverflow(nanoseconds)
    self.nanoseconds = overflow || carry ? limit : sum
  }

  @inlinable
  public static func < (left: Timestamp, right: Timestamp) -> Bool { left.nanoseconds < right.nanoseconds }

  /// Nanoseconds from `earlier` to here; negative when a capture's clock went back, saturating at the ends.
  @inlinable
  public func nanoseconds(since earlier: Timestamp) -> Int64 {
    let (difference, overflow) = nanoseconds.subtractingReportingOverflow(earlier.nanoseconds)
    return overflow ? (nanoseconds < 0 ? .min : .max) : difference
  }

  /// Nanoseconds between both, whichever is earlier; saturating as well, so that it is never negative.
  @inlinable
  public func distance(to other: Timestamp) -> Int64 {
    self < other ? other.nanoseconds(since: self) : nanoseconds(since: other)
  }

  /// This moment moved by `nanoseconds`, saturating at the ends of the range.
  @inlinable
  public func advanced(byNanoseconds nanoseconds: Int64) -> Timestamp {
    let (sum, overflow) = self.nanoseconds.addingReportingOverflow(nanoseconds)
    return Timestamp(nanoseconds: overflow ? (nanoseconds < 0 ? .min : .max) : sum)
  }
}
