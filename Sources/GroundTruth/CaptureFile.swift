/// One packet of a capture file.
public struct CapturedPacket: Sendable {
  /// Nanoseconds since the epoch.
  public var time: Int64
  public var bytes: [UInt8]
  /// Bytes it had on the wire.
  public var originalLength: Int

  public init(time: Int64, bytes: [UInt8], originalLength: Int) {
    self.time = time
    self.bytes = bytes
    self.originalLength = originalLength
  }
}

/// The form of the laboratory's captures: nanosecond pcap, little-endian.
///
/// Small on purpose: captures of other origins are the business of PacketCapture, which needs libpcap.
public enum CaptureFile {
  /// `LINKTYPE_RAW`: packets begin with the IP header.
  public static let rawIP: UInt32 = 101
  /// `LINKTYPE_ETHERNET`.
  public static let ethernet: UInt32 = 1

  private static let nanosecondMagic: UInt32 = 0xa1b2_3c4d
  private static let headerLength = 24
  private static let recordHeaderLength = 16

  /// The bytes of a file that holds `packets`.
  public static func bytes(of packets: [CapturedPacket], linkType: UInt32 = rawIP) -> [UInt8] {
    let version: UInt32 = 2 | 4 << 16
    let header = [nanosecondMagic, version, 0, 0, 262_144, linkType]
    return header.flatMap(littleEndian)
      + packets.flatMap { packet in
        let (seconds, nanoseconds) = packet.time.quotientAndRemainder(dividingBy: 1_000_000_000)
        let lengths = [packet.bytes.count, packet.originalLength].map { UInt32(truncatingIfNeeded: $0) }
        let times = [seconds, nanoseconds].map { UInt32(truncatingIfNeeded: $0) }
        return (times + lengths).flatMap(littleEndian) + packet.bytes
      }
  }

  /// The packets of a file of raw IP; nil where it is not of this form. A packet cut off at the end is left out.
  public static func packets(of file: [UInt8]) -> [CapturedPacket]? {
    guard file.count >= headerLength, word(file, at: 0) == nanosecondMagic, word(file, at: 20) == rawIP else {
      return nil
    }
    var packets: [CapturedPacket] = []
    var offset = headerLength
    while offset + recordHeaderLength <= file.count {
      let (start, length) = (offset + recordHeaderLength, Int(word(file, at: offset + 8)))
      guard start + length <= file.count else { break }
      let time = Int64(word(file, at: offset)) * 1_000_000_000 + Int64(word(file, at: offset + 4))
      let originalLength = Int(word(file, at: offset + 12))
      packets.append(
        CapturedPacket(time: time, bytes: Array(file[start..<(start + length)]), originalLength: originalLength))
      offset = start + length
    }
    return packets
  }

  private static func littleEndian(_ value: UInt32) -> [UInt8] {
    [0, 8, 16, 24].map { UInt8(truncatingIfNeeded: value >> $0) }
  }

  private static func word(_ bytes: [UInt8], at index: Int) -> UInt32 {
    (0..<4).reduce(0) { $0 | UInt32(bytes[index + $1]) << ($1 * 8) }
  }
}
