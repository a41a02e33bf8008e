/// BSD loopback (NULL, LOOP) and links that carry nothing but IP (RAW, IPV4, IPV6).
extension PacketDecoder {
  private static let familyLength = 4

  /// Four bytes of address family: in the order of the host that captured (NULL) or of the network (LOOP).
  ///
  /// Families are small numbers, so the order shows, and both link types are read in both.
  mutating func loopback(_ bytes: Span<UInt8>, _ descent: inout Descent) throws(DecodeError) -> Landing {
    try descent.here.require(Self.familyLength, of: .link, in: bytes)
    let field = bytes.bigEndian32(at: descent.here.offset)
    let family = min(field, field.byteSwapped)
    descent.here.offset += Self.familyLength
    switch family {
    case 2: return try ipv4(bytes, &descent)
    // AF_INET6 of Linux; of NetBSD, OpenBSD and BSD/OS; of FreeBSD and DragonFly; of macOS.
    case 10, 24, 28, 30: return try ipv6(bytes, &descent)
    default: return .skip(.notIP(UInt16(truncatingIfNeeded: family)))
    }
  }

  /// IP of the version its first four bits name.
  mutating func internetProtocol(
    _ bytes: Span<UInt8>, _ descent: inout Descent
  ) throws(DecodeError) -> Landing {
    try descent.here.require(1, of: .ipv4, in: bytes)
    return bytes[descent.here.offset] >> 4 == 6 ? try ipv6(bytes, &descent) : try ipv4(bytes, &descent)
  }
}
