// What nearly every frame of a capture is, read in one go: TCP in IPv4 without options or in IPv6 without extension
// headers, straight in Ethernet. Whatever is not exactly that is left to the descent through the layers, which gives
// the same for these frames; a test holds the two together.

extension PacketDecoder {
  private static let ethernetLength = 14
  private static let ipv4Length = 20
  private static let ipv6Length = 40

  /// Reads a plain frame into `segment`: all of ``decode(_:_:into:)`` for nearly every packet, and little enough that a
  /// loop over packets tries it first.
  ///
  /// - Returns: false where the frame is none; `segment` is then as it was.
  @inline(never)
  package mutating func readPlainFrame(_ bytes: Span<UInt8>, _ info: PacketInfo, into segment: inout Segment) -> Bool {
    let start = Self.ethernetLength
    guard info.linkType == .ethernet, !verifiesChecksums, bytes.count >= start + Self.ipv4Length else { return false }
    switch bytes.bigEndian16(at: start - 2) {
    case EtherType.ipv4: return readPlainIPv4(bytes.extracting(start...), info, into: &segment)
    case EtherType.ipv6: return readPlainIPv6(bytes.extracting(start...), info, into: &segment)
    default: return false
    }
  }

  @inline(__always)
  private func readPlainIPv4(_ packet: Span<UInt8>, _ info: PacketInfo, into segment: inout Segment) -> Bool {
    let header = packet.extracting(0..<Self.ipv4Length)
    let isWhole = header.bigEndian16(at: 6) & 0x3FFF == 0
    let length = Int(header.bigEndian16(at: 2))
    guard header[0] == 0x45, isWhole, header[9] == IPProtocol.tcp,
      readTCP(packet, after: Self.ipv4Length, length, into: &segment)
    else { return false }
    segment.source.address = IPAddress(v4: header.bigEndian32(at: 12))
    segment.destination.address = IPAddress(v4: header.bigEndian32(at: 16))
    segment.timeToLive = header[8]
    segment.identification = header.bigEndian16(at: 4)
    segment.place(info, length)
    return true
  }

  @inline(__always)
  private func readPlainIPv6(_ packet: Span<UInt8>, _ info: PacketInfo, into segment: inout Segment) -> Bool {
    guard packet.count >= Self.ipv6Length else { return false }
    let header = packet.extracting(0..<Self.ipv6Length)
    let payloadLength = Int(header.bigEndian16(at: 4))
    let length = Self.ipv6Length + payloadLength
    guard header[0] >> 4 == 6, payloadLength > 0, header[6] == IPProtocol.tcp,
      readTCP(packet, after: Self.ipv6Length, length, into: &segment)
    else { return false }
    segment.source.address = IPAddress(v6High: header.bigEndian64(at: 8), low: header.bigEndian64(at: 16))
    segment.destination.address = IPAddress(v6High: header.bigEndian64(at: 24), low: header.bigEndian64(at: 32))
    segment.timeToLive = header[7]
    segment.identification = nil
    segment.place(info, length)
    return true
  }

  /// - Parameters:
  ///   - start: how long the IP header is.
  ///   - length: the length of the whole IP packet, by its header.
  @inline(__always)
  private func readTCP(
    _ packet: Span<UInt8>, after start: Int, _ length: Int, into segment: inout Segment
  ) -> Bool {
    let optionsStart = start + TCPHeader.minimumLength
    guard packet.count >= optionsStart else { return false }
    let header = packet.extracting(start..<optionsStart)
    let payloadStart = start + Int(header[TCPHeader.dataOffset] >> 4) * 4
    guard payloadStart >= optionsStart, payloadStart <= length else { return false }
    let end = min(packet.count, length)
    segment.read(header)
    segment.readOptions(packet, optionsStart, payloadStart, end)
    segment.payload = Self.ethernetLength + min(payloadStart, end)..<Self.ethernetLength + end
    segment.wirePayloadLength = length - payloadStart
    return true
  }
}

extension Segment {
  /// Reads the options, of which the snap length may have cut some.
  @inline(__always)
  fileprivate mutating func readOptions(_ packet: Span<UInt8>, _ start: Int, _ payloadStart: Int, _ end: Int) {
    let bytes = packet.extracting(start..<min(payloadStart, end))
    if end >= payloadStart, options.readUsual(bytes) { return }
    options.decode(bytes, isTruncated: end < payloadStart)
  }

  /// Takes over what the capture says, and that nothing is around the packet.
  @inline(__always)
  fileprivate mutating func place(_ info: PacketInfo, _ length: Int) {
    time = info.time
    frame = info.frame
    wireLength = length
    encapsulation = .none
    isReassembled = false
    checksum = .unverified
  }
}
