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
    let number = try number()
    guard number.fraction == 0, !number.hasExponent, let value = Value(exactly: number.signed) else {
      index = start
      throw problem("no number that fits here")
    }
    return value
  }

  /// Reads a number of seconds, to the nanosecond.
  mutating func seconds() throws -> Int64 { try nanoseconds(number()) }

  func nanoseconds(_ number: Number) throws -> Int64 {
    let (whole, overflow) = number.whole.multipliedReportingOverflow(by: 1_000_000_000)
    let (sum, carry) = whole.addingReportingOverflow(number.fraction)
    guard !overflow, !carry, !number.hasExponent, sum <= Int64.min.magnitude else { throw problem("too long a time") }
    return number.isNegative ? Int64(truncatingIfNeeded: 0 &- sum) : Int64(clamping: sum)
  }

  /// A number as it is written.
  struct Number {
    var isNegative = false
    var whole: UInt64 = 0
    /// In billionths; further digits are dropped.
    var fraction: UInt64 = 0
    var hasPoint = false
    var hasExponent = false

    var signed: Int128 { isNegative ? -Int128(whole) : Int128(whole) }
  }

  mutating func number() throws -> Number {
    _ = peek()
    var number = Number()
    number.isNegative = take(UInt8(ascii: "-"))
    let start = index
    while let digit = digit() {
      let (product, overflow) = number.whole.multipliedReportingOverflow(by: 10)
      let (sum, carry) = product.addingReportingOverflow(digit)
      guard !overflow, !carry else { throw problem("too large a number") }
      number.whole = sum
    }
    guard index > start else { throw problem("a value is missing") }
    if index < bytes.count, bytes[index] == UInt8(ascii: ".") {
      index += 1
      number.hasPoint = true
      var unit: UInt64 = 100_000_000
      while let digit = digit() {
        number.fraction += digit * unit
        unit /= 10
      }
    }
    if index < bytes.count, bytes[index] | 0x20 == UInt8(ascii: "e") { try exponent(of: &number) }
    return number
  }

  /// None of wirestat's own numbers has one.
  private mutating func exponent(of number: inout Number) throws {
    number.hasExponent = true
    index += 1
    if index < bytes.count, bytes[index] == UInt8(ascii: "-") || bytes[index] == UInt8(ascii: "+") { index += 1 }
    guard digit() != nil else { throw problem("an exponent is missing") }
    while digit() != nil {}
  }

  private mutating func digit() -> UInt64? {
    guard index < bytes.count, 0x30...0x39 ~= bytes[index] else { return nil }
    defer { index += 1 }
    return UInt64(bytes[index] - 0x30)
  }
}

/// What is wrong with a JSON text.
struct JSONProblem: Error, Equatable {
  var message: String
  /// The byte where it shows, from 0.
  var offset: Int
}
