/// A fuzzer's bytes, read from the front; beyond their end everything is 0.
///
/// What is fuzzed reads its choices from here one after the other, so that a byte changed, put in or taken out leaves
/// most of what it means as it was.
package struct FuzzInput: Sendable {
  private let bytes: [UInt8]
  private var position = 0

  package init(_ bytes: [UInt8]) { self.bytes = bytes }

  package var isAtEnd: Bool { position >= bytes.count }

  package mutating func byte() -> UInt8 {
    guard position < bytes.count else { return 0 }
    position += 1
    return bytes[position - 1]
  }

  /// The next `count` bytes, or as many as are left.
  package mutating func bytes(_ count: Int) -> [UInt8] {
    let end = min(bytes.count, position + count)
    defer { position = end }
    return Array(bytes[min(position, end)..<end])
  }

  /// A number of 16 bits in network byte order.
  package mutating func number() -> Int { Int(byte()) << 8 | Int(byte()) }
}
