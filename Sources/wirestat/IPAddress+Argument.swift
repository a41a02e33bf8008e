public import ArgumentParser
public import PacketDecoding

extension IPAddress: ExpressibleByArgument {
  /// An address as people write it: dotted decimal, or any text form of RFC 4291 §2.2.
  public init?(argument text: String) {
    if let bits = Self.dotted(text) {
      self.init(v4: bits)
    } else if let groups = Self.groups(text) {
      let bits = groups.map(UInt64.init)
      self.init(
        v6High: bits[..<4].reduce(0) { $0 << 16 | $1 }, low: bits[4...].reduce(0) { $0 << 16 | $1 })
    } else {
      return nil
    }
  }

  private static func dotted(_ text: some StringProtocol) -> UInt32? {
    let parts = text.split(separator: ".", omittingEmptySubsequences: false)
    let bytes = parts.compactMap { UInt8(String($0), radix: 10) }
    guard parts.count == 4, bytes.count == 4 else { return nil }
    return bytes.reduce(0) { $0 << 8 | UInt32($1) }
  }

  /// The eight groups of an IPv6 address.
  private static func groups(_ text: String) -> [UInt16]? {
    guard let gap = text.firstRange(of: "::") else {
      let groups = list(text[...])
      return groups?.count == 8 ? groups : nil
    }
    guard let left = list(text[..<gap.lowerBound]), let right = list(text[gap.upperBound...]),
      left.count + right.count < 8
    else { return nil }
    return left + Array(repeating: 0, count: 8 - left.count - right.count) + right
  }

  /// Groups between colons; the last one may be an IPv4 address and then counts for two.
  private static func list(_ text: Substring) -> [UInt16]? {
    guard !text.isEmpty else { return [] }
    var groups: [UInt16] = []
    let parts = text.split(separator: ":", omittingEmptySubsequences: false)
    for (index, part) in parts.enumerated() {
      if index == parts.count - 1, let bits = dotted(part) {
        groups += [UInt16(bits >> 16), UInt16(bits & 0xffff)]
      } else {
        guard part.count <= 4, let group = UInt16(part, radix: 16) else { return nil }
        groups.append(group)
      }
    }
    return groups
  }
}
