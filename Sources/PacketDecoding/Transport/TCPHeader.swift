/// Offsets in a TCP header (RFC 9293 §3.1).
@usableFromInline
enum TCPHeader {
  @inlinable static var minimumLength: Int { 20 }
  @inlinable static var sourcePort: Int { 0 }
  @inlinable static var destinationPort: Int { 2 }
  @inlinable static var sequence: Int { 4 }
  @inlinable static var acknowledgment: Int { 8 }
  @inlinable static var dataOffset: Int { 12 }
  @inlinable static var window: Int { 14 }
  static let checksum = 16
  @inlinable static var urgentPointer: Int { 18 }
}

extension PacketDecoder {
  /// Reads a TCP segment whose header begins at the descent's offset.
  ///
  /// The twenty fixed bytes must be there; options and payload may be cut by the snap length, and count by the
  /// datagram's length all the same.
  mutating func tcp(
    _ bytes: Span<UInt8>, _ descent: inout Descent, _ segment: inout Segment
  ) throws(DecodeError) {
    try descent.here.require(TCPHeader.minimumLength, of: .tcp, in: bytes)
    let optionsStart = descent.here.offset + TCPHeader.minimumLength
    let header = bytes.extracting(descent.here.offset..<optionsStart)
    let length = Int(header[TCPHeader.dataOffset] >> 4) * 4
    let payloadStart = descent.here.offset + length
    guard length >= TCPHeader.minimumLength, payloadStart <= descent.here.wireEnd else {
      throw descent.here.error(
        .badLength, in: .tcp, needed: max(length, TCPHeader.minimumLength),
        available: min(length, descent.here.wireEnd - descent.here.offset))
    }
    let end = min(bytes.count, descent.here.wireEnd)
    segment.read(header)
    segment.read(&descent)
    segment.payload = min(payloadStart, end)..<end
    segment.wirePayloadLength = descent.here.wireEnd - payloadStart
    segment.options.decode(bytes.extracting(optionsStart..<min(payloadStart, end)), isTruncated: end < payloadStart)
    segment.checksum = verifiesChecksums ? checksum(bytes, &descent) : .unverified
  }

  private func checksum(_ bytes: Span<UInt8>, _ descent: inout Descent) -> ChecksumStatus {
    guard descent.network.isIntact else { return .invalid }
    guard descent.here.wireEnd <= bytes.count else { return .unverified }
    return InternetChecksum.status(
      of: bytes.extracting(descent.here.offset..<descent.here.wireEnd), from: descent.network.source,
      to: descent.network.destination)
  }
}

extension Segment {
  /// A segment to decode into.
  static let empty = Segment(
    time: Timestamp(nanoseconds: 0), frame: 0, source: SocketAddress(address: IPAddress(v4: 0), port: 0),
    destination: SocketAddress(address: IPAddress(v4: 0), port: 0), sequence: SequenceNumber(0), flags: [])

  /// Takes over what the fixed TCP header says that begins at `start`.
  @inlinable @inline(__always)
  mutating func read(_ bytes: Span<UInt8>, at start: Int = 0) {
    source.port = bytes.bigEndian16(at: start + TCPHeader.sourcePort)
    destination.port = bytes.bigEndian16(at: start + TCPHeader.destinationPort)
    sequence = SequenceNumber(bytes.bigEndian32(at: start + TCPHeader.sequence))
    flags = TCPFlags(rawValue: bytes.bigEndian16(at: start + TCPHeader.dataOffset) & 0x0FFF)
    let acknowledgment = SequenceNumber(bytes.bigEndian32(at: start + TCPHeader.acknowledgment))
    self.acknowledgment = flags.contains(.ack) ? acknowledgment : nil
    window = bytes.bigEndian16(at: start + TCPHeader.window)
    urgentPointer = bytes.bigEndian16(at: start + TCPHeader.urgentPointer)
  }

  /// Takes over what the layers around say.
  @inline(__always)
  fileprivate mutating func read(_ descent: inout Descent) {
    time = descent.info.time
    frame = descent.info.frame
    source.address = descent.network.source
    destination.address = descent.network.destination
    timeToLive = descent.network.timeToLive
    identification = descent.network.identification
    wireLength = descent.here.wireEnd - descent.network.offset
    encapsulation = descent.encapsulation
    isReassembled = descent.isReassembled
  }
}
