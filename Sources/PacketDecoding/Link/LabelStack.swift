/// MPLS label stacks (RFC 3032).
extension PacketDecoder {
  private static let labelLength = 4

  /// Skips the labels and guesses what is under the last one, as every router on the way must: nothing names it.
  ///
  /// IP shows its version; a zero nibble is the control word of a pseudowire (RFC 4385) with Ethernet behind it; what
  /// is neither is Ethernet without a control word.
  mutating func mpls(_ bytes: Span<UInt8>, _ descent: inout Descent) throws(DecodeError) -> Landing {
    guard enter(nil, &descent) else { return .skip(.tooDeep) }
    var isBottom = false
    while !isBottom {
      try descent.here.require(Self.labelLength, of: .mpls, in: bytes)
      isBottom = bytes[descent.here.offset + 2] & 1 == 1
      descent.here.offset += Self.labelLength
    }
    try descent.here.require(1, of: .mpls, in: bytes)
    switch bytes[descent.here.offset] >> 4 {
    case 4: return try ipv4(bytes, &descent)
    case 6: return try ipv6(bytes, &descent)
    case 0: descent.here.offset += Self.labelLength
    case 1: return .skip(.notIP(EtherType.mplsUnicast))  // the control channel of a pseudowire (RFC 5586)
    default: break
    }
    return try ethernet(bytes, &descent)
  }
}
