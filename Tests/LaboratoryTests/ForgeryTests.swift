import PacketDecoding
import Testing

@testable import laboratory

/// What the laboratory forges must reach the kernel as meant: the decoder reads it, checksums included.
struct ForgeryTests {
  @Test(arguments: [("10.77.0.1", "10.77.0.2"), ("fd77::1", "fd77::2")])
  func aForgedSegmentIsWhatItSays(source: String, destination: String) throws {
    let forgery = Forgery(
      source: source, sourcePort: 40_000, destination: destination, destinationPort: 8080, flags: [.fin, .ack],
      sequence: 0xffff_fffe, acknowledgment: 7, window: 99, payload: [1, 2, 3], timestamps: (5, 6))
    let packet = try #require(forgery.packet)
    guard case .segment(let segment) = decode(packet.bytes) else {
      Issue.record("not a segment")
      return
    }
    #expect(segment.source.address.description == source)
    #expect(segment.destination.port == 8080)
    #expect(segment.flags == [.fin, .ack])
    #expect(segment.sequence == SequenceNumber(0xffff_fffe))
    #expect(segment.acknowledgment == SequenceNumber(7))
    #expect(segment.wirePayloadLength == 3)
    #expect(segment.checksum == .valid)
    #expect(packet.timestamp == 5)
  }

  @Test(arguments: [("10.77.0.1", "10.77.0.2"), ("fd77::1", "fd77::2")])
  func aRejectionQuotesTheSegment(source: String, destination: String) throws {
    let syn = Forgery(
      source: source, sourcePort: 40_000, destination: destination, destinationPort: 8080, flags: [.syn], sequence: 1)
    let rejected = try #require(syn.packet)
    let rejection = try #require(Forgery.portUnreachable(about: rejected))
    guard case .icmpError(let error) = decode(rejection.bytes) else {
      Issue.record("not an ICMP error")
      return
    }
    #expect(error.source.port == 40_000)
    #expect(error.reporter.description == destination)
    #expect(error.sequence == SequenceNumber(1))
  }

  @Test func bytesThatAreNoPacketAreNone() {
    for length in 0..<40 { #expect(Packet([UInt8](repeating: 0x45, count: length)) == nil) }
    #expect(Packet([UInt8](repeating: 0x60, count: 60)) == nil)
  }

  private func decode(_ bytes: [UInt8]) -> DecodedPacket {
    var decoder = PacketDecoder(verifiesChecksums: true)
    let info = PacketInfo(
      time: Timestamp(nanoseconds: 0), frame: 1, originalLength: bytes.count, linkType: .raw)
    return decoder.decode(bytes.span, info)
  }
}
