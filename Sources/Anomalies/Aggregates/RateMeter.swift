import ConnectionTracking
public import PacketDecoding

/// How many of something came in the busiest second.
///
/// Exact in any order as long as they came in 64 different seconds or fewer. Of more, the second with the fewest is let
/// go, among those over half a minute before the latest: the busiest one is right where nothing comes later than
/// that, and what comes later can only be missed.
public struct RateMeter: Sendable, Equatable {
  private static let maximumSeconds = 64
  /// Seconds before the latest one that are not let go.
  private static let latest: Int64 = 32

  /// In order. As long as there is but one second, it is the busiest, and nothing is here: most meters see no more, and
  /// there is one a listener.
  private var seconds: [Second] = []
  /// How many came in the busiest second, and when that was: the first of several.
  public private(set) var peak = 0
  public private(set) var peakTime = Timestamp(nanoseconds: 0)

  public init() {}

  /// Seconds that take room.
  package var size: Int { seconds.count }

  @inline(__always)
  mutating func add(_ time: Timestamp) {
    if isInOnlySecond(time) { peak += 1 } else { add(1, in: time.nanoseconds / Second.length) }
  }

  /// Takes in what another has counted.
  mutating func merge(_ other: RateMeter) {
    guard other.peak > 0 else { return }
    if other.seconds.isEmpty { return add(other.peak, in: other.peakTime.nanoseconds / Second.length) }
    for second in other.seconds { add(second.count, in: second.number) }
    keepPeak(other.peak, other.peakTime)
  }

  /// Asks for what ``add(_:)`` reads, ahead of it.
  @inline(__always)
  func prefetch() { seconds.prefetchStart() }

  /// Whether there was but one second, and `time` is in it. Before 1970 a second ends at its number, and is not asked about.
  @inline(__always)
  private func isInOnlySecond(_ time: Timestamp) -> Bool {
    seconds.isEmpty && peak > 0 && peakTime.nanoseconds >= 0 && time >= peakTime
      && time.nanoseconds &- peakTime.nanoseconds < Second.length
  }

  @inline(never)
  private mutating func add(_ count: Int, in number: Int64) {
    if seconds.isEmpty {
      let only = peakTime.nanoseconds / Second.length
      if peak == 0 || only == number {
        peak += count
        peakTime = Second.start(of: number)
        return
      }
      seconds = [Second(only, peak)]
    }
    var index = seconds.count
    while index > 0, seconds[index - 1].number > number { index -= 1 }
    if index > 0, seconds[index - 1].number == number {
      seconds[index - 1] = Second(number, seconds[index - 1].count + count)
      return keepPeak(seconds[index - 1].count, Second.start(of: number))
    }
    seconds.insert(Second(number, count), at: index)
    keepPeak(count, Second.start(of: number))
    if seconds.count > Self.maximumSeconds { letOneGo() }
  }

  private mutating func keepPeak(_ count: Int, _ time: Timestamp) {
    if count > peak || count == peak && time < peakTime { (peak, peakTime) = (count, time) }
  }

  /// Of several seconds with the fewest, the last one goes.
  private mutating func letOneGo() {
    let end = seconds[seconds.count - 1].number - Self.latest
    var lightest = 0
    for index in seconds.indices {
      if seconds[index].number >= end { break }
      if seconds[index].count <= seconds[lightest].count { lightest = index }
    }
    seconds.remove(at: lightest)
  }
}

/// A second and how many came in it, in 8 bytes.
private struct Second: Sendable, Equatable {
  /// In nanoseconds.
  static let length: Int64 = 1_000_000_000
  /// No more are counted in a second.
  private static let most = 1 << 28 - 1

  private let bits: Int64

  init(_ number: Int64, _ count: Int) { bits = number << 28 | Int64(min(count, Self.most)) }

  /// Since 1970: below 2³⁴, as a time in nanoseconds goes no further.
  var number: Int64 { bits >> 28 }
  var count: Int { Int(bits) & Self.most }

  static func start(of number: Int64) -> Timestamp { Timestamp(nanoseconds: number * length) }
}
