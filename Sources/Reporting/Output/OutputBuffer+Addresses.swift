public import PacketDecoding

extension OutputBuffer {
  /// Appends address and port as `ss` prints them: `10.0.0.9:8080`, `[2001:db8::1]:443`.
  public mutating func append(_ end: SocketAddress) {
    if end.address.isIPv6 { append(byte: UInt8(ascii: "[")) }
    append(end.address)
    if end.address.isIPv6 { append(byte: UInt8(ascii: "]")) }
    append(byte: UInt8(ascii: ":"))
    append(UInt64(end.port))
  }

  /// Appends an address: dotted decimal, or the canonical text of RFC 5952.
  ///
  /// Disfavoured, so that a literal stays a text where somebody lets literals be addresses.
  @_disfavoredOverload
  public mutating func append(_ address: IPAddress) {
    guard address.isIPv6 else { return appendDotted(UInt32(truncatingIfNeeded: address.low)) }
    // RFC 5952 §5: an address known to hold an IPv4 one shows it.
    if address.high == 0 && address.low >> 32 == 0xffff {
      append("::ffff:")
      return appendDotted(UInt32(truncatingIfNeeded: address.low))
    }
    appendGroups(of: address)
  }

  private mutating func appendDotted(_ bits: UInt32) {
    append(Self.octet(bits >> 24, dot: 0x2e))
    append(Self.octet(bits >> 16 & 0xff, dot: 0x2e))
    append(Self.octet(bits >> 8 & 0xff, dot: 0x2e))
    append(Self.octet(bits & 0xff, dot: nil))
  }

  /// A number up to 255, and the dot after it.
  @inline(__always)
  private static func octet(_ value: UInt32, dot: UInt64?) -> ShortText {
    let (tens, ones) = value.quotientAndRemainder(dividingBy: 10)
    let (hundreds, ten) = tens.quotientAndRemainder(dividingBy: 10)
    let digits = UInt64(hundreds | ten << 8 | ones << 16) | 0x30_3030 | (dot ?? 0) << 24
    let zeros = value < 10 ? 2 : value < 100 ? 1 : 0
    return ShortText(word: digits &>> UInt64(zeros * 8), length: (dot == nil ? 3 : 4) &- zeros)
  }

  private mutating func appendGroups(of address: IPAddress) {
    let zeros = longestZeroRun(of: address)
    var index = 0
    while index < 8 {
      if index == zeros.lowerBound && !zeros.isEmpty {
        append("::")
        index = zeros.upperBound
      } else {
        if index > 0 && index != zeros.upperBound { append(byte: UInt8(ascii: ":")) }
        appendHexadecimal(group(index, of: address))
        index += 1
      }
    }
  }

  /// The first of the longest runs of two or more zero groups (RFC 5952 §4.2); empty at 8 where there is none.
  private func longestZeroRun(of address: IPAddress) -> Range<Int> {
    var longest = 8..<8
    var start = 0
    for index in 0..<8 {
      if group(index, of: address) != 0 { start = index + 1 }
      let run = start..<(index + 1)
      if run.count >= 2 && run.count > longest.count { longest = run }
    }
    return longest
  }

  private func group(_ index: Int, of address: IPAddress) -> UInt16 {
    let half = index < 4 ? address.high : address.low
    return UInt16(truncatingIfNeeded: half >> UInt64((3 - index % 4) * 16))
  }

  /// Four digits, without leading zeros.
  private mutating func appendHexadecimal(_ value: UInt16) {
    let bits = UInt64(value)
    let digits = bits >> 12 | (bits >> 8 & 0xf) << 8 | (bits >> 4 & 0xf) << 16 | (bits & 0xf) << 24
    // 0x27 further on than the digits are the letters; 6 more make a fifth bit of what wants one.
    let letters = ((digits &+ 0x0606_0606) >> 4 & 0x0101_0101) &* 0x27
    let zeros = min(digits.trailingZeroBitCount / 8, 3)
    append(word: (digits &+ 0x3030_3030 &+ letters) &>> UInt64(zeros * 8), length: 4 &- zeros)
  }

  /// Appends one digit, lower case.
  package mutating func appendHexadecimal(digit: UInt8) {
    append(byte: digit < 10 ? digit &+ 0x30 : digit &+ 0x57)
  }
}
