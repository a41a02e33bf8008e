public import PacketDecoding

extension SocketAddress {
  /// Reads `10.77.0.1:40000` or `[fd77::1]:40000`; nil for a wildcard or anything else.
  public init?(text: String) {
    guard let colon = text.lastIndex(of: ":"), let port = UInt16(text[text.index(after: colon)...]) else { return nil }
    let host = text[..<colon].drop { $0 == "[" }.prefix { $0 != "]" }
    guard let address = IPAddress(text: String(host)) else { return nil }
    self.init(address: address, port: port)
  }
}

extension IPAddress {
  /// Reads an address as `inet_ntop` prints it.
  public init?(text: String) {
    if text.contains(":") { self.init(ipv6: text) } else { self.init(ipv4: text) }
  }

  private init?(ipv4 text: String) {
    let bytes = text.split(separator: ".", omittingEmptySubsequences: false).map { UInt8($0) }
    guard bytes.count == 4, !bytes.contains(nil) else { return nil }
    self.init(v4: bytes.compactMap(\.self).reduce(0) { $0 << 8 | UInt32($1) })
  }

  private init?(ipv6 text: String) {
    let halves = text.split(separator: "::", maxSplits: 1, omittingEmptySubsequences: false)
    let groups = halves.map { $0.split(separator: ":").map { UInt16($0, radix: 16) } }
    guard !groups.joined().contains(nil) else { return nil }
    let head = groups.first?.compactMap(\.self) ?? []
    let tail = groups.count > 1 ? groups[1].compactMap(\.self) : []
    guard head.count + tail.count <= 8, groups.count > 1 || head.count == 8 else { return nil }
    let all = head + Array(repeating: 0, count: 8 - head.count - tail.count) + tail
    func bits(_ part: ArraySlice<UInt16>) -> UInt64 { part.reduce(0) { $0 << 16 | UInt64($1) } }
    self.init(v6High: bits(all[..<4]), low: bits(all[4...]))
  }
}
