package import PacketDecoding

/// A packet made from the inside out: each step wraps what is there in one more layer.
///
/// ```swift
/// PacketBuilder.tcp(from: 40000, to: 80, flags: .syn).inIPv4().inVLAN(7).inEthernet()
/// ```
package struct PacketBuilder: Sendable {
  package var bytes: [UInt8]
  /// How an IP header around the bytes would name them.
  package var protocolNumber: UInt8 = 0
  /// How an Ethernet header around the bytes would name them.
  package var etherType: UInt16 = 0

  package init(_ bytes: [UInt8], protocolNumber: UInt8 = 0, etherType: UInt16 = 0) {
    self.bytes = bytes
    self.protocolNumber = protocolNumber
    self.etherType = etherType
  }

  /// A TCP segment. Its checksum is filled in by the IP header around it.
  package static func tcp(
    from source: UInt16 = 40_000, to destination: UInt16 = 80, sequence: UInt32 = 1000, acknowledgment: UInt32 = 0,
    flags: TCPFlags = .ack, window: UInt16 = 8192, options: [UInt8] = [], payload: [UInt8] = []
  ) -> PacketBuilder {
    let padded = options + [UInt8](repeating: 0, count: (4 - options.count % 4) % 4)
    let words = UInt16(5 + padded.count / 4)
    let header =
      source.bigEndianBytes + destination.bigEndianBytes + sequence.bigEndianBytes + acknowledgment.bigEndianBytes
      + (words << 12 | flags.rawValue & 0x0FFF).bigEndianBytes + window.bigEndianBytes + [0, 0, 0, 0]
    return PacketBuilder(header + padded + payload, protocolNumber: 6)
  }

  package static func udp(from source: UInt16 = 40_000, to destination: UInt16, payload: [UInt8]) -> PacketBuilder {
    let length = UInt16(8 + payload.count)
    let header = source.bigEndianBytes + destination.bigEndianBytes + length.bigEndianBytes + [0, 0]
    return PacketBuilder(header + payload, protocolNumber: 17)
  }

  /// Wraps in an IPv4 header. `fragment` is the offset in bytes and whether more follow.
  package func inIPv4(
    from source: String = "192.0.2.1", to destination: String = "192.0.2.2", identification: UInt16 = 0x1234,
    timeToLive: UInt8 = 64, options: [UInt8] = [], totalLength: UInt16? = nil,
    fragment: (offset: Int, hasMore: Bool)? = nil
  ) -> PacketBuilder {
    let length = 20 + options.count
    let total = totalLength ?? UInt16(truncatingIfNeeded: length + bytes.count)
    let fragmentField = UInt16((fragment?.offset ?? 0) / 8) | (fragment?.hasMore == true ? 0x2000 : 0)
    let from = Self.address(source)
    let to = Self.address(destination)
    var header: [UInt8] = [0x40 | UInt8(length / 4), 0] + total.bigEndianBytes + identification.bigEndianBytes
    header += fragmentField.bigEndianBytes + [timeToLive, protocolNumber, 0, 0] + from + to + options
    header.replaceSubrange(10..<12, with: Self.checksum(header).bigEndianBytes)
    let payload = fragment == nil ? withChecksum(from, to) : bytes
    return PacketBuilder(header + payload, protocolNumber: 4, etherType: 0x0800)
  }

  /// Wraps in an IPv6 header.
  package func inIPv6(
    from source: String = "2001:db8::1", to destination: String = "2001:db8::2", hopLimit: UInt8 = 64,
    payloadLength: UInt16? = nil
  ) -> PacketBuilder {
    let length = payloadLength ?? UInt16(truncatingIfNeeded: bytes.count)
    let from = Self.address(source)
    let to = Self.address(destination)
    let header = [0x60, 0, 0, 0] + length.bigEndianBytes + [protocolNumber, hopLimit] + from + to
    return PacketBuilder(header + withChecksum(from, to), protocolNumber: 41, etherType: 0x86DD)
  }

  /// Puts an IPv6 extension header of the common form before the bytes: `body` follows its first two bytes.
  package func inExtension(_ number: UInt8, body: [UInt8] = [0, 0, 0, 0, 0, 0]) -> PacketBuilder {
    PacketBuilder([protocolNumber, UInt8((body.count + 2) / 8 - 1)] + body + bytes, protocolNumber: number)
  }

  /// Puts an IPv6 fragment header before the bytes.
  package func inFragmentHeader(offset: Int, hasMore: Bool, identification: UInt32 = 7) -> PacketBuilder {
    let field = UInt16(offset) | (hasMore ? 1 : 0)
    let header = [protocolNumber, 0] + field.bigEndianBytes + identification.bigEndianBytes
    return PacketBuilder(header + bytes, protocolNumber: 44)
  }

  package func inGRE(key: UInt32? = nil, hasChecksum: Bool = false, sequence: UInt32? = nil) -> PacketBuilder {
    let flags: UInt16 = (hasChecksum ? 0x8000 : 0) | (key == nil ? 0 : 0x2000) | (sequence == nil ? 0 : 0x1000)
    var header = flags.bigEndianBytes + (etherType == 0 ? UInt16(0x6558) : etherType).bigEndianBytes
    if hasChecksum { header += [0, 0, 0, 0] }
    header += (key?.bigEndianBytes ?? []) + (sequence?.bigEndianBytes ?? [])
    return PacketBuilder(header + bytes, protocolNumber: 47)
  }

  package func inVLAN(_ id: UInt16, tag: UInt16 = 0x8100) -> PacketBuilder {
    PacketBuilder(id.bigEndianBytes + etherType.bigEndianBytes + bytes, etherType: tag)
  }

  /// Puts MPLS labels before the bytes, outermost first.
  package func inMPLS(_ labels: [UInt32]) -> PacketBuilder {
    let stack = labels.enumerated().flatMap { index, label in
      (label << 12 | (index == labels.count - 1 ? 0x100 : 0) | 64).bigEndianBytes
    }
    return PacketBuilder(stack + bytes, etherType: 0x8847)
  }

  /// Puts a PPP protocol field before the bytes.
  package func inPPP() -> PacketBuilder {
    PacketBuilder([0, etherType == 0x86DD ? 0x57 : 0x21] + bytes, etherType: 0)
  }

  /// Wraps what ``inPPP()`` made in a PPPoE session header.
  package func inPPPoE(session: UInt16) -> PacketBuilder {
    let header = [0x11, 0] + session.bigEndianBytes + UInt16(bytes.count).bigEndianBytes
    return PacketBuilder(header + bytes, etherType: 0x8864)
  }

  /// Wraps in an Ethernet header, padded with `padding` to the smallest frame there is.
  package func inEthernet(padding: UInt8? = nil) -> PacketBuilder {
    var frame = [2, 0, 0, 0, 0, 2, 2, 0, 0, 0, 0, 1] + etherType.bigEndianBytes + bytes
    if let padding, frame.count < 60 { frame += [UInt8](repeating: padding, count: 60 - frame.count) }
    return PacketBuilder(frame, protocolNumber: 143)
  }

  /// The bytes with the TCP checksum that belongs between two addresses, where they are TCP.
  private func withChecksum(_ source: [UInt8], _ destination: [UInt8]) -> [UInt8] {
    guard protocolNumber == 6, bytes.count >= 20 else { return bytes }
    var segment = bytes
    segment.replaceSubrange(16..<18, with: [0, 0])
    let pseudoHeader = source + destination + [0, 6] + UInt16(truncatingIfNeeded: bytes.count).bigEndianBytes
    segment.replaceSubrange(16..<18, with: Self.checksum(pseudoHeader + segment).bigEndianBytes)
    return segment
  }

  private static func checksum(_ bytes: [UInt8]) -> UInt16 {
    var sum = 0
    for (index, byte) in bytes.enumerated() { sum += Int(byte) << (index % 2 == 0 ? 8 : 0) }
    while sum > 0xFFFF { sum = sum >> 16 + sum & 0xFFFF }
    return ~UInt16(sum)
  }

  private static func address(_ text: String) -> [UInt8] {
    guard let address = IPAddress(text) else { return [] }
    return address.isIPv6
      ? address.high.bigEndianBytes + address.low.bigEndianBytes
      : UInt32(truncatingIfNeeded: address.low).bigEndianBytes
  }
}

extension FixedWidthInteger {
  /// The bytes as they go over the wire.
  package var bigEndianBytes: [UInt8] {
    stride(from: Self.bitWidth - 8, through: 0, by: -8).map { UInt8(truncatingIfNeeded: self >> $0) }
  }
}
