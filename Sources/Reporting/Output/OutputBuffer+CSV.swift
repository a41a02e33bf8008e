extension OutputBuffer {
  /// Appends `text` as a quoted cell (RFC 4180), in its visible form.
  ///
  /// A spreadsheet computes a cell that begins with one of four signs, so an apostrophe goes before them.
  package mutating func append(csv text: String) {
    append(byte: UInt8(ascii: "\""))
    let visible = Escaping.line(text)
    if let first = visible.utf8.first, "=+-@".utf8.contains(first) { append(byte: UInt8(ascii: "'")) }
    for byte in visible.utf8 {
      if byte == UInt8(ascii: "\"") { append(byte: byte) }
      append(byte: byte)
    }
    append(byte: UInt8(ascii: "\""))
  }
}
