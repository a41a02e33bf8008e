import PacketDecoding
import TestSupport
import Testing

/// Bytes that nobody meant: whatever comes, there is an answer, and the answer fits the bytes.
///
/// Tests/Fuzzing does the same with libFuzzer, which sees where an input leads; what it finds is kept here.
@Suite struct FuzzTests {
  @Test(arguments: 1...4 as ClosedRange<UInt64>) func mutatedPacketsDecode(seed: UInt64) {
    let seeds = Wrapping.all.map { DecoderTrial.input([FuzzPacket($0.bytes, linkType: $0.linkType)]) }
    var mutator = SeededMutator(seed: seed, from: seeds)
    for _ in 0..<25_000 {
      let input = mutator.next(limit: 500)
      let breaches = DecoderTrial.breaches(input)
      #expect(breaches == [], "\(input)")
    }
  }

  @Test(arguments: DecoderTrial.linkTypes) func randomBytesDecode(linkType: LinkType) {
    var random = SeededGenerator(seed: UInt64(UInt32(bitPattern: linkType.rawValue)))
    for _ in 0..<2000 {
      let bytes = (0..<Int.random(in: 0...120, using: &random)).map { _ in UInt8.random(in: 0...255, using: &random) }
      #expect(DecoderTrial.breaches(DecoderTrial.input([FuzzPacket(bytes, linkType: linkType)])) == [])
    }
  }

  /// Nothing stands before what looks like IP where the link's own header is not what it should be.
  @Test(arguments: DecoderTrial.linkTypes) func packetsWithoutTheirLinkHeaderDecode(linkType: LinkType) {
    for packet in [PacketBuilder.tcp(payload: [1, 2, 3]).inIPv4(), PacketBuilder.tcp(payload: [1, 2, 3]).inIPv6()] {
      for before in 0...3 {
        let bytes = [UInt8](repeating: 0xAA, count: before) + packet.bytes
        #expect(DecoderTrial.breaches(DecoderTrial.input([FuzzPacket(bytes, linkType: linkType)])) == [])
      }
    }
  }
}
