public import PacketDecoding

extension SocketAddress {
  /// Reads `10.77.0.1:40000` or `[fd77::1]:40000`; nil for a wildcard or anything else.
  public init?(text: String) {
    guard let colon = text.lastIndex(of: ":"), let port = UInt16(text[text.index(after: colon)...]) else { return nil }
    let host = text[..<colon].drop { $0 == "[" }.prefix { $0 != "]" }
    guard let address = IPAddress(String(host)) else { return nil }
    self.init(address: address, port: port)
  }
}
