extension OutputBuffer {
  /// Appends `text` as it may stand in an attribute or an element of XML 1.0.
  ///
  /// Line breaks become character references, since a reader turns those of an attribute into spaces; what XML 1.0
  /// (§2.2) has no place for becomes U+FFFD.
  package mutating func append(xml text: String) {
    for scalar in text.unicodeScalars {
      switch scalar {
      case "&": append("&amp;")
      case "<": append("&lt;")
      case ">": append("&gt;")
      case "\"": append("&quot;")
      case "\n": append("&#10;")
      case "\r": append("&#13;")
      case "\t": append("&#9;")
      case "\u{0}"..."\u{1F}", "\u{FFFE}", "\u{FFFF}": append("\u{FFFD}")
      default: append(bytes: Array(UTF8.encode(scalar) ?? UTF8.EncodedScalar()))
      }
    }
  }
}
