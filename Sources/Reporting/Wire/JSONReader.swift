import PacketDecoding

/// Reads one JSON text from front to back (RFC 8259), without a tree of it.
///
/// A decoder of the standard library's kind keeps neither the order of an object's members nor numbers exactly, and a
/// report wants both: the fields of a finding come back in their order, nanoseconds to the last digit.
struct JSONReader {
  private let bytes: [UInt8]
  private var index = 0

  /// Arrays and objects that may lie in each other.
  private static let mostNested = 64

  init(_ bytes: [UInt8]) { self.bytes = bytes }

  /// The byte that is read next, from 0.
  var offset: Int { index }

  /// Back to the beginning.
  mutating func rewind() { index = 0 }

  func problem(_ message: String) -> JSONProblem { JSONProblem(message: message, offset: index) }

  // MARK: Structure

  /// Reads an object.
  ///
  /// - Parameter member: is given each name, and reads or skips its value.
  mutating func object(_ member: (inout JSONReader, String) throws -> Void) throws {
    try expect(UInt8(ascii: "{"))
    if take(UInt8(ascii: "}")) { return }
    repeat {
      let name = try string()
      try expect(UInt8(ascii: ":"))
      try member(&self, name)
    } while take(UInt8(ascii: ","))
    try expect(UInt8(ascii: "}"))
  }

  /// Reads an array; `element` reads each of its values.
  mutating func array<Element>(_ element: (inout JSONReader) throws -> Element) throws -> [Element] {
    try expect(UInt8(ascii: "["))
    if take(UInt8(ascii: "]")) { return [] }
    var elements: [Element] = []
    repeat { elements.append(try element(&self)) } while take(UInt8(ascii: ","))
    try expect(UInt8(ascii: "]"))
    return elements
  }

  /// What `value` reads; nil for `null`.
  mutating func optional<Value>(_ value: (inout JSONReader) throws -> Value) throws -> Value? {
    if peek() == UInt8(ascii: "n") {
      try word("null")
      return nil
    }
    return try value(&self)
  }

  /// Passes over a value.
  mutating func skip() throws { try skip(nested: 0) }

  private mutating func skip(nested: Int) throws {
    guard nested < Self.mostNested else { throw problem("too many values in each other") }
    switch peek() {
    case UInt8(ascii: "{"): try object { reader, _ in try reader.skip(nested: nested + 1) }
    case UInt8(ascii: "["): _ = try array { reader in try reader.skip(nested: nested + 1) }
    case UInt8(ascii: "\""): _ = try string()
    case UInt8(ascii: "t"), UInt8(ascii: "f"): _ = try bool()
    case UInt8(ascii: "n"): try word("null")
    default: _ = try number()
    }
  }

  /// Makes sure that nothing follows.
  mutating func end() throws {
    if peek() != nil { throw problem("something follows the end of the object") }
  }

  /// The next byte that is no white space, which is not taken.
  mutating func peek() -> UInt8? {
    while index < bytes.count {
      switch bytes[index] {
      case 0x20, 0x09, 0x0a, 0x0d: index += 1
      case let byte: return byte
      }
    }
    return nil
  }

  private mutating func take(_ byte: UInt8) -> Bool {
    guard peek() == byte else { return false }
    index += 1
    return true
  }

  private mutating func expect(_ byte: UInt8) throws {
    guard take(byte) else { throw problem("'\(Character(UnicodeScalar(byte)))' is missing") }
  }

  private mutating func word(_ word: StaticString) throws {
    let end = index + word.utf8CodeUnitCount
    guard end <= bytes.count, "\(word)".utf8.elementsEqual(bytes[index..<end]) else {
      throw problem("\(word) is missing")
    }
    index = end
  }

  // MARK: Values

  mutating func bool() throws -> Bool {
    if peek() == UInt8(ascii: "t") {
      try word("true")
      return true
    }
    try word("false")
    return false
  }

  mutating func string() throws -> String {
    try expect(UInt8(ascii: "\""))
    let start = index
    while index < bytes.count, bytes[index] != UInt8(ascii: "\""), bytes[index] != UInt8(ascii: "\\") { index += 1 }
    guard index < bytes.count else { throw problem("a string has no end") }
    var text = String(decoding: bytes[start..<index], as: UTF8.self)
    if bytes[index] == UInt8(ascii: "\\") { text += try escapedString() }
    index += 1
    return text
  }

  /// The rest of a string from its first escape on, up to the quote.
  private mutating func escapedString() throws -> String {
    var text: [UInt8] = []
    while index < bytes.count, bytes[index] != UInt8(ascii: "\"") {
      if bytes[index] == UInt8(ascii: "\\") {
        try text.append(contentsOf: String(escape()).utf8)
      } else {
        text.append(bytes[index])
        index += 1
      }
    }
    guard index < bytes.count else { throw problem("a string has no end") }
    return String(decoding: text, as: UTF8.self)
  }

