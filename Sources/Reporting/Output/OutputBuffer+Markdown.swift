extension OutputBuffer {
  /// Appends `text` in its visible form so that nothing of it is markup: neither in a line of its own nor in a cell.
  mutating func append(markdown text: String) {
    let visible = Escaping.line(text)
    var recent: UInt32 = 0
    for byte in visible.utf8 {
      append(markdown: byte, after: recent)
      recent = recent << 8 | UInt32(byte)
    }
  }

  /// - Parameter recent: the bytes before, the last one in the lowest place.
  private mutating func append(markdown byte: UInt8, after recent: UInt32) {
    switch byte {
    case UInt8(ascii: "<"): append("&lt;")
    case UInt8(ascii: ">"): append("&gt;")
    case UInt8(ascii: "&"): append("&amp;")
    // `http://` and `www.` become links without any markup.
    case UInt8(ascii: "/") where recent & 0xff == 0x3a: append("&#47;")
    case UInt8(ascii: ".") where recent & 0xdfdfdf == 0x575757: append("&#46;")
    case UInt8(ascii: "@"): append("&#64;")
    default:
      if "|\\`*_[]#~$".utf8.contains(byte) { append(byte: UInt8(ascii: "\\")) }
      append(byte: byte)
    }
  }
}
