/// The headers Linux makes up where a link has none that fits, as on `any` (LINKTYPE_LINUX_SLL and _SLL2).
extension PacketDecoder {
  private static let firstLength = 16
  private static let firstProtocolOffset = 14
  private static let secondLength = 20

  /// Version 1: packet type, ARPHRD type, link address and its length, then the protocol.
  mutating func linuxCooked(_ bytes: Span<UInt8>, _ descent: inout Descent) throws(DecodeError) -> Landing {
    try descent.here.require(Self.firstLength, of: .link, in: bytes)
    let type = bytes.bigEndian16(at: descent.here.offset + Self.firstProtocolOffset)
    descent.here.offset += Self.firstLength
    return try cookedPayload(type, bytes, &descent)
  }

  /// Version 2: the protocol first, then the interface and the rest.
  mutating func linuxCooked2(_ bytes: Span<UInt8>, _ descent: inout Descent) throws(DecodeError) -> Landing {
    try descent.here.require(Self.secondLength, of: .link, in: bytes)
    let type = bytes.bigEndian16(at: descent.here.offset)
    descent.here.offset += Self.secondLength
    return try cookedPayload(type, bytes, &descent)
  }

  /// The protocol is an EtherType, or one of Linux's own small numbers (`ETH_P_802_2` is LLC).
  private mutating func cookedPayload(
    _ type: UInt16, _ bytes: Span<UInt8>, _ descent: inout Descent
  ) throws(DecodeError) -> Landing {
    let logicalLinkControl: UInt16 = 0x0004
    guard type >= EtherType.smallest || type == logicalLinkControl else { return .skip(.notIP(type)) }
    return try etherPayload(type, bytes, &descent)
  }
}
