/// The first step of the descent: from the capture's link type to its decoder.
extension PacketDecoder {
  /// True where packets of `linkType` can be decoded.
  public static func supports(_ linkType: LinkType) -> Bool {
    switch linkType {
    case .ethernet, .linuxCooked, .linuxCooked2, .raw, .rawDLT, .rawOpenBSD, .ipv4, .ipv6, .null, .loop, .ppp, .pppHDLC,
      .pppEthernet, .ciscoHDLC:
      true
    default: false
    }
  }

  mutating func link(_ bytes: Span<UInt8>, _ descent: inout Descent) throws(DecodeError) -> Landing {
    switch descent.info.linkType {
    case .ethernet: try ethernet(bytes, &descent)
    case .linuxCooked: try linuxCooked(bytes, &descent)
    case .linuxCooked2: try linuxCooked2(bytes, &descent)
    case .raw, .rawDLT, .rawOpenBSD: try internetProtocol(bytes, &descent)
    case .ipv4: try ipv4(bytes, &descent)
    case .ipv6: try ipv6(bytes, &descent)
    case .null, .loop: try loopback(bytes, &descent)
    case .ppp, .pppHDLC, .ciscoHDLC: try pointToPoint(bytes, &descent)
    case .pppEthernet: try pppoe(bytes, &descent)
    default: .skip(.unsupportedLink(descent.info.linkType))
    }
  }
}
