import PacketDecoding
import TestSupport
import Testing

@testable import PacketCapture

/// Every format and byte order gives the same packets.
struct FileFormatTests {
  /// Two packets, the second cut by a snap length, in a time that every unit below holds exactly.
  static let packets: [(bytes: [UInt8], time: Timestamp, originalLength: Int)] = [
    ([1, 2, 3, 4, 5], Timestamp(seconds: 1_700_000_000, nanoseconds: 250_000_000), 5),
    ([6, 7, 8], Timestamp(seconds: 1_700_000_001, nanoseconds: 500_000_000), 1500),
  ]

  @Test(arguments: PcapWriter.Variant.allCases, ByteOrder.allCases)
  func pcap(_ variant: PcapWriter.Variant, _ order: ByteOrder) throws {
    var writer = PcapWriter(variant, order)
    for packet in Self.packets {
      writer.append(packet.bytes, at: packet.time, originalLength: packet.originalLength)
    }
    try expectThePackets(writer.bytes)
  }

  @Test(arguments: PcapngWriter.Resolution.allCases, ByteOrder.allCases)
  func pcapng(_ resolution: PcapngWriter.Resolution, _ order: ByteOrder) throws {
    var writer = PcapngWriter(order)
    writer.addInterface(resolution: resolution)
    for packet in Self.packets {
      writer.append(packet.bytes, at: packet.time, originalLength: packet.originalLength)
    }
    try expectThePackets(writer.bytes)
  }

  @Test func pcapngWithSeveralInterfaces() throws {
    var writer = PcapngWriter()
    writer.addInterface(resolution: .nanoseconds)
    writer.addInterface(resolution: .milliseconds)
    writer.block(0x0BAD, bytes: [1, 2, 3])  // A block of no known type is stepped over.
    for (interface, packet) in Self.packets.enumerated() {
      writer.append(packet.bytes, at: packet.time, interface: interface, originalLength: packet.originalLength)
    }
    try expectThePackets(writer.bytes)
  }

  @Test func pcapngWhoseInterfacesDifferInLinkType() throws {
    var writer = PcapngWriter()
    writer.addInterface(.ethernet)
    writer.append([1], at: Timestamp(nanoseconds: 0))
    writer.addInterface(.linuxCooked)
    let reading = try withTemporaryFile(writer.bytes) { Reading($0) }
    #expect(reading.packets.count == 1)
    #expect(reading.error?.message.contains("libpcap stops after frame 1 at byte 84 (an interface has a type") == true)
  }

  private func expectThePackets(_ file: [UInt8], _ location: SourceLocation = #_sourceLocation) throws {
    let reading = try withTemporaryFile(file) { Reading($0) }
    #expect(reading.error == nil, sourceLocation: location)
    #expect(reading.packets.map(\.bytes) == Self.packets.map(\.bytes), sourceLocation: location)
    let infos = Self.packets.enumerated().map { index, packet in
      PacketInfo(
        time: packet.time, frame: UInt64(index + 1), originalLength: packet.originalLength, linkType: .ethernet)
    }
    #expect(reading.packets.map(\.info) == infos, sourceLocation: location)
  }

  @Test(arguments: PcapWriter.Variant.allCases, ByteOrder.allCases)
  func secondsAreUnsignedUntil2106(_ variant: PcapWriter.Variant, _ order: ByteOrder) throws {
    let time = Timestamp(seconds: 4_000_000_000, nanoseconds: 7_000)
    var writer = PcapWriter(variant, order)
    writer.append([1], at: time)
    let readings = try withTemporaryFile(writer.bytes) { [Reading($0), Reading($0, throughLibpcap: true)] }
    #expect(readings.map { $0.packets.map(\.info.time) } == [[time], [time]])
  }

  @Test(arguments: [LinkType.null, .ethernet, .linuxCooked, .linuxCooked2, .ipv4, .ipv6, .loop, .ppp])
  func linkTypes(_ linkType: LinkType) throws {
    try withTemporaryFile(PcapWriter(linkType: linkType).bytes) { path in
      let source = try CaptureSource(file: path)
      #expect(source.linkType == linkType)
    }
  }

  @Test func rawIPHasLibpcapsNumber() throws {
    try withTemporaryFile(PcapWriter(linkType: .raw).bytes) { path in
      let source = try CaptureSource(file: path)
      #expect(source.linkType == .rawDLT)
      #expect(source.linkType.name == "RAW")
      #expect(source.linkType.summary == "Raw IP")
    }
  }
}
