/// Offsets in a TCP header (RFC 9293 §3.1).
enum TCPHeader {
  static let minimumLength = 20
  static let dataOffsetOffset = 12
  static let windowOffset = 14
  static let checksumOffset = 16
  static let urgentPointerOffset = 18
}

extension PacketDecoder {
  /// A TCP segment whose header begins at the descent's offset.
  ///
  /// The twenty fixed bytes must be there; options and payload may be cut by the snap length, and count by the
  /// datagram's length all the same.
  func tcp(
    _ header: NetworkHeader, _ bytes: Span<UInt8>, _ descent: borrowing Descent
  ) throws(DecodeError) -> Segment {
    try descent.require(TCPHeader.minimumLength, of: .tcp, in: bytes)
    let fixed = bytes.extracting(descent.offset..<descent.offset + TCPHeader.minimumLength)
    let dataOffset = Int(fixed[TCPHeader.dataOffsetOffset] >> 4) * 4
    guard dataOffset >= TCPHeader.minimumLength, descent.offset + dataOffset <= descent.wireEnd else {
      throw descent.error(
        .badLength, in: .tcp, needed: max(dataOffset, TCPHeader.minimumLength),
        available: min(dataOffset, descent.wireEnd - descent.offset))
    }
    let end = min(bytes.count, descent.wireEnd)
    let payloadStart = descent.offset + dataOffset
    var segment = Segment(fixed, header, descent)
    segment.payload = min(payloadStart, end)..<end
    segment.wirePayloadLength = descent.wireEnd - payloadStart
    if dataOffset > TCPHeader.minimumLength {
      let options = descent.offset + TCPHeader.minimumLength..<min(payloadStart, end)
      segment.options.decode(bytes.extracting(options), isTruncated: end < payloadStart)
    }
    if verifiesChecksums { segment.checksum = checksum(header, bytes, descent) }
    return segment
  }

  private func checksum(
    _ header: NetworkHeader, _ bytes: Span<UInt8>, _ descent: borrowing Descent
  ) -> ChecksumStatus {
    guard header.isIntact else { return .invalid }
    guard descent.wireEnd <= bytes.count else { return .unverified }
    return InternetChecksum.status(
      of: bytes.extracting(descent.offset..<descent.wireEnd), from: header.source, to: header.destination)
  }
}

extension Segment {
  /// The fields of the fixed header.
  @inline(__always)
  fileprivate init(_ fixed: Span<UInt8>, _ header: NetworkHeader, _ descent: borrowing Descent) {
    let flags = TCPFlags(rawValue: fixed.bigEndian16(at: TCPHeader.dataOffsetOffset) & 0x0FFF)
    let acknowledgment = SequenceNumber(fixed.bigEndian32(at: 8))
    self.init(
      time: descent.info.time, frame: descent.info.frame,
      source: SocketAddress(address: header.source, port: fixed.bigEndian16(at: 0)),
      destination: SocketAddress(address: header.destination, port: fixed.bigEndian16(at: 2)),
      sequence: SequenceNumber(fixed.bigEndian32(at: 4)),
      acknowledgment: flags.contains(.ack) ? acknowledgment : nil, flags: flags,
      window: fixed.bigEndian16(at: TCPHeader.windowOffset))
    encapsulation = descent.encapsulation
    urgentPointer = fixed.bigEndian16(at: TCPHeader.urgentPointerOffset)
    isReassembled = descent.isReassembled
    timeToLive = header.timeToLive
    identification = header.identification
  }
}
