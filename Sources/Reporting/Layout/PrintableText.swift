/// Payload as text for a terminal: a byte of what cannot be shown is a dot, ends of lines and tabs stay.
package struct PrintableText {
  /// A scalar of which the rest has not come yet.
  private var begun: [UInt8] = []

  package init() {}

  package mutating func write(_ bytes: [UInt8], into output: inout OutputBuffer) {
    var bytes = begun + bytes
    let rest = Self.begunScalar(at: bytes)
    begun = Array(bytes.suffix(rest))
    bytes.removeLast(rest)
    Escaping.forEachScalar(of: bytes) { scalar, range in
      if let scalar, scalar == "\n" || scalar == "\t" || !scalar.isHazard {
        output.append(bytes: Array(bytes[range]))
      } else {
        output.append(byte: UInt8(ascii: "."), count: range.count)
      }
    }
  }

  /// Writes what is left where no more comes, or not what follows.
  package mutating func finish(into output: inout OutputBuffer) {
    output.append(byte: UInt8(ascii: "."), count: begun.count)
    begun = []
  }

  /// How many bytes at the end of `bytes` begin a scalar that goes on after it.
  private static func begunScalar(at bytes: [UInt8]) -> Int {
    for length in 1...3 where length <= bytes.count {
      let byte = bytes[bytes.count - length]
      if byte & 0xc0 == 0x80 { continue }
      let whole = byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : byte >= 0xc0 ? 2 : 1
      return whole > length ? length : 0
    }
    return 0
  }
}
