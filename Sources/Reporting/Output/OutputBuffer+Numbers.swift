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
    // Most captures have microseconds.
    if fraction % 1000 == 0 {
      fraction /= 1000
      digits = 6
    }
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
