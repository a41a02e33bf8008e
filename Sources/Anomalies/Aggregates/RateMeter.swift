public import PacketDecoding

/// How many of something came in the busiest second. They may be told out of order, by a minute or so.
public struct RateMeter: Sendable, Equatable {
  private struct Second: Sendable, Equatable {
    var number: Int64 = .min
    var count = 0
  }

  private static let remembered = 64

  /// By the second's number, as far as places go: most meters see a second or two, and there is one a listener.
  private var seconds: [Second] = []
  /// How many came in the busiest second, and when that was.
  public private(set) var peak = 0
  public private(set) var peakTime = Timestamp(nanoseconds: 0)

  public init() {}

  mutating func add(_ time: Timestamp) {
    if seconds.isEmpty { seconds = [Second()] }
    let number = time.nanoseconds / 1_000_000_000
    let place = place(for: number)
    seconds[place].count += 1
    guard seconds[place].count > peak else { return }
    peak = seconds[place].count
    peakTime = Timestamp(nanoseconds: number * 1_000_000_000)
  }

  /// Where a second is counted: makes places until it shares none, or takes that of an old one.
  private mutating func place(for number: Int64) -> Int {
    while true {
      let place = Int(truncatingIfNeeded: number) & (seconds.count - 1)
      if seconds[place].number == number { return place }
      if seconds[place].number == .min || seconds.count == Self.remembered {
        seconds[place] = Second(number: number, count: 0)
        return place
      }
      grow()
    }
  }

  private mutating func grow() {
    let fewer = seconds
    seconds = Array(repeating: Second(), count: fewer.count * 2)
    for second in fewer where second.number != .min {
      seconds[Int(truncatingIfNeeded: second.number) & (seconds.count - 1)] = second
    }
  }
}