  private mutating func escape() throws -> Character {
    guard index + 1 < bytes.count else { throw problem("a string has no end") }
    let byte = bytes[index + 1]
    index += 2
    switch byte {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): return Character(UnicodeScalar(byte))
    case UInt8(ascii: "b"): return "\u{8}"
    case UInt8(ascii: "f"): return "\u{c}"
    case UInt8(ascii: "n"): return "\n"
    case UInt8(ascii: "r"): return "\r"
    case UInt8(ascii: "t"): return "\t"
    case UInt8(ascii: "u"): return Character(try unicodeEscape())
    default: throw problem("an unknown escape")
    }
  }

  /// What follows `\u`, with the second half of a surrogate pair.
  private mutating func unicodeEscape() throws -> UnicodeScalar {
    let first = try codeUnit()
    if let scalar = UnicodeScalar(first) { return scalar }
    guard first < 0xDC00, index + 1 < bytes.count, bytes[index] == UInt8(ascii: "\\"),
      bytes[index + 1] == UInt8(ascii: "u")
    else { throw problem("half of a surrogate pair") }
    index += 2
    let second = try codeUnit()
    guard 0xDC00..<0xE000 ~= second,
      let scalar = UnicodeScalar(0x10000 + (UInt32(first) - 0xD800) << 10 + UInt32(second) - 0xDC00)
    else { throw problem("half of a surrogate pair") }
    return scalar
  }

  private mutating func codeUnit() throws -> UInt16 {
    var unit: UInt16 = 0
    for _ in 0..<4 {
      guard index < bytes.count, let digit = Character(UnicodeScalar(bytes[index])).hexDigitValue else {
        throw problem("four hexadecimal digits are missing")
      }
      unit = unit << 4 | UInt16(digit)
      index += 1
    }
    return unit
  }

  mutating func integer<Value: FixedWidthInteger>(_ type: Value.Type = Value.self) throws -> Value {
    let start = index
    guard let value = try number().scaled(by: 0).flatMap({ Value(exactly: $0) }) else {
      index = start
      throw problem("no whole number that fits here")
    }
    return value
  }

  /// Reads a number of seconds, to the nanosecond.
  mutating func seconds() throws -> Int64 {
    let start = index
    guard let value = try number().nanoseconds else {
      index = start
      throw problem("no time that fits here")
    }
    return value
  }

  /// A number as it is written, `digits` times a power of ten.
  struct Number {
    var isNegative = false
    var digits: UInt128 = 0
    var exponent = 0
    var hasPoint = false

    /// As many digits as fit; what lies behind them is far below a nanosecond.
    fileprivate static let mostDigits: UInt128 = 1_000_000_000_000_000_000_000_000_000_000

    /// It times the power of ten; nil where that is no whole number, or a very large one.
    func scaled(by power: Int) -> Int128? {
      var value = digits
      var shift = value == 0 ? 0 : exponent + power
      while shift > 0, value < Self.mostDigits { (value, shift) = (value * 10, shift - 1) }
      while shift < 0, value % 10 == 0 { (value, shift) = (value / 10, shift + 1) }
      guard shift == 0 else { return nil }
      return isNegative ? -Int128(value) : Int128(value)
    }

    /// Of as many seconds, to the nearest nanosecond; nil where that does not fit.
    var nanoseconds: Int64? {
      var rounded = self
      while rounded.digits > 0, rounded.exponent < -9 {
        rounded.digits = rounded.exponent == -10 ? (rounded.digits + 5) / 10 : rounded.digits / 10
        rounded.exponent += 1
      }
      return rounded.scaled(by: 9).flatMap { Int64(exactly: $0) }
    }
  }

  mutating func number() throws -> Number {
    _ = peek()
    var number = Number()
    number.isNegative = take(UInt8(ascii: "-"))
    let start = index
    while let digit = digit() { number.append(digit, isBehindPoint: false) }
    guard index > start else { throw problem("a value is missing") }
    if index < bytes.count, bytes[index] == UInt8(ascii: ".") {
      index += 1
      number.hasPoint = true
      while let digit = digit() { number.append(digit, isBehindPoint: true) }
    }
    if index < bytes.count, bytes[index] | 0x20 == UInt8(ascii: "e") { try readExponent(of: &number) }
    return number
  }

  /// None of wirestat's own numbers has one; other tools write `7.1e-05`.
  private mutating func readExponent(of number: inout Number) throws {
    index += 1
    let isNegative = index < bytes.count && bytes[index] == UInt8(ascii: "-")
    if isNegative || index < bytes.count && bytes[index] == UInt8(ascii: "+") { index += 1 }
    let start = index
    var exponent = 0
    while let digit = digit() { exponent = min(exponent * 10 + Int(digit), 1000) }
    guard index > start else { throw problem("an exponent is missing") }
    number.exponent += isNegative ? -exponent : exponent
  }

  private mutating func digit() -> UInt64? {
    guard index < bytes.count, 0x30...0x39 ~= bytes[index] else { return nil }
    defer { index += 1 }
    return UInt64(bytes[index] - 0x30)
  }
}

extension JSONReader.Number {
  fileprivate mutating func append(_ digit: UInt64, isBehindPoint: Bool) {
    if digits < Self.mostDigits {
      digits = digits * 10 + UInt128(digit)
      if isBehindPoint { exponent -= 1 }
    } else if !isBehindPoint {
      exponent += 1
    }
  }
}

/// What is wrong with a JSON text.
struct JSONProblem: Error, Equatable {
  var message: String
  /// The byte where it shows, from 0.
  var offset: Int
}
