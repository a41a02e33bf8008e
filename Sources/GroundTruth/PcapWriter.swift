/// Writes a capture file: nanosecond pcap, little-endian.
public struct PcapWriter: Sendable {
  public private(set) var bytes: [UInt8] = []

  /// `LINKTYPE_RAW`: packets begin with the IP header.
  public static let rawIP: UInt32 = 101
  /// `LINKTYPE_ETHERNET`.
  public static let ethernet: UInt32 = 1

  public init(linkType: UInt32 = PcapWriter.rawIP) {
    append(UInt32(0xa1b2_3c4d))
    append(UInt16(2))
    append(UInt16(4))
    append(UInt32(0))
    append(UInt32(0))
    append(UInt32(262_144))
    append(linkType)
  }

  /// Adds one packet.
  public mutating func add(_ packet: CapturedPacket) {
    append(UInt32(truncatingIfNeeded: packet.time / 1_000_000_000))
    append(UInt32(truncatingIfNeeded: packet.time % 1_000_000_000))
    append(UInt32(truncatingIfNeeded: packet.bytes.count))
    append(UInt32(truncatingIfNeeded: packet.originalLength))
    bytes.append(contentsOf: packet.bytes)
  }

  private mutating func append(_ value: some FixedWidthInteger) {
    for shift in stride(from: 0, to: value.bitWidth, by: 8) {
      bytes.append(UInt8(truncatingIfNeeded: value >> shift))
    }
  }
}
