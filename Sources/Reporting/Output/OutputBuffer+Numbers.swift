public import PacketDecoding

extension OutputBuffer {
  public mutating func append(_ value: Int) {
    if value < 0 { append(byte: UInt8(ascii: "-")) }
    append(UInt64(value.magnitude))
  }

  public mutating func append(_ value: UInt64) {
    if value < 10 { return append(byte: UInt8(truncatingIfNeeded: value) &+ 0x30) }
    append(value, digits: Self.digits(of: value))
  }

  /// Appends nanoseconds as seconds, exactly and without trailing zeros: `5.001`, `0`, `-0.25`.
  public mutating func append(seconds nanoseconds: Int64) {
    var fraction = appendWholeSeconds(nanoseconds)
    guard fraction > 0 else { return }
    var digits = 9
    while fraction % 10 == 0 {
      fraction /= 10
      digits -= 1
    }
    append(byte: UInt8(ascii: "."))
    append(fraction, digits: digits)
  }

  /// Appends nanoseconds as seconds with `decimals` digits after the point (1 to 9), the rest cut off.
  public mutating func append(seconds nanoseconds: Int64, decimals: Int) {
    let fraction = appendWholeSeconds(nanoseconds)
    append(byte: UInt8(ascii: "."))
    let dropped = (decimals..<9).reduce(fraction) { rest, _ in rest / 10 }
    append(dropped, digits: min(decimals, 9))
  }

  /// Appends sign and whole seconds, and gives the nanoseconds that are left.
  private mutating func appendWholeSeconds(_ nanoseconds: Int64) -> UInt64 {
    if nanoseconds < 0 { append(byte: UInt8(ascii: "-")) }
    let (seconds, fraction) = nanoseconds.magnitude.quotientAndRemainder(dividingBy: 1_000_000_000)
    append(seconds)
    return fraction
  }

  /// Appends a moment as RFC 3339 has it, in UTC with nine decimals: `2026-11-20T23:56:12.301421000Z`.
  public mutating func append(_ time: Timestamp) {
    let (days, rest) = Self.dayAndRest(of: time)
    append(CivilDate(daysSinceEpoch: days))
    append(byte: UInt8(ascii: "T"))
    append(timeOfDay: rest)
    append(byte: UInt8(ascii: "."))
    append(rest % 1_000_000_000, digits: 9)
    append(byte: UInt8(ascii: "Z"))
  }

  /// Appends the time of day in UTC with six decimals: `23:56:12.301421`.
  package mutating func append(timeOfDay time: Timestamp) {
    let (_, rest) = Self.dayAndRest(of: time)
    append(timeOfDay: rest)
    append(byte: UInt8(ascii: "."))
    append(rest % 1_000_000_000 / 1000, digits: 6)
  }

  /// Days since the epoch, and the nanoseconds since midnight.
  private static func dayAndRest(of time: Timestamp) -> (days: Int64, rest: UInt64) {
    let day: Int64 = 86_400_000_000_000
    let days = time.nanoseconds / day - (time.nanoseconds % day < 0 ? 1 : 0)
    return (days, UInt64(bitPattern: time.nanoseconds &- days &* day))
  }

  private mutating func append(timeOfDay nanoseconds: UInt64) {
    let seconds = nanoseconds / 1_000_000_000
    append(seconds / 3600, digits: 2)
    append(byte: UInt8(ascii: ":"))
    append(seconds / 60 % 60, digits: 2)
    append(byte: UInt8(ascii: ":"))
    append(seconds % 60, digits: 2)
  }

  private mutating func append(_ date: CivilDate) {
    append(UInt64(clamping: date.year), digits: 4)
    append(byte: UInt8(ascii: "-"))
    append(UInt64(clamping: date.month), digits: 2)
    append(byte: UInt8(ascii: "-"))
    append(UInt64(clamping: date.day), digits: 2)
  }

  private static func digits(of value: UInt64) -> Int {
    var digits = 1
    var limit: UInt64 = 10
    while value >= limit {
      digits &+= 1
      if digits == 20 { break }
      limit &*= 10
    }
    return digits
  }
}

/// A date of the Gregorian calendar, extended to all of time.
///
/// The year begins in March here, so that the day a leap year adds is its last; months then have lengths that repeat
/// every five (153 days), and eras of 400 years all have the same number of days (146 097).
struct CivilDate: Equatable {
  var year: Int64
  var month: Int64
  var day: Int64

  init(daysSinceEpoch days: Int64) {
    let sinceMarchOfYear0 = days + 719_468
    let era = (sinceMarchOfYear0 >= 0 ? sinceMarchOfYear0 : sinceMarchOfYear0 - 146_096) / 146_097
    let dayOfEra = sinceMarchOfYear0 - era * 146_097
    let leapDays = dayOfEra / 1460 - dayOfEra / 36_524 + dayOfEra / 146_096
    let yearOfEra = (dayOfEra - leapDays) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let monthFromMarch = (5 * dayOfYear + 2) / 153
    day = dayOfYear - (153 * monthFromMarch + 2) / 5 + 1
    month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9
    year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
  }
}
