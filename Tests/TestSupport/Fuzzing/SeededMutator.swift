/// Inputs that nobody meant, made from some that mean something: what stands in for a coverage-guided fuzzer where there
/// is none. The same seed gives the same inputs.
package struct SeededMutator {
  private var random: SeededGenerator
  private let seeds: [[UInt8]]

  package init(seed: UInt64, from seeds: [[UInt8]]) {
    random = SeededGenerator(seed: seed)
    self.seeds = seeds
  }

  /// The next input, of `limit` bytes at most.
  package mutating func next(limit: Int = 2000) -> [UInt8] {
    var bytes = seeds.randomElement(using: &random) ?? []
    for _ in 0..<Int.random(in: 0...6, using: &random) { change(&bytes) }
    return Array(bytes.prefix(limit))
  }

  private mutating func change(_ bytes: inout [UInt8]) {
    guard let index = bytes.indices.randomElement(using: &random) else {
      return bytes.append(.random(in: 0...255, using: &random))
    }
    let telling: [UInt8] = [0, 1, 2, 4, 6, 0x11, 0x12, 0x2C, 0x3A, 0x45, 0x60, 0x7F, 0x80, 0xFF]
    let length = min(bytes.count - index, Int.random(in: 1...32, using: &random))
    switch Int.random(in: 0..<10, using: &random) {
    case 0: bytes.removeSubrange(index..<index + length)
    case 1: bytes.insert(contentsOf: bytes[index..<index + length], at: index)
    case 2: bytes.insert(.random(in: 0...255, using: &random), at: index)
    case 3:
      let other = seeds.randomElement(using: &random) ?? []
      bytes.replaceSubrange(index..., with: other.dropFirst(Int.random(in: 0...other.count, using: &random)))
    case 4...6: bytes[index] = telling.randomElement(using: &random) ?? 0
    default: bytes[index] ^= 1 << UInt8.random(in: 0..<8, using: &random)
    }
  }
}
