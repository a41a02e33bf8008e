extension IPAddress: LosslessStringConvertible {
  /// Reads an address from text: four decimal numbers, or any IPv6 form of RFC 4291 §2.2.
  ///
  /// Nil for anything else: numbers with leading zeros (octal to some readers), zones, prefixes, brackets.
  public init?(_ text: String) {
    if let bits = Self.ipv4(text.utf8[...]) {
      self.init(v4: bits)
    } else if let (high, low) = Self.ipv6(text.utf8[...]) {
      self.init(v6High: high, low: low)
    } else {
      return nil
    }
  }

  private typealias Text = Substring.UTF8View

  private static func ipv4(_ text: Text) -> UInt32? {
    let parts = text.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
    guard parts.count == 4 else { return nil }
    var bits: UInt32 = 0
    for part in parts {
      guard let byte = number(part, radix: 10, digits: 3), byte <= 0xFF else { return nil }
      guard part.count == 1 || part.first != UInt8(ascii: "0") else { return nil }
      bits = bits << 8 | byte
    }
    return bits
  }

  /// The groups before `::` and those after it, with zeros between.
  private static func ipv6(_ text: Text) -> (high: UInt64, low: UInt64)? {
    guard let gap = gap(in: text) else {
      guard let groups = groups(text), groups.count == 8 else { return nil }
      return halves(groups)
    }
    let before = text[..<gap]
    let after = text[text.index(gap, offsetBy: 2)...]
    guard let head = before.isEmpty ? [] : groups(before, endsAddress: false),
      let tail = after.isEmpty ? [] : groups(after), head.count + tail.count < 8
    else { return nil }
    return halves(head + Array(repeating: 0, count: 8 - head.count - tail.count) + tail)
  }

  /// Where the first `::` begins; a second one makes an empty group, which ``groups(_:endsAddress:)`` refuses.
  private static func gap(in text: Text) -> Text.Index? {
    let colon = UInt8(ascii: ":")
    return zip(text.indices, text.indices.dropFirst()).first { text[$0] == colon && text[$1] == colon }?.0
  }

  /// Groups of up to four hexadecimal digits between colons; the last two may be written as an IPv4 address.
  private static func groups(_ text: Text, endsAddress: Bool = true) -> [UInt16]? {
    let parts = text.split(separator: UInt8(ascii: ":"), omittingEmptySubsequences: false)
    var groups: [UInt16] = []
    for (index, part) in parts.enumerated() {
      if let value = number(part, radix: 16, digits: 4) {
        groups.append(UInt16(value))
      } else if endsAddress, index == parts.count - 1, let bits = ipv4(part) {
        groups += [UInt16(bits >> 16), UInt16(bits & 0xFFFF)]
      } else {
        return nil
      }
    }
    return groups
  }

  /// One to `digits` digits and nothing else: no sign, no space.
  private static func number(_ text: Text, radix: Int, digits: Int) -> UInt32? {
    guard 1...digits ~= text.count else { return nil }
    var value: UInt32 = 0
    for character in text {
      guard let digit = Character(UnicodeScalar(character)).hexDigitValue, digit < radix else { return nil }
      value = value * UInt32(radix) + UInt32(digit)
    }
    return value
  }

  private static func halves(_ groups: [UInt16]) -> (high: UInt64, low: UInt64) {
    let half = { (part: ArraySlice<UInt16>) in part.reduce(UInt64(0)) { $0 << 16 | UInt64($1) } }
    return (half(groups[..<4]), half(groups[4...]))
  }
}
