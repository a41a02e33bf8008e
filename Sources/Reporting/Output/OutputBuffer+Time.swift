public import PacketDecoding

extension OutputBuffer {
  /// Appends a moment as RFC 3339 has it, in UTC with nine decimals: `2026-11-20T23:56:12.301421000Z`.
  public mutating func append(_ time: Timestamp) {
    let second = time.nanoseconds / 1_000_000_000 - (time.nanoseconds % 1_000_000_000 < 0 ? 1 : 0)
    if second != latestSecond.number { latestSecond = SecondText(second) }
    latestSecond.write(nanoseconds: UInt64(bitPattern: time.nanoseconds &- second &* 1_000_000_000))
    let text = latestSecond.text
    append(text.span)
  }

  /// Appends the time of day in UTC with six decimals: `23:56:12.301421`.
  package mutating func append(timeOfDay time: Timestamp) {
    let day: Int64 = 86_400_000_000_000
    let rest = time.nanoseconds % day
    var text = InlineArray<15, UInt8>(repeating: 0)
    var span = text.mutableSpan
    span.write(timeOfDay: UInt64(rest < 0 ? rest + day : rest), decimals: 6, at: 0)
    append(text.span)
  }
}

/// A second as text, with room for its decimals: the next moment is mostly in the same one.
struct SecondText {
  /// Since the epoch.
  let number: Int64
  /// As in `2026-11-20T23:56:12.000000000Z`.
  private(set) var text = InlineArray<30, UInt8>(repeating: UInt8(ascii: "0"))

  init(_ number: Int64) {
    self.number = number
    let days = number / 86_400 - (number % 86_400 < 0 ? 1 : 0)
    let date = CivilDate(daysSinceEpoch: days)
    var span = text.mutableSpan
    span.write(UInt64(clamping: date.year), digits: 4, at: 0)
    span[4] = UInt8(ascii: "-")
    span.write(UInt64(clamping: date.month), digits: 2, at: 5)
    span[7] = UInt8(ascii: "-")
    span.write(UInt64(clamping: date.day), digits: 2, at: 8)
    span[10] = UInt8(ascii: "T")
    span.write(timeOfDay: UInt64(bitPattern: number &- days &* 86_400) &* 1_000_000_000, decimals: 9, at: 11)
    span[29] = UInt8(ascii: "Z")
  }

  /// Puts the decimals in, as three short numbers: their digits do not wait for each other.
  mutating func write(nanoseconds: UInt64) {
    var span = text.mutableSpan
    span.write(nanoseconds / 1_000_000, digits: 3, at: 20)
    span.write(nanoseconds / 1000 % 1000, digits: 3, at: 23)
    span.write(nanoseconds % 1000, digits: 3, at: 26)
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
