// What nearly every frame of a capture is, read in one go: TCP in IPv4 without options or in IPv6 without extension
// headers, straight in Ethernet. Whatever is not exactly that is left to the descent through the layers, which gives
// the same for these frames; a test holds the two together.

extension PacketDecoder {
  @inlinable static var ipOffset: Int { 14 }
  @inlinable static var ipv4Length: Int { 20 }
  private static let ipv6Length = 40

  /// Reads a plain frame into `segment`: all of ``decode(_:_:into:)`` for nearly every packet, and little enough that a
  /// loop over packets tries it first.
  ///
  /// - Returns: false where the frame is none; what `segment` holds is then of no use.
  @inlinable @inline(__always)
  package mutating func readPlainFrame(_ frame: Span<UInt8>, _ info: PacketInfo, into segment: inout Segment) -> Bool {
    let shortest = Self.ipOffset + Self.ipv4Length + TCPHeader.minimumLength
    guard info.linkType == .ethernet, !verifiesChecksums, frame.count >= shortest else { return false }
    switch frame.bigEndian16(at: Self.ipOffset - 2) {
    case EtherType.ipv4: return readPlainIPv4(frame, info, into: &segment)
    case EtherType.ipv6: return readPlainIPv6(frame, info, into: &segment)
    default: return false
    }
  }

  @inlinable @inline(__always)
  mutating func readPlainIPv4(_ frame: Span<UInt8>, _ info: PacketInfo, into segment: inout Segment) -> Bool {
    let ip = Self.ipOffset
    let isWhole = frame.bigEndian16(at: ip + 6) & 0x3FFF == 0
    guard frame[ip] == 0x45, isWhole, frame[ip + 9] == IPProtocol.tcp else { return false }
    segment.source.address = IPAddress(v4: frame.bigEndian32(at: ip + 12))
    segment.destination.address = IPAddress(v4: frame.bigEndian32(at: ip + 16))
    segment.timeToLive = frame[ip + 8]
    segment.identification = frame.bigEndian16(at: ip + 4)
    segment.place(info, Int(frame.bigEndian16(at: ip + 2)))
    return readTCP(frame, at: ip + Self.ipv4Length, into: &segment)
  }

  @usableFromInline @inline(never)
  mutating func readPlainIPv6(_ frame: Span<UInt8>, _ info: PacketInfo, into segment: inout Segment) -> Bool {
    let ip = Self.ipOffset
    guard frame.count >= ip + Self.ipv6Length + TCPHeader.minimumLength else { return false }
    let payloadLength = Int(frame.bigEndian16(at: ip + 4))
    guard frame[ip] >> 4 == 6, payloadLength > 0, frame[ip + 6] == IPProtocol.tcp else { return false }
    segment.source.address = IPAddress(v6High: frame.bigEndian64(at: ip + 8), low: frame.bigEndian64(at: ip + 16))
    segment.destination.address = IPAddress(v6High: frame.bigEndian64(at: ip + 24), low: frame.bigEndian64(at: ip + 32))
    segment.timeToLive = frame[ip + 7]
    segment.identification = nil
    segment.place(info, Self.ipv6Length + payloadLength)
    return readTCP(frame, at: ip + Self.ipv6Length, into: &segment)
  }

  /// Reads a TCP header whose twenty fixed bytes are there; the segment knows how long the IP packet is.
  @inlinable @inline(__always)
  mutating func readTCP(_ frame: Span<UInt8>, at start: Int, into segment: inout Segment) -> Bool {
    let optionsStart = start + TCPHeader.minimumLength
    let payloadStart = start + Int(frame[start + TCPHeader.dataOffset] >> 4) * 4
    let wireEnd = Self.ipOffset + segment.wireLength
    guard payloadStart >= optionsStart, payloadStart <= wireEnd else { return false }
    let end = min(frame.count, wireEnd)
    segment.read(frame, at: start)
    segment.payload = min(payloadStart, end)..<end
    segment.wirePayloadLength = wireEnd - payloadStart
    let options = frame.extracting(optionsStart..<min(payloadStart, end))
    if end < payloadStart || !segment.options.readUsual(options) {
      segment.options.decode(options, isTruncated: end < payloadStart)
    }
    return true
  }
}

extension Segment {
  /// Takes over what the capture says, and that nothing is around the packet.
  @inlinable @inline(__always)
  mutating func place(_ info: PacketInfo, _ length: Int) {
    time = info.time
    frame = info.frame
    wireLength = length
    encapsulation = .none
    isReassembled = false
    checksum = .unverified
  }
}
