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

  /// An IPv6 header at the very beginning, before which there is no EtherType to look for.
  @Test func whatTheFuzzerFoundDecodes() throws {
    let text = """
      7e0c00003845000044656661756c744938777740004001aeb155ffffffffffffffffffffffffffffffffffffffffffff \
      ffffffffffffffffffff6e736166650786dd600bccf700280640fd770000000000000000000000000001fd7700000000 \
      000000000000000000029c401f90cccc396700000000a002fd207bde0000020405a00402080a1cc7f553000000000103 \
      030a000000306600005e00530100005e
      """
    let digits = text.filter { $0 != " " }
    let input = stride(from: 0, to: digits.count, by: 2).compactMap { place in
      UInt8(digits.dropFirst(place).prefix(2), radix: 16)
    }
    #expect(input.count == 160)
    #expect(DecoderTrial.breaches(input) == [])
  }
}
