import GroundTruth
import PacketDecoding

/// A packet as the relay holds it: its bytes, and the fields a rule asks for.
struct Packet: Sendable {
  let bytes: [UInt8]
  let source: String
  let destination: String
  /// nil for anything but TCP.
  let segment: SegmentSignature?
  let window: UInt16
  /// The value this end put into its timestamp option, where there was one.
  let timestamp: UInt32?

  /// Reads the headers; nil for what the laboratory's hosts have no business sending (neighbour discovery and the like).
  init?(_ bytes: [UInt8]) {
    guard let version = bytes.first.map({ $0 >> 4 }), bytes.count >= (version == 4 ? 20 : 40) else { return nil }
    let headerLength = version == 4 ? Int(bytes[0] & 15) * 4 : 40
    let transport = version == 4 ? bytes[9] : bytes[6]
    let addresses = version == 4 ? (12..<16, 16..<20) : (8..<24, 24..<40)
    self.bytes = bytes
    source = Packet.text(bytes[addresses.0])
    destination = Packet.text(bytes[addresses.1])
    guard transport == 6, bytes.count >= headerLength + 20 else {
      (segment, window, timestamp) = (nil, 0, nil)
      // Of ICMPv6, errors only: their types are below 128 (RFC 4443 section 2.1).
      let isError = transport == 1 || (transport == 58 && bytes.count > 40 && bytes[40] < 128)
      if isError { return } else { return nil }
    }
    let tcp = bytes[headerLength...]
    let start = tcp.startIndex
    segment = SegmentSignature(
      source: source, sourcePort: UInt16(tcp.bigEndian(at: start, bytes: 2)),
      destination: destination, destinationPort: UInt16(tcp.bigEndian(at: start + 2, bytes: 2)),
      flags: UInt16(tcp[start + 13]), sequence: tcp.bigEndian(at: start + 4, bytes: 4),
      acknowledgment: tcp.bigEndian(at: start + 8, bytes: 4),
      payloadLength: tcp.count - Int(tcp[start + 12] >> 4) * 4)
    window = UInt16(tcp.bigEndian(at: start + 14, bytes: 2))
    timestamp = Packet.timestamp(in: tcp.prefix(Int(tcp[start + 12] >> 4) * 4).dropFirst(20))
  }

  /// An address as it is printed; four bytes or sixteen.
  static func text(_ address: ArraySlice<UInt8>) -> String {
    func bits(_ part: ArraySlice<UInt8>) -> UInt64 { part.reduce(0) { $0 << 8 | UInt64($1) } }
    if address.count == 4 { return IPAddress(v4: UInt32(bits(address))).description }
    return IPAddress(v6High: bits(address.prefix(8)), low: bits(address.dropFirst(8))).description
  }

  private static func timestamp(in options: ArraySlice<UInt8>) -> UInt32? {
    var rest = options
    while let kind = rest.first, kind != 0 {
      if kind == 1 {
        rest = rest.dropFirst()
        continue
      }
      guard rest.count >= 2 else { return nil }
      let length = Int(rest[rest.startIndex + 1])
      if kind == 8, length == 10, rest.count >= 10 { return rest.bigEndian(at: rest.startIndex + 2, bytes: 4) }
      rest = rest.dropFirst(max(length, 2))
    }
    return nil
  }
}

extension ArraySlice<UInt8> {
  func bigEndian(at index: Int, bytes count: Int) -> UInt32 {
    self[index..<index + count].reduce(0) { $0 << 8 | UInt32($1) }
  }
}
