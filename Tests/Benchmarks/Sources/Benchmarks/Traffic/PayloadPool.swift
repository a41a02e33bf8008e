/// Random bytes that payloads are cut from, with their sums, so that a checksum takes no second look at them.
struct PayloadPool {
  private let bytes: [UInt8]
  /// The sum of all 16-bit words before each word.
  private let sums: [UInt64]

  init() {
    var generator = SplitMix(seed: 1)
    let bytes = (0..<1 << 17).map { _ in UInt8(truncatingIfNeeded: generator.next()) }
    self.bytes = bytes
    sums = stride(from: 0, to: bytes.count, by: 2).reduce(into: [0]) { sums, place in
      sums.append(sums[sums.count - 1] + UInt64(bytes[place]) << 8 + UInt64(bytes[place + 1]))
    }
  }

  /// Payload number `index`, and the sum of its words.
  func slice(_ index: Int, length: Int) -> (bytes: ArraySlice<UInt8>, sum: UInt64) {
    let start = (index &* 64) & 0xFFFE
    let whole = sums[(start + length) / 2] - sums[start / 2]
    let odd = length % 2 == 1 ? UInt64(bytes[start + length - 1]) << 8 : 0
    return (bytes[start..<start + length], whole + odd)
  }

  /// The sum of the 16-bit words of `bytes`, an odd last byte padded with zero.
  static func sum(of bytes: [UInt8]) -> UInt64 {
    bytes.indices.reduce(0) { $0 + UInt64(bytes[$1]) << ($1 % 2 == 0 ? 8 : 0) }
  }
}
