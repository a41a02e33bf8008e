import PacketDecoding
import TestSupport
import Testing

/// One segment in every wrapping the decoder unwraps: it must come out the same, however little was captured.
@Suite struct WrappingTests {
  @Test(arguments: Wrapping.all) func theSegmentComesOut(of wrapping: Wrapping) throws {
    var decoder = PacketDecoder(verifiesChecksums: true)
    guard case .segment(let segment) = decoder.decode(wrapping.bytes, linkType: wrapping.linkType) else {
      Issue.record("\(decoder.decode(wrapping.bytes, linkType: wrapping.linkType))")
      return
    }
    #expect(segment.source.port == 40_000)
    #expect(segment.destination.port == 80)
    #expect(["192.0.2.1", "2001:db8::1"].contains(segment.source.address))
    #expect(["192.0.2.2", "2001:db8::2"].contains(segment.destination.address))
    #expect(segment.sequence == SequenceNumber(0xFFFF_FFFE))
    #expect(segment.acknowledgment == SequenceNumber(77))
    #expect(segment.flags == [.ack, .psh])
    #expect(segment.options.timestampValue == 7)
    #expect(segment.wirePayloadLength == Wrapping.payload.count)
    #expect(segment.timeToLive == 64)
    #expect(segment.checksum == .valid)
    #expect(!segment.isReassembled)
    #expect(decoder.payload(of: segment, in: wrapping.bytes) == Wrapping.payload)
    #expect(decoder.encapsulation(segment.encapsulation)?.layers ?? [] == wrapping.layers)
  }

  @Test(arguments: Wrapping.all) func aSnapLengthLeavesTheSegmentAsItWas(of wrapping: Wrapping) throws {
    var decoder = PacketDecoder()
    let whole = try #require(segment(in: wrapping.bytes, wrapping, &decoder))
    let fixedHeaderEnd = whole.payload.lowerBound - Wrapping.options.count
    for length in 0..<wrapping.bytes.count {
      let decoded = segment(in: Array(wrapping.bytes[..<length]), wrapping, &decoder)
      guard length >= fixedHeaderEnd else {
        #expect(decoded == nil, "cut at \(length)")
        continue
      }
      var expected = whole
      expected.payload = min(whole.payload.lowerBound, length)..<min(whole.payload.upperBound, length)
      if length < whole.payload.lowerBound {
        expected.options = TCPOptions()
        expected.options.kinds = .truncated
      }
      #expect(decoded == expected, "cut at \(length)")
    }
  }

  @Test(arguments: Wrapping.all) func aFrameThatEndsTooSoonIsNoTrap(in wrapping: Wrapping) {
    var decoder = PacketDecoder(verifiesChecksums: true)
    for length in 0..<wrapping.bytes.count {
      _ = decoder.decode(Array(wrapping.bytes[..<length]), linkType: wrapping.linkType)
    }
  }

  private func segment(in bytes: [UInt8], _ wrapping: Wrapping, _ decoder: inout PacketDecoder) -> Segment? {
    decoder.segment(
      PacketBuilder(bytes), linkType: wrapping.linkType, originalLength: wrapping.bytes.count)
  }
}

extension Wrapping: CustomTestStringConvertible {}
