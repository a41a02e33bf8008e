extension OutputBuffer {
  public mutating func append(_ value: Int) {
    if value < 0 { append(byte: UInt8(ascii: "-")) }
    append(UInt64(value.magnitude))
  }

  public mutating func append(_ value: UInt64) {
    if value < 10 { return append(byte: UInt8(truncatingIfNeeded: value) &+ 0x30) }
    guard value >= EightDigits.limit else { return append(EightDigits(value).withoutLeadingZeros) }
    let (upper, lower) = value.quotientAndRemainder(dividingBy: EightDigits.limit)
    append(upper)
    append(EightDigits(lower).all)
  }

  /// Appends the last `digits` decimal digits of `value` (20 at most), leading zeros included.
  package mutating func append(_ value: UInt64, digits: Int) {
    if digits > 8 { append(value / EightDigits.limit, digits: min(digits, 20) - 8) }
    append(EightDigits(value % EightDigits.limit).last(min(digits, 8)))
  }

  /// Appends nanoseconds as seconds, exactly and without trailing zeros: `5.001`, `0`, `-0.25`.
  public mutating func append(seconds nanoseconds: Int64) {
    let fraction = appendWholeSeconds(nanoseconds)
    guard fraction > 0 else { return }
    append(byte: UInt8(ascii: "."))
    let (upper, last) = fraction.quotientAndRemainder(dividingBy: 10)
    if last == 0 { return append(EightDigits(upper).withoutTrailingZeros) }
    append(EightDigits(upper).all)
    append(byte: UInt8(truncatingIfNeeded: last) &+ 0x30)
  }

  /// Appends nanoseconds as seconds with `decimals` digits after the point (1 to 9), the rest cut off.
  public mutating func append(seconds nanoseconds: Int64, decimals: Int) {
    let fraction = appendWholeSeconds(nanoseconds)
    append(byte: UInt8(ascii: "."))
    let dropped = (decimals..<9).reduce(fraction) { rest, _ in rest / 10 }
    append(dropped, digits: min(decimals, 9))
  }

  /// Appends sign and whole seconds, and gives the nanoseconds that are left.
  @inline(__always)
  private mutating func appendWholeSeconds(_ nanoseconds: Int64) -> UInt64 {
    if nanoseconds < 0 { append(byte: UInt8(ascii: "-")) }
    let (seconds, fraction) = nanoseconds.magnitude.quotientAndRemainder(dividingBy: 1_000_000_000)
    append(seconds)
    return fraction
  }

  @inline(__always)
  package mutating func append(_ text: ShortText) { append(word: text.word, length: text.length) }
}

/// Up to eight bytes of text in a register, the first in the lowest byte of ``word``.
package struct ShortText {
  var word: UInt64
  var length: Int
}

/// The eight decimal digits of a number, found in a handful of multiplications and without a loop.
///
/// The number is halved into four, two and one digits, each time in all lanes of a 64-bit word at once: a division by 100
/// or 10 of a small lane is a multiplication and a shift.
struct EightDigits {
  /// Digits by value, not as text: the first in the lowest byte.
  private let digits: UInt64

  /// The numbers below have no more than eight digits.
  static let limit: UInt64 = 100_000_000

  /// - Parameter value: below ``limit``.
  @inline(__always)
  init(_ value: UInt64) {
    let thousands = value / 10_000
    let fours = thousands | (value &- thousands &* 10_000) << 32
    let hundreds = (fours &* 10_486) >> 20 & 0x0000_007f_0000_007f
    let pairs = hundreds | (fours &- hundreds &* 100) << 16
    let tens = (pairs &* 103) >> 10 & 0x000f_000f_000f_000f
    digits = tens | (pairs &- tens &* 10) << 8
  }

  var all: ShortText { @inline(__always) get { ShortText(word: digits | Self.zeros, length: 8) } }

  /// The last ones, from 0 to 8.
  @inline(__always)
  func last(_ count: Int) -> ShortText {
    ShortText(word: (digits | Self.zeros) &>> UInt64(truncatingIfNeeded: (8 &- count) &* 8), length: count)
  }

  /// Nothing where all are zero.
  var withoutLeadingZeros: ShortText {
    @inline(__always) get { last(8 &- digits.trailingZeroBitCount / 8) }
  }

  /// Nothing where all are zero.
  var withoutTrailingZeros: ShortText {
    @inline(__always) get { ShortText(word: digits | Self.zeros, length: 8 &- digits.leadingZeroBitCount / 8) }
  }

  private static let zeros: UInt64 = 0x3030_3030_3030_3030
}
