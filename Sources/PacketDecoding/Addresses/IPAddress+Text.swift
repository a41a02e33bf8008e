extension IPAddress: CustomStringConvertible {
  /// `192.0.2.1`, or the canonical form of RFC 5952: `2001:db8::1`, and `::ffff:192.0.2.1` for a mapped address.
  public var description: String {
    var text: [UInt8] = []
    text.reserveCapacity(39)
    appendText(to: &text)
    return String(decoding: text, as: UTF8.self)
  }

  /// Appends the ``description`` as ASCII bytes, without any other allocation than the buffer's own growth.
  public func appendText(to buffer: inout [UInt8]) {
    guard isIPv6 else { return Self.appendIPv4(UInt32(truncatingIfNeeded: low), to: &buffer) }
    let mappedPrefix: UInt64 = 0xFFFF
    guard high != 0 || low >> 32 != mappedPrefix else {
      buffer.append(contentsOf: "::ffff:".utf8)
      return Self.appendIPv4(UInt32(truncatingIfNeeded: low), to: &buffer)
    }
    appendGroups(omitting: longestZeroRun, to: &buffer)
  }

  /// The 16 bits at `index` of the eight that make an IPv6 address.
  private func group(_ index: Int) -> UInt16 {
    UInt16(truncatingIfNeeded: (index < 4 ? high : low) >> UInt64((3 - index & 3) * 16))
  }

  /// The groups that `::` stands for: the longest run of zeros, the first of equals, never a single one (RFC 5952 §4.2).
  private var longestZeroRun: Range<Int> {
    var longest = 0..<0
    var start = 0
    for index in 0..<8 {
      if group(index) != 0 {
        start = index + 1
      } else if index + 1 - start > max(1, longest.count) {
        longest = start..<index + 1
      }
    }
    return longest
  }

  private func appendGroups(omitting omitted: Range<Int>, to buffer: inout [UInt8]) {
    let colon = UInt8(ascii: ":")
    if !omitted.isEmpty, omitted.lowerBound == 0 { buffer.append(colon) }
    for index in 0..<8 {
      if omitted.contains(index) {
        if index == omitted.lowerBound { buffer.append(colon) }
        continue
      }
      Self.appendHexadecimal(group(index), to: &buffer)
      if index < 7 { buffer.append(colon) }
    }
  }

  private static func appendHexadecimal(_ value: UInt16, to buffer: inout [UInt8]) {
    var shift = 12
    while shift > 0, value >> shift == 0 { shift -= 4 }
    while shift >= 0 {
      let digit = UInt8(value >> shift & 0xF)
      buffer.append(digit < 10 ? UInt8(ascii: "0") + digit : UInt8(ascii: "a") + digit - 10)
      shift -= 4
    }
  }

  private static func appendIPv4(_ bits: UInt32, to buffer: inout [UInt8]) {
    var shift = 24
    while shift >= 0 {
      appendDecimal(UInt16(bits >> UInt32(shift) & 0xFF), to: &buffer)
      if shift > 0 { buffer.append(UInt8(ascii: ".")) }
      shift -= 8
    }
  }

  static func appendDecimal(_ value: UInt16, to buffer: inout [UInt8]) {
    var divisor: UInt16 = 10_000
    while divisor > 1, value < divisor { divisor /= 10 }
    while divisor > 0 {
      buffer.append(UInt8(ascii: "0") + UInt8(value / divisor % 10))
      divisor /= 10
    }
  }
}
