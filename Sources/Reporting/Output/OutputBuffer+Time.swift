public import PacketDecoding

extension OutputBuffer {
  /// Appends a moment as RFC 3339 has it, in UTC with nine decimals: `2026-11-20T23:56:12.301421000Z`.
  public mutating func append(_ time: Timestamp) {
    let (days, rest) = Self.dayAndRest(of: time)
    if days != latestDate.daysSinceEpoch { latestDate = CivilDate(daysSinceEpoch: days) }
    let date = latestDate
    append(length: 30) { span, start in
      span.write(UInt64(clamping: date.year), digits: 4, at: start)
      span[start &+ 4] = UInt8(ascii: "-")
      span.write(UInt64(clamping: date.month), digits: 2, at: start &+ 5)
      span[start &+ 7] = UInt8(ascii: "-")
      span.write(UInt64(clamping: date.day), digits: 2, at: start &+ 8)
      span[start &+ 10] = UInt8(ascii: "T")
      span.write(timeOfDay: rest, decimals: 9, at: start &+ 11)
      span[start &+ 29] = UInt8(ascii: "Z")
    }
  }

  /// Appends the time of day in UTC with six decimals: `23:56:12.301421`.
  package mutating func append(timeOfDay time: Timestamp) {
    let (_, rest) = Self.dayAndRest(of: time)
    append(length: 15) { span, start in span.write(timeOfDay: rest, decimals: 6, at: start) }
  }

  /// Days since the epoch, and the nanoseconds since midnight.
  private static func dayAndRest(of time: Timestamp) -> (days: Int64, rest: UInt64) {
    let day: Int64 = 86_400_000_000_000
    let days = time.nanoseconds / day - (time.nanoseconds % day < 0 ? 1 : 0)
    return (days, UInt64(bitPattern: time.nanoseconds &- days &* day))
  }
}

extension MutableSpan<UInt8> {
  /// Writes `HH:MM:SS.` and the first `decimals` of the nine decimals.
  fileprivate mutating func write(timeOfDay nanoseconds: UInt64, decimals: Int, at index: Int) {
    let seconds = nanoseconds / 1_000_000_000
    let fraction = nanoseconds &- seconds &* 1_000_000_000
    write(seconds / 3600, digits: 2, at: index)
    self[index &+ 2] = UInt8(ascii: ":")
    write(seconds / 60 % 60, digits: 2, at: index &+ 3)
    self[index &+ 5] = UInt8(ascii: ":")
    write(seconds % 60, digits: 2, at: index &+ 6)
    self[index &+ 8] = UInt8(ascii: ".")
    write(decimals == 9 ? fraction : fraction / 1000, digits: decimals, at: index &+ 9)
  }
}
