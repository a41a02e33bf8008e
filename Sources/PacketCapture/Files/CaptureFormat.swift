/// What the first bytes of a file say it is.
enum CaptureFormat: Equatable {
  /// libpcap's own format: records of 16 bytes and the packet, or of 24 in the variant called modified.
  case pcap(nanoseconds: Bool, modified: Bool)
  case pcapng
  /// Not a capture, but perhaps one inside: the compressor's name and the command that undoes it.
  case compressed(name: String, command: String)
  /// Not one byte.
  case empty
  case unknown

  /// How many bytes ``init(magic:)`` wants to see; a shorter file gives what it has.
  static let magicLength = 6

  init(magic: [UInt8]) {
    self = magic.isEmpty ? .empty : Self.captures(magic) ?? Self.compressors(magic) ?? .unknown
  }

  private static func captures(_ magic: [UInt8]) -> CaptureFormat? {
    guard magic.count >= 4 else { return nil }
    let number = magic.prefix(4).reduce(0 as UInt32) { $0 << 8 | UInt32($1) }
    switch number {
    case 0xA1B2_C3D4, 0xD4C3_B2A1: return .pcap(nanoseconds: false, modified: false)
    case 0xA1B2_3C4D, 0x4D3C_B2A1: return .pcap(nanoseconds: true, modified: false)
    case 0xA1B2_CD34, 0x34CD_B2A1: return .pcap(nanoseconds: false, modified: true)
    case 0x0A0D_0D0A: return .pcapng
    default: return nil
    }
  }

  private static func compressors(_ magic: [UInt8]) -> CaptureFormat? {
    let known: [(bytes: [UInt8], name: String, command: String)] = [
      ([0x1F, 0x8B], "gzip", "gzip -dc"),
      ([0x28, 0xB5, 0x2F, 0xFD], "zstd", "zstd -dc"),
      ([0xFD, 0x37, 0x7A, 0x58, 0x5A, 0x00], "xz", "xz -dc"),
      ([0x42, 0x5A, 0x68], "bzip2", "bzip2 -dc"),
      ([0x04, 0x22, 0x4D, 0x18], "lz4", "lz4 -dc"),
    ]
    return known.first { magic.starts(with: $0.bytes) }.map { .compressed(name: $0.name, command: $0.command) }
  }
}
