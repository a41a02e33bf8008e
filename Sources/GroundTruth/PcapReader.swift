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

/// Reads the captures that ``PcapWriter`` writes: nanosecond pcap, little-endian, raw IP.
///
/// Small on purpose: captures of other origins are the business of PacketCapture, which needs libpcap.
public enum PcapReader {
  /// The packets of a file; nil where it is not such a capture. A packet cut off at the end is left out.
  public static func packets(of file: [UInt8]) -> [CapturedPacket]? {
    guard file.count >= 24, word(file, at: 0) == 0xa1b2_3c4d, word(file, at: 20) == PcapWriter.rawIP else { return nil }
    var packets: [CapturedPacket] = []
    var offset = 24
    while offset + 16 <= file.count {
      let length = Int(word(file, at: offset + 8))
      guard offset + 16 + length <= file.count else { break }
      let time = Int64(word(file, at: offset)) * 1_000_000_000 + Int64(word(file, at: offset + 4))
      packets.append(
        CapturedPacket(
          time: time, bytes: Array(file[(offset + 16)..<(offset + 16 + length)]),
          originalLength: Int(word(file, at: offset + 12))))
      offset += 16 + length
    }
    return packets
  }

  private static func word(_ bytes: [UInt8], at index: Int) -> UInt32 {
    (0..<4).reduce(0) { $0 | UInt32(bytes[index + $1]) << ($1 * 8) }
  }
}
