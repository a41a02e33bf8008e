package import PacketDecoding

extension OutputBuffer {
  /// Appends `text` as a JSON string, quotes included (RFC 8259 §7).
  package mutating func append(json text: String) {
    append(byte: UInt8(ascii: "\""))
    appendEscaped(text)
    append(byte: UInt8(ascii: "\""))
  }

  /// Appends `value`, or `null`.
  package mutating func append(json value: Int?) {
    guard let value else { return append("null") }
    append(value)
  }

  /// Appends `value` as a string, or `null`; for words that need no escape.
  package mutating func append(word: String?) {
    guard let word else { return append("null") }
    append(byte: UInt8(ascii: "\""))
    append(word)
    append(byte: UInt8(ascii: "\""))
  }

  /// Appends an end as `{"address":…,"port":…}`.
  package mutating func append(json end: SocketAddress) {
    append("{\"address\":\"")
    append(end.address)
    append("\",\"port\":")
    append(UInt64(end.port))
    append(byte: UInt8(ascii: "}"))
  }

  package mutating func append(json value: Bool) { append(value ? "true" : "false") }

  private mutating func appendEscaped(_ text: String) {
    // Hardly any text has something to escape, and as a whole it is copied many bytes at a time.
    let bytes = text.utf8.span
    var escapes = 0
    for index in bytes.indices where Self.wantsEscape(bytes[index]) { escapes &+= 1 }
    if escapes == 0 { return append(bytes) }
    for index in bytes.indices { appendEscaped(bytes[index]) }
  }

  @inline(__always)
  private static func wantsEscape(_ byte: UInt8) -> Bool {
    byte < 0x20 || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\")
  }

  private mutating func appendEscaped(_ byte: UInt8) {
    switch byte {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"):
      append(byte: UInt8(ascii: "\\"))
      append(byte: byte)
    case 0x0a: append("\\n")
    case 0x0d: append("\\r")
    case 0x09: append("\\t")
    case 0..<0x20:
      append("\\u00")
      appendHexadecimal(digit: byte >> 4)
      appendHexadecimal(digit: byte & 0xf)
    default: append(byte: byte)
    }
  }
}
