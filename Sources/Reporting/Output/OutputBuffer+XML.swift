extension OutputBuffer {
  /// Appends `text` as it may stand in an attribute or an element of XML 1.0.
  ///
  /// Line breaks become character references, since a reader turns those of an attribute into spaces; what else has no
  /// look of its own, or no place in XML 1.0 (§2.2), becomes visible.
  package mutating func append(xml text: String) {
    let visible = Escaping.visible(text, keeping: "\n\r\t")
    let bytes = visible.utf8.span
    for index in bytes.indices { append(xml: bytes[index], breaks: true) }
  }

  /// Appends lines written here, with nothing in them that is not visible: their breaks stay breaks.
  mutating func append(xmlLines lines: Span<UInt8>) {
    for index in lines.indices { append(xml: lines[index], breaks: false) }
  }

  /// - Parameter breaks: breaks become character references.
  @inline(__always)
  private mutating func append(xml byte: UInt8, breaks: Bool) {
    switch byte {
    case UInt8(ascii: "&"): append("&amp;")
    case UInt8(ascii: "<"): append("&lt;")
    case UInt8(ascii: ">"): append("&gt;")
    case UInt8(ascii: "\""): append("&quot;")
    case 0x0a where breaks: append("&#10;")
    case 0x0d where breaks: append("&#13;")
    case 0x09 where breaks: append("&#9;")
    default: append(byte: byte)
    }
  }
}
