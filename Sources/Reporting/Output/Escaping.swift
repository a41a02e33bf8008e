/// Makes text from outside harmless: the names of files and interfaces, and every message that may quote them.
///
/// Scalars that move the cursor, end the line, turn text around or cannot be seen are shown by their number, as in
/// `\u{1B}`, and bytes that are not UTF-8 as in `\xFF`. Each form of output begins with that visible form and adds what
/// its own readers take for markup. JSON alone has an escape of its own, from which a parser gets the text back.
public enum Escaping {
  /// Returns `text` in its visible form.
  ///
  /// - Parameter kept: scalars that stay as they are, for a form that has its own escape of them.
  static func visible(_ text: String, keeping kept: String = "") -> String {
    guard text.unicodeScalars.contains(where: \.isHazard) else { return text }
    let kept = kept.unicodeScalars
    return text.unicodeScalars.reduce(into: "") { result, scalar in
      if scalar.isHazard && !kept.contains(scalar) {
        result += "\\u{\(hexadecimal(scalar.value))}"
      } else {
        result.unicodeScalars.append(scalar)
      }
    }
  }

  /// Decodes UTF-8 from outside; bytes that are none become visible, the other scalars stay as they are.
  public static func decode(_ bytes: some Sequence<UInt8>) -> String {
    let bytes = Array(bytes)
    var result = ""
    forEachScalar(of: bytes) { scalar, range in
      if let scalar {
        result.unicodeScalars.append(scalar)
      } else {
        for byte in bytes[range] { result += "\\x\(hexadecimal(UInt32(byte)))" }
      }
    }
    return result
  }

  /// Returns `text` in its visible form, as it may stand anywhere in a line of a terminal or of a CI system's log.
  ///
  /// Such logs take `::name::` at the start of a line, and `##name[` or `##[` anywhere, for commands.
  public static func line(_ text: String) -> String {
    guard !isPlain(text.utf8.span) else { return text }
    var line = visible(text)
    if line.contains("##") { line = line.replacing("##", with: "\\u{23}#") }
    guard let start = line.firstIndex(where: { $0 != " " }), line[start...].isWorkflowCommand else { return line }
    line.replaceSubrange(start...start, with: "\\u{3A}")
    return line
  }

  /// Hands over every scalar of `bytes` and where it stands; nil stands for bytes that are not UTF-8.
  static func forEachScalar(of bytes: [UInt8], _ body: (Unicode.Scalar?, Range<Int>) -> Void) {
    var parser = Unicode.UTF8.ForwardParser()
    var iterator = bytes.makeIterator()
    var offset = 0
    while true {
      switch parser.parseScalar(from: &iterator) {
      case .valid(let encoded):
        body(Unicode.UTF8.decode(encoded), offset..<offset + encoded.count)
        offset += encoded.count
      case .error(let length):
        body(nil, offset..<offset + length)
        offset += length
      case .emptyInput: return
      }
    }
  }

  /// True where all is printable ASCII without two colons or hash signs in a row: nearly always.
  private static func isPlain(_ bytes: Span<UInt8>) -> Bool {
    var last: UInt8 = 0
    for index in bytes.indices {
      let byte = bytes[index]
      guard (0x20..<0x7f).contains(byte) else { return false }
      if byte == last && (byte == UInt8(ascii: ":") || byte == UInt8(ascii: "#")) { return false }
      last = byte
    }
    return true
  }

  private static func hexadecimal(_ value: UInt32) -> String {
    let digits = String(value, radix: 16, uppercase: true)
    return digits.utf8.count < 2 ? "0" + digits : digits
  }
}

extension Unicode.Scalar {
  /// True for what must not reach a reader raw: C0, DEL, C1, separators of lines, controls of direction and others that
  /// have no look, and what is no character at all. The two joiners stay, since scripts need them.
  var isHazard: Bool {
    if isASCII { return value < 0x20 || value == 0x7f }
    switch properties.generalCategory {
    case .control, .lineSeparator, .paragraphSeparator: return true
    case .format: return value != 0x200C && value != 0x200D
    case .unassigned: return properties.isNoncharacterCodePoint
    default: return false
    }
  }
}

extension Substring {
  /// True for `::name::` and `::name key=value::`; an address of IPv6 has two colons only once.
  fileprivate var isWorkflowCommand: Bool {
    guard hasPrefix("::") else { return false }
    let rest = dropFirst(2)
    return rest.first.map { $0.isASCII && $0.isLetter } ?? false && rest.contains("::")
  }
}

extension OutputBuffer {
  /// Appends text from outside for people: see ``Escaping/line(_:)``.
  package mutating func append(line text: String) { append(Escaping.line(text)) }
}
