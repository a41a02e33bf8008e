public import PacketDecoding

/// How many of something came in the busiest second. They may be told out of order, by a minute or so.
public struct RateMeter: Sendable, Equatable {
  private struct Second: Sendable, Equatable {
    var number: Int64 = .min
    var count = 0
  }

  private static let remembered = 64

  private var seconds: [Second] = []
  /// How many came in the busiest second, and when that was.
  public private(set) var peak = 0
  public private(set) var peakTime = Timestamp(nanoseconds: 0)

  public init() {}

  mutating func add(_ time: Timestamp) {
    if seconds.isEmpty { seconds = Array(repeating: Second(), count: Self.remembered) }
    let number = time.nanoseconds / 1_000_000_000
    let place = Int(number & Int64(Self.remembered - 1))
    if seconds[place].number != number { seconds[place] = Second(number: number, count: 0) }
    seconds[place].count += 1
    guard seconds[place].count > peak else { return }
    peak = seconds[place].count
    peakTime = Timestamp(nanoseconds: number * 1_000_000_000)
  }
}
