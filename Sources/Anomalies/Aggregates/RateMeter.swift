import ConnectionTracking
public import PacketDecoding

/// How many of something came in the busiest second. They may be told out of order, by a minute or so.
public struct RateMeter: Sendable, Equatable {
  private struct Second: Sendable, Equatable {
    /// Without what lies above 2³²: 136 years.
    var number: UInt32
    /// 0 where nothing was counted yet.
    var count: UInt32
  }

  private static let remembered = 64

  /// By the second's number, as far as places go. Most meters see a second or two, and there is one a listener: as long
  /// as there was only one, it is the busiest, and nothing is here.
  private var seconds: [Second] = []
  /// How many came in the busiest second, and when that was.
  public private(set) var peak = 0
  public private(set) var peakTime = Timestamp(nanoseconds: 0)

  public init() {}

  /// Seconds that there is room for, beside the busiest.
  package var size: Int { seconds.count }

  @inline(__always)
  mutating func add(_ time: Timestamp) {
    if isInOnlySecond(time) { peak += 1 } else { addElsewhere(time) }
  }

  /// Whether there was but one second, and `time` is in it. Before 1970 a second ends at its number, and is not asked about.
  @inline(__always)
  private func isInOnlySecond(_ time: Timestamp) -> Bool {
    seconds.isEmpty && peak > 0 && peakTime.nanoseconds >= 0 && time >= peakTime
      && time.nanoseconds &- peakTime.nanoseconds < 1_000_000_000
  }

  @inline(never)
  private mutating func addElsewhere(_ time: Timestamp) {
    let second = time.nanoseconds / 1_000_000_000
    let start = Timestamp(nanoseconds: second * 1_000_000_000)
    if seconds.isEmpty, peak == 0 || start == peakTime {
      peak += 1
      peakTime = start
      return
    }
    if seconds.isEmpty { keepFirst() }
    let place = place(for: UInt32(truncatingIfNeeded: second))
    seconds[place].count &+= 1
    guard seconds[place].count > peak else { return }
    peak = Int(seconds[place].count)
    peakTime = start
  }

  /// Asks for what ``add(_:)`` reads, ahead of it.
  @inline(__always)
  func prefetch() { seconds.prefetchStart() }

  private mutating func keepFirst() {
    let number = UInt32(truncatingIfNeeded: peakTime.nanoseconds / 1_000_000_000)
    seconds = [Second(number: number, count: UInt32(truncatingIfNeeded: peak))]
  }

  /// Where a second is counted: makes places until it shares none, or takes that of an old one.
  private mutating func place(for number: UInt32) -> Int {
    while true {
      let place = Int(number) & (seconds.count - 1)
      if seconds[place].number == number { return place }
      if seconds[place].count == 0 || seconds.count == Self.remembered {
        seconds[place] = Second(number: number, count: 0)
        return place
      }
      grow()
    }
  }

  private mutating func grow() {
    let fewer = seconds
    seconds = Array(repeating: Second(number: 0, count: 0), count: fewer.count * 2)
    for second in fewer where second.count > 0 { seconds[Int(second.number) & (seconds.count - 1)] = second }
  }
}
