extension SocketAddress: LosslessStringConvertible {
  /// `192.0.2.1:80` or `[2001:db8::1]:80` (RFC 5952 §6).
  public var description: String {
    var text: [UInt8] = []
    text.reserveCapacity(47)
    appendText(to: &text)
    return String(decoding: text, as: UTF8.self)
  }

  /// Appends the ``description`` as ASCII bytes, without any other allocation than the buffer's own growth.
  public func appendText(to buffer: inout [UInt8]) {
    if address.isIPv6 { buffer.append(UInt8(ascii: "[")) }
    address.appendText(to: &buffer)
    if address.isIPv6 { buffer.append(UInt8(ascii: "]")) }
    buffer.append(UInt8(ascii: ":"))
    IPAddress.appendDecimal(port, to: &buffer)
  }

  /// Reads an address and a port as ``description`` writes them; nil for anything else.
  public init?(_ text: String) {
    guard let colon = text.lastIndex(of: ":"), let port = UInt16(text[text.index(after: colon)...]),
      text[text.index(after: colon)...].utf8.allSatisfy({ UInt8(ascii: "0")...UInt8(ascii: "9") ~= $0 })
    else { return nil }
    var host = text[..<colon]
    let isBracketed = host.first == "[" && host.last == "]" && host.count > 2
    if isBracketed { host = host.dropFirst().dropLast() }
    guard let address = IPAddress(String(host)), address.isIPv6 == isBracketed else { return nil }
    self.init(address: address, port: port)
  }
}
