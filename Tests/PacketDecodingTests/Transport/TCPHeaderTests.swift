import PacketDecoding
import TestSupport
import Testing

/// RFC 9293 §3.1: the bits stay as they came.
@Suite struct TCPHeaderTests {
  @Test(arguments: 0...0xFFF as ClosedRange<UInt16>) func allFlagsAreKept(bits: UInt16) throws {
    var decoder = PacketDecoder()
    let flags = TCPFlags(rawValue: bits)
    let packet = PacketBuilder.tcp(acknowledgment: 9, flags: flags, payload: [1]).inIPv4().inEthernet()
    let segment = try decoder.requireSegment(packet)
    #expect(segment.flags == flags)
    #expect((segment.acknowledgment == SequenceNumber(9)) == flags.contains(.ack))
    #expect(segment.sequenceLength == 1 + (flags.contains(.syn) ? 1 : 0) + (flags.contains(.fin) ? 1 : 0))
  }

  @Test func fieldsComeFromTheirPlaces() throws {
    var decoder = PacketDecoder()
    var builder = PacketBuilder.tcp(
      from: 1, to: 65_535, sequence: 0x0102_0304, acknowledgment: 0x0506_0708, flags: [.ack, .urg], window: 0x090A)
    builder.bytes[18] = 0x0B
    builder.bytes[19] = 0x0C
    let packet = builder.inIPv4(from: "10.0.0.1", to: "10.0.0.2", identification: 0xBEEF, timeToLive: 3).inEthernet()
    let segment = try decoder.requireSegment(packet, time: 123)
    #expect(segment.time == Timestamp(nanoseconds: 123))
    #expect(segment.frame == 1)
    #expect(segment.source == SocketAddress(address: "10.0.0.1", port: 1))
    #expect(segment.destination == SocketAddress(address: "10.0.0.2", port: 65_535))
    #expect(segment.sequence == SequenceNumber(0x0102_0304))
    #expect(segment.acknowledgment == SequenceNumber(0x0506_0708))
    #expect(segment.window == 0x090A)
    #expect(segment.urgentPointer == 0x0B0C)
    #expect(segment.timeToLive == 3)
    #expect(segment.identification == 0xBEEF)
    #expect(segment.encapsulation == .none)
    #expect(segment.checksum == .unverified)
  }
}
