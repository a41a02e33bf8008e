import GroundTruth
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
    let rejection = try #require(Forgery.rejection(.portUnreachable, of: rejected))
    guard case .icmpError(let error) = decode(rejection.bytes) else {
      Issue.record("not an ICMP error")
      return
    }
    #expect(error.source.port == 40_000)
    #expect(error.reporter.description == destination)
    #expect(error.sequence == SequenceNumber(1))
  }

  @Test(arguments: [("10.77.0.1", "10.77.0.2", "10.77.0.254"), ("fd77::1", "fd77::2", "fd77::fe")])
  func aRouterRejectsInItsOwnName(source: String, destination: String, router: String) throws {
    let syn = Forgery(
      source: source, sourcePort: 40_000, destination: destination, destinationPort: 8080, flags: [.syn], sequence: 1)
    let rejected = try #require(syn.packet)
    let rejection = try #require(Forgery.rejection(.timeExceeded, of: rejected, by: router))
    guard case .icmpError(let error) = decode(rejection.bytes) else {
      Issue.record("not an ICMP error")
      return
    }
    #expect(error.reporter.description == router)
    #expect(error.destination.address.description == destination)
  }

  @Test(arguments: [("10.77.0.1", "10.77.0.3", "10.77.0.2"), ("fd77::1", "fd77::3", "fd77::2")])
  func aTranslatedSegmentHasRightChecksums(client: String, service: String, host: String) throws {
    let translation = AddressTranslation(service: service, host: host, undoesAnswers: true)
    let syn = Forgery(
      source: client, sourcePort: 40_000, destination: service, destinationPort: 8080, flags: [.syn], sequence: 9)
    let answer = Forgery(
      source: host, sourcePort: 8080, destination: client, destinationPort: 40_000, flags: [.syn, .ack], sequence: 1,
      acknowledgment: 10)
    let (sent, answered) = (try #require(syn.packet), try #require(answer.packet))
    let request = translation.applied(to: sent, from: .a)
    let reply = translation.applied(to: answered, from: .b)
    for (packet, source, destination) in [(request, client, host), (reply, service, client)] {
      guard case .segment(let segment) = decode(packet.bytes) else {
        Issue.record("not a segment")
        return
      }
      #expect(segment.source.address.description == source)
      #expect(segment.destination.address.description == destination)
      #expect(segment.checksum == .valid)
      #expect(segment.timeToLive == 63)
    }
    #expect(translation.applied(to: answered, from: .a).bytes == answered.bytes)
  }

  @Test func aPacketWithoutIdentificationIsStillValid() throws {
    let syn = Forgery(
      source: "10.77.0.1", sourcePort: 40_000, destination: "10.77.0.2", destinationPort: 8080, flags: [.syn],
      sequence: 9)
    let numbered = try #require(syn.packet)
    guard case .segment(let segment) = decode(numbered.withoutIdentification.bytes) else {
      Issue.record("not a segment")
      return
    }
    #expect(segment.identification == 0)
    #expect(segment.checksum == .valid)
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
