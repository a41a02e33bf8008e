public import PacketDecoding

extension OutputBuffer {
  /// Appends a moment as RFC 3339 has it, in UTC with nine decimals: `2026-11-20T23:56:12.301421000Z`.
  public mutating func append(_ time: Timestamp) {
    if !latestSecond.contains(time) { latestSecond = SecondText(of: time) }
    let (upper, last) = latestSecond.nanoseconds(of: time).quotientAndRemainder(dividingBy: 10)
    let decimals = EightDigits(upper).all.word
    let end = last | 0x5a30  // the ninth digit, Z
    append(
      words: (
        latestSecond.date, latestSecond.minute, latestSecond.second | decimals << 32, decimals >> 32 | end << 32
      ), length: 30)
  }

  /// Appends the time of day in UTC with six decimals: `23:56:12.301421`.
  package mutating func append(timeOfDay time: Timestamp) {
    let second = SecondText(of: time)
    append(word: second.minute >> 24, length: 5)
    append(word: second.second, length: 4)
    append(EightDigits(second.nanoseconds(of: time) / 1000).last(6))
  }
}

/// A second as text, which its decimals follow: the next moment is mostly in the same one.
struct SecondText {
  /// Its first nanosecond since the epoch that a timestamp can tell: the earliest of all seconds has begun before.
  private let first: Int64
  /// How long it had lasted by ``first``, in nanoseconds: 0 for any other.
  private let before: UInt64
  /// As in `2026-11-`, the first in the lowest byte.
  let date: UInt64
  /// As in `20T23:56`.
  let minute: UInt64
  /// As in `:12.`; four bytes.
  let second: UInt64

  init(of time: Timestamp) {
    let number = Self.floor(time.nanoseconds, 1_000_000_000)
    let start = number &* 1_000_000_000
    first = start > time.nanoseconds ? .min : start
    before = UInt64(bitPattern: first &- start)
    let days = Self.floor(number, 86_400)
    let civil = CivilDate(daysSinceEpoch: days)
    let seconds = number &- days &* 86_400
    let year = EightDigits(UInt64(clamping: civil.year)).last(4).word
    date = year | 0x2d << 32 | Self.pair(civil.month) << 40 | 0x2d << 56
    let hour = 0x54 << 16 | Self.pair(seconds / 3600) << 24
    minute = Self.pair(civil.day) | hour | 0x3a << 40 | Self.pair(seconds / 60 % 60) << 48
    second = 0x3a | Self.pair(seconds % 60) << 8 | 0x2e << 24
  }

  @inline(__always)
  func contains(_ time: Timestamp) -> Bool {
    time.nanoseconds >= first && UInt64(bitPattern: time.nanoseconds &- first) < 1_000_000_000 &- before
  }

  /// From its start to `time`, which it contains.
  @inline(__always)
  func nanoseconds(of time: Timestamp) -> UInt64 { UInt64(bitPattern: time.nanoseconds &- first) &+ before }

  private static func floor(_ value: Int64, _ unit: Int64) -> Int64 { value / unit - (value % unit < 0 ? 1 : 0) }

  /// Two digits.
  private static func pair(_ value: Int64) -> UInt64 { EightDigits(UInt64(clamping: value)).last(2).word }
}
