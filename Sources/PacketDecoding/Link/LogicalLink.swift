/// 802.2 LLC, as far as it carries IP: through SNAP (RFC 1042), or with IP's own service access point.
extension PacketDecoder {
  private static let headerLength = 3
  private static let snapLength = 8
  private static let snap: UInt16 = 0xAAAA
  private static let ip: UInt16 = 0x0606
  private static let unnumberedInformation: UInt8 = 0x03
  /// Organisation codes under which SNAP carries EtherTypes: RFC 1042's and that of bridge tunnels (802.1H).
  private static let etherTypeOrganisations: [2 of UInt32] = [0x000000, 0x0000F8]

  mutating func logicalLink(
    _ bytes: Span<UInt8>, _ descent: inout Descent
  ) throws(DecodeError) -> Landing {
    try descent.here.require(Self.headerLength, of: .link, in: bytes)
    let accessPoints = bytes.bigEndian16(at: descent.here.offset)
    guard bytes[descent.here.offset + 2] == Self.unnumberedInformation else { return .skip(.notIP(accessPoints)) }
    switch accessPoints {
    case Self.snap: return try snap(bytes, &descent)
    case Self.ip:
      descent.here.offset += Self.headerLength
      return try ipv4(bytes, &descent)
    default: return .skip(.notIP(accessPoints))
    }
  }

  private mutating func snap(_ bytes: Span<UInt8>, _ descent: inout Descent) throws(DecodeError) -> Landing {
    try descent.here.require(Self.snapLength, of: .link, in: bytes)
    let organisation = bytes.bigEndian32(at: descent.here.offset + 2) & 0xFF_FFFF
    let type = bytes.bigEndian16(at: descent.here.offset + 6)
    descent.here.offset += Self.snapLength
    guard organisation == Self.etherTypeOrganisations[0] || organisation == Self.etherTypeOrganisations[1],
      type >= EtherType.smallest
    else { return .skip(.notIP(type)) }
    return try etherPayload(type, bytes, &descent)
  }
}
