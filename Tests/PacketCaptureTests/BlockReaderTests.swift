import PacketDecoding
import TestSupport
import Testing

@testable import PacketCapture

/// Whoever reads, the packets and the final error are the same: ``BlockReader`` is held against libpcap.
struct BlockReaderTests {
  @Test(arguments: SampleCaptures.paths)
  func samples(_ path: String) {
    #expect(Reading(path) == Reading(path, throughLibpcap: true))
  }

  @Test(arguments: PcapWriter.Variant.allCases, ByteOrder.allCases)
  func everyTruncation(_ variant: PcapWriter.Variant, _ order: ByteOrder) throws {
    let file = Self.fourPackets(variant, order)
    for length in 0...file.count { try expectSameReading(Array(file.prefix(length)), "cut to \(length) bytes") }
  }

  @Test(arguments: PcapWriter.Variant.allCases, ByteOrder.allCases)
  func everyByteDamaged(_ variant: PcapWriter.Variant, _ order: ByteOrder) throws {
    let file = Self.fourPackets(variant, order)
    for index in file.indices {
      for value in [0, 0x80, 0xFF] as [UInt8] {
        var damaged = file
        damaged[index] = value
        try expectSameReading(damaged, "byte \(index) made \(value)")
      }
    }
  }

  @Test(arguments: 1...4)
  func severalBytesDamaged(seed: UInt64) throws {
    var random = SeededGenerator(seed: seed)
    for round in 0..<500 {
      var file = Self.fourPackets(.allCases.randomElement(using: &random) ?? .modified, .bigEndian)
      for _ in 0..<Int.random(in: 1...6, using: &random) {
        file[Int.random(in: file.indices, using: &random)] = .random(in: 0...255, using: &random)
      }
      try expectSameReading(file, "round \(round)")
    }
  }

  @Test(arguments: [LinkType.linuxCooked, .linuxCooked2, .null, LinkType(rawValue: 189)], ByteOrder.allCases)
  func linkTypesWhosePacketsLibpcapMayPutRight(_ linkType: LinkType, _ order: ByteOrder) throws {
    var writer = PcapWriter(.microseconds, order, linkType: linkType)
    // Cooked: EtherType 0x000C is a CAN frame, whose identifier libpcap turns round in a file of the other byte order.
    for value in [0, 0x0C] as [UInt8] {
      let packet = [0, value] + [UInt8](repeating: 0, count: 12) + [0, value] + Array(1...64)
      writer.append(packet, at: Timestamp(nanoseconds: 0))
    }
    try expectSameReading(writer.bytes, "\(linkType.name)")
  }

  @Test func packetsAcrossTheEdgesOfBlocks() throws {
    var random = SeededGenerator(seed: 7)
    var writer = PcapWriter()
    for number in 0..<40 {
      let size = number.isMultiple(of: 10) ? 262_144 : Int.random(in: 0...40_000, using: &random)
      writer.append([UInt8](repeating: UInt8(number), count: size), at: Timestamp(nanoseconds: 0))
    }
    try expectSameReading(writer.bytes, "blocks")
    for cut in [1, 15, 16, 17, 262_160] { try expectSameReading(writer.bytes.dropLast(cut), "last \(cut) cut off") }
  }

  @Test func itIsIndeedUsed() throws {
    try withTemporaryFile(Self.fourPackets(.microseconds, .bigEndian)) { path in
      let handle = try CaptureFile(path: path).open()
      let takesEthernet = if BlockReader(handle, .ethernet) != nil { true } else { false }
      let takesCooked = if BlockReader(handle, .linuxCooked) != nil { true } else { false }
      #expect(takesEthernet && !takesCooked)
    }
  }

  private func expectSameReading(
    _ file: [UInt8], _ what: String, _ location: SourceLocation = #_sourceLocation
  ) throws {
    let (blocks, libpcap, runs) = try withTemporaryFile(file) {
      (Reading($0), Reading($0, throughLibpcap: true), Reading($0, packetsAtATime: 3))
    }
    #expect(blocks == libpcap, "\(what)", sourceLocation: location)
    // A set does not take what cannot be decoded.
    if runs.error?.problem == .unsupportedLinkType { return }
    #expect(runs == libpcap, "\(what)", sourceLocation: location)
  }

  private static func fourPackets(_ variant: PcapWriter.Variant, _ order: ByteOrder) -> [UInt8] {
    var writer = PcapWriter(variant, order, snapLength: 64)
    for size in [14, 0, 7, 64] {
      let time = Timestamp(seconds: Int64(size) << 20, nanoseconds: 999_999_000)
      writer.append([UInt8](repeating: UInt8(size), count: size), at: time, originalLength: size * 2)
    }
    return writer.bytes
  }
}
