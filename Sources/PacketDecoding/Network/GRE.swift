/// Generic routing encapsulation (RFC 2784 with the key and sequence number of RFC 2890), PPTP's version of it
/// (RFC 2637) and the switches' ERSPAN on top.
extension PacketDecoder {
  private struct GREHeader {
    var hasChecksum, hasRouting, hasKey, hasSequence, hasAcknowledgment: Bool
    var version: UInt8
    var type: UInt16

    init(_ bytes: Span<UInt8>, at offset: Int) {
      let flags = bytes.bigEndian16(at: offset)
      hasChecksum = flags & 0x8000 != 0
      hasRouting = flags & 0x4000 != 0
      hasKey = flags & 0x2000 != 0
      hasSequence = flags & 0x1000 != 0
      hasAcknowledgment = flags & 0x0080 != 0
      version = UInt8(flags & 0x7)
      type = bytes.bigEndian16(at: offset + 2)
    }

    var keyOffset: Int { hasChecksum || hasRouting ? 8 : 4 }

    var length: Int {
      keyOffset + (hasKey ? 4 : 0) + (hasSequence ? 4 : 0) + (version == 1 && hasAcknowledgment ? 4 : 0)
    }
  }

  private static let greMinimumLength = 4
  private static let pptpPayload: UInt16 = 0x880B
  private static let cacheRedirect: UInt16 = 0x883E
  private static let eoip: UInt16 = 0x6400
  private static let erspan: UInt16 = 0x88BE
  private static let erspan3: UInt16 = 0x22EB

  mutating func gre(_ bytes: Span<UInt8>, _ descent: inout Descent) throws(DecodeError) -> Landing {
    try descent.here.require(Self.greMinimumLength, of: .gre, in: bytes)
    let gre = GREHeader(bytes, at: descent.here.offset)
    // Source routes (RFC 1701) were dropped from GRE; nobody can tell how long they are without reading them all.
    guard gre.version <= 1, !gre.hasRouting else { return .skip(.notTCP(IPProtocol.gre)) }
    try descent.here.require(gre.length, of: .gre, in: bytes)
    let key = gre.hasKey && gre.version == 0 ? bytes.bigEndian32(at: descent.here.offset + gre.keyOffset) : nil
    descent.here.offset += gre.length
    let isERSPAN = gre.type == Self.erspan || gre.type == Self.erspan3
    if isERSPAN { return try erspan(gre, bytes, &descent) }
    let kind: Tunnel.Kind = gre.version == 1 ? .pptp : .gre
    // The upper half of its key says how much follows: nothing where it keeps the tunnel alive.
    if gre.version == 1, gre.type == Self.eoip, descent.here.offset < descent.here.wireEnd {
      return .skip(.encapsulated(.eoip))
    }
    guard enterTunnel(kind, key: key, &descent) else { return .skip(.tooDeep) }
    switch gre.type {
    case EtherType.transparentBridging: return try ethernet(bytes, &descent)
    case Self.pptpPayload where gre.version == 1: return try pptp(bytes, &descent)
    case Self.cacheRedirect: return try cacheRedirect(bytes, &descent)
    case ..<EtherType.smallest: return .skip(.notIP(gre.type))
    default: return try etherPayload(gre.type, bytes, &descent)
    }
  }

  /// A packet on its way to a web cache (WCCP): version 2 puts four bytes before the IPv4 header, version 1 none.
  private mutating func cacheRedirect(
    _ bytes: Span<UInt8>, _ descent: inout Descent
  ) throws(DecodeError) -> Landing {
    try descent.here.require(1, of: .gre, in: bytes)
    if bytes[descent.here.offset] >> 4 != 4 { descent.here.offset += 4 }
    return try ipv4(bytes, &descent)
  }

  /// PPP inside PPTP; a packet that only acknowledges carries none.
  private mutating func pptp(_ bytes: Span<UInt8>, _ descent: inout Descent) throws(DecodeError) -> Landing {
    guard descent.here.offset < descent.here.wireEnd else { return .skip(.notTCP(IPProtocol.gre)) }
    try descent.here.require(2, of: .ppp, in: bytes)
    if bytes.bigEndian16(at: descent.here.offset) == Self.pppAddressControl { descent.here.offset += 2 }
    return try pppPayload(bytes, &descent)
  }

  /// A mirrored Ethernet frame: type I straight after GRE, II with 8 bytes before it, III with 12 and perhaps 8 more.
  private mutating func erspan(
    _ gre: GREHeader, _ bytes: Span<UInt8>, _ descent: inout Descent
  ) throws(DecodeError) -> Landing {
    var length = gre.type == Self.erspan3 ? 12 : gre.hasSequence ? 8 : 0
    var session: UInt32?
    if length > 0 {
      try descent.here.require(length, of: .gre, in: bytes)
      session = UInt32(bytes.bigEndian16(at: descent.here.offset + 2) & 0x03FF)
    }
    let hasSubheader = gre.type == Self.erspan3 && bytes[descent.here.offset + 11] & 1 == 1
    if hasSubheader { length += 8 }
    guard enterTunnel(.erspan, key: session, &descent) else { return .skip(.tooDeep) }
    descent.here.offset += length
    return try ethernet(bytes, &descent)
  }
}
