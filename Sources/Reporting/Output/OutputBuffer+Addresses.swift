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
    append(UInt64(bits >> 24))
    append(byte: UInt8(ascii: "."))
    append(UInt64(bits >> 16 & 0xff))
    append(byte: UInt8(ascii: "."))
    append(UInt64(bits >> 8 & 0xff))
    append(byte: UInt8(ascii: "."))
    append(UInt64(bits & 0xff))
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

  private mutating func appendHexadecimal(_ value: UInt16) {
    var isLeading = true
    for shift in stride(from: 12, through: 0, by: -4) {
      let digit = value >> UInt16(shift) & 0xf
      if digit != 0 || shift == 0 { isLeading = false }
      if !isLeading { appendHexadecimal(digit: UInt8(digit)) }
    }
  }

  /// Appends one digit, lower case.
  package mutating func appendHexadecimal(digit: UInt8) {
    append(byte: digit < 10 ? digit &+ 0x30 : digit &+ 0x57)
  }
}
