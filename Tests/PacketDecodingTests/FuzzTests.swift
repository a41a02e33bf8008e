import PacketDecoding
import TestSupport
import Testing

/// Bytes that nobody meant: whatever comes, there is an answer, and the answer fits the bytes.
@Suite struct FuzzTests {
  static let linkTypes: [LinkType] = [
    .ethernet, .linuxCooked, .linuxCooked2, .raw, .null, .ppp, .pppHDLC, .pppEthernet, .ipv4, .ipv6, .loop, .ciscoHDLC,
  ]

  @Test(arguments: 1...4 as ClosedRange<UInt64>) func mutatedPacketsDecode(seed: UInt64) {
    var random = SeededGenerator(seed: seed)
    var decoder = PacketDecoder(verifiesChecksums: true)
    for round in 0..<50_000 {
      guard let wrapping = Wrapping.all.randomElement(using: &random) else { return }
      let bytes = mutated(wrapping.bytes, using: &random)
      let original = Bool.random(using: &random) ? bytes.count : Int.random(in: 0...70_000, using: &random)
      let decoded = decoder.decode(
        bytes, linkType: wrapping.linkType, originalLength: original, time: Int64(round) * 1_000_000)
      check(decoded, of: bytes, by: decoder)
    }
  }

  @Test(arguments: linkTypes) func randomBytesDecode(linkType: LinkType) {
    var random = SeededGenerator(seed: UInt64(linkType.rawValue))
    var decoder = PacketDecoder(verifiesChecksums: true)
    for _ in 0..<5_000 {
      let bytes = (0..<Int.random(in: 0...120, using: &random)).map { _ in UInt8.random(in: 0...255, using: &random) }
      check(decoder.decode(bytes, linkType: linkType), of: bytes, by: decoder)
    }
  }

  /// Changes a few bytes, some to values that lengths and types like to have, and sometimes cuts or repeats a part.
  private func mutated(_ bytes: [UInt8], using random: inout SeededGenerator) -> [UInt8] {
    var bytes = bytes
    for _ in 0..<Int.random(in: 1...6, using: &random) where !bytes.isEmpty {
      let index = Int.random(in: bytes.indices, using: &random)
      let telling: [UInt8] = [0, 1, 2, 4, 6, 0x21, 0x29, 0x2B, 0x2C, 0x2F, 0x32, 0x33, 0x3A, 0x3C, 0x45, 0x60, 0xFF]
      switch Int.random(in: 0..<8, using: &random) {
      case 0: bytes.removeSubrange(index...)
      case 1: bytes.insert(contentsOf: bytes[index...].prefix(64), at: index)
      case 2...4: bytes[index] = telling.randomElement(using: &random) ?? 0
      default: bytes[index] = UInt8.random(in: 0...255, using: &random)
      }
    }
    return bytes
  }

  private func check(_ decoded: DecodedPacket, of bytes: [UInt8], by decoder: PacketDecoder) {
    switch decoded {
    case .segment(let segment):
      #expect(segment.wirePayloadLength >= segment.payload.count)
      #expect(segment.wireLength >= 40)
      #expect(segment.isReassembled || segment.payload.upperBound <= bytes.count)
      #expect(decoder.payload(of: segment, in: bytes).count == segment.payload.count)
    case .malformed(let error):
      #expect(error.available < error.needed || error.problem != .truncated)
      #expect(error.available >= 0)
    case .icmpError, .other: break
    }
  }
}
