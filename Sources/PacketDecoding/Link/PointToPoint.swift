/// PPP (RFC 1661) bare, in HDLC framing (RFC 1662) and over Ethernet (RFC 2516), and Cisco's HDLC.
extension PacketDecoder {
  private static let sessionLength = 6
  private static let ciscoLength = 4
  static let pppAddressControl: UInt16 = 0xFF03

  /// A PPP frame, with the address and control bytes of HDLC or without them.
  ///
  /// Cisco's framing begins with an address byte that no PPP frame has and names an EtherType.
  mutating func pointToPoint(_ bytes: Span<UInt8>, _ descent: inout Descent) throws(DecodeError) -> Landing {
    try descent.here.require(Self.ciscoLength, of: .ppp, in: bytes)
    let start = bytes.bigEndian16(at: descent.here.offset)
    let ciscoUnicast: UInt16 = 0x0F00
    let ciscoMulticast: UInt16 = 0x8F00
    if start == ciscoUnicast || start == ciscoMulticast {
      let type = bytes.bigEndian16(at: descent.here.offset + 2)
      descent.here.offset += Self.ciscoLength
      return type < EtherType.smallest ? .skip(.notIP(type)) : try etherPayload(type, bytes, &descent)
    }
    if start == Self.pppAddressControl { descent.here.offset += 2 }
    return try pppPayload(bytes, &descent)
  }

  /// A PPPoE session packet: version and type, code, session id, length.
  mutating func pppoe(_ bytes: Span<UInt8>, _ descent: inout Descent) throws(DecodeError) -> Landing {
    try descent.here.require(Self.sessionLength, of: .pppoe, in: bytes)
    let versionAndType: UInt8 = 0x11
    guard bytes[descent.here.offset] == versionAndType else {
      throw descent.here.error(.badValue, in: .pppoe, needed: Self.sessionLength, available: Self.sessionLength)
    }
    let session = bytes.bigEndian16(at: descent.here.offset + 2)
    guard enter(.pppoe(session), &descent) else { return .skip(.tooDeep) }
    descent.here.offset += Self.sessionLength
    return try pppPayload(bytes, &descent)
  }

  /// The protocol field, one byte of it where the peers agreed to compress it, and what it announces.
  mutating func pppPayload(_ bytes: Span<UInt8>, _ descent: inout Descent) throws(DecodeError) -> Landing {
    try descent.here.require(2, of: .ppp, in: bytes)
    let isCompressed = bytes[descent.here.offset] & 1 == 1
    let number = isCompressed ? UInt16(bytes[descent.here.offset]) : bytes.bigEndian16(at: descent.here.offset)
    descent.here.offset += isCompressed ? 1 : 2
    switch number {
    case 0x0021: return try ipv4(bytes, &descent)
    case 0x0057: return try ipv6(bytes, &descent)
    case 0x0281, 0x0283: return try mpls(bytes, &descent)
    // Van Jacobson's compressed and uncompressed TCP, robust header compression, encryption, compression.
    case 0x002D, 0x002F, 0x0003, 0x0005, 0x0053, 0x0055, 0x00FB, 0x00FD: return .skip(.encapsulated(.compressedPPP))
    default: return .skip(.notIP(number))
    }
  }
}
