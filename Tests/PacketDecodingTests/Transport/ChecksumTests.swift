import PacketDecoding
import TestSupport
import Testing

/// RFC 1071 sums, and the one that checksum offload leaves behind.
@Suite struct ChecksumTests {
  private func status(_ bytes: [UInt8], originalLength: Int? = nil) throws -> ChecksumStatus {
    var decoder = PacketDecoder(verifiesChecksums: true)
    let segment = decoder.segment(PacketBuilder(bytes), originalLength: originalLength)
    return try #require(segment).checksum
  }

  @Test(arguments: 0...9, [false, true]) func aGoodSumHolds(length: Int, isIPv6: Bool) throws {
    let payload = (0..<length).map { UInt8(250 + $0 % 6) }
    let segment = PacketBuilder.tcp(payload: payload)
    #expect(try status((isIPv6 ? segment.inIPv6() : segment.inIPv4()).inEthernet().bytes) == .valid)
  }

  @Test(arguments: 34..<57) func aChangedByteShows(index: Int) throws {
    let bytes = PacketBuilder.tcp(payload: [1, 2, 3]).inIPv4().inEthernet().bytes
    // Not the data offset: another header length is another error.
    guard index != 46 else { return }
    #expect(try status(bytes.replacing(at: index, with: bytes[index] ^ 0x40)) == .invalid)
  }

  /// 192.0.2.1 + 192.0.2.2 + 6, folded; and with the length of 20, where the card cuts no segments.
  @Test(arguments: [0x1E, 0x0A] as [UInt8]) func aPseudoHeaderSumIsOffload(low: UInt8) throws {
    let bytes = PacketBuilder.tcp().inIPv4().inEthernet().bytes
    #expect(try status(bytes.replacing(at: 50, with: 0x84).replacing(at: 51, with: low)) == .offloaded)
  }

  @Test func aCutSegmentCannotBeVerified() throws {
    let bytes = PacketBuilder.tcp(payload: [1, 2, 3]).inIPv4().inEthernet().bytes
    #expect(try status(Array(bytes.dropLast()), originalLength: bytes.count) == .unverified)
  }

  @Test func aWrongIPv4HeaderCountsAndAnEmptyFieldDoesNot() throws {
    let bytes = PacketBuilder.tcp().inIPv4().inEthernet().bytes
    #expect(try status(bytes.replacing(at: 24, with: bytes[24] ^ 1)) == .invalid)
    #expect(try status(bytes.replacing(at: 24, with: 0).replacing(at: 25, with: 0)) == .valid)
  }
}
