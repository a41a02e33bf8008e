package import PacketDecoding

extension OutputBuffer {
  /// Appends `text` as a JSON string, quotes included (RFC 8259 §7); what has no look of its own is escaped as well.
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
    for scalar in text.unicodeScalars { appendEscaped(scalar) }
  }

  /// True also for what begins or continues a scalar beyond ASCII: some of those want one.
  @inline(__always)
  private static func wantsEscape(_ byte: UInt8) -> Bool {
    byte < 0x20 || byte >= 0x7f || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\")
  }

  private mutating func appendEscaped(_ scalar: Unicode.Scalar) {
    switch scalar {
    case "\"": append("\\\"")
    case "\\": append("\\\\")
    case "\n": append("\\n")
    case "\r": append("\\r")
    case "\t": append("\\t")
    case _ where scalar.isHazard: for unit in scalar.utf16 { append(escaped: unit) }
    default: for byte in scalar.utf8 { append(byte: byte) }
    }
  }

  /// Appends a unit of UTF-16 as in `\u001b`: a scalar beyond the first plane is two.
  private mutating func append(escaped unit: UInt16) {
    append("\\u")
    for shift in stride(from: 12, through: 0, by: -4) { appendHexadecimal(digit: UInt8(unit >> shift & 0xf)) }
  }
}
