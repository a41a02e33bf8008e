// What the descent could not pass, looked at once more: does it hide TCP?

extension PacketDecoder {
  /// The reason not to follow a packet: `reason`, or the encapsulation that hides TCP behind it.
  ///
  /// - Parameter descent: stands where the layers that are known came to an end.
  @inline(never)
  static func reason(_ reason: SkipReason, _ bytes: Span<UInt8>, _ descent: inout Descent) -> SkipReason {
    switch reason {
    case .notIP(let type):
      let hidden = hidden(byEtherType: type)
      if let hidden { return .encapsulated(hidden) }
      return showsTCP(bytes, &descent) ? .encapsulated(.etherType(type)) : reason
    case .notTCP(IPProtocol.udp): return hiddenOverUDP(bytes, &descent).map { .encapsulated($0) } ?? reason
    case .notTCP(let number):
      let hidden = hidden(byIPProtocol: number)
      if let hidden { return .encapsulated(hidden) }
      return showsTCP(bytes, &descent) ? .encapsulated(.ipProtocol(number)) : reason
    default: return reason
    }
  }

  private static func hidden(byEtherType type: UInt16) -> HiddenEncapsulation? {
    switch type {
    case EtherType.macsec: .macsec
    case EtherType.providerBackbone: .providerBackbone
    case EtherType.ciscoMetadata: .ciscoMetadata
    default: nil
    }
  }

  /// Protocols that carry packets and nothing else, by IANA's registry.
  private static func hidden(byIPProtocol number: UInt8) -> HiddenEncapsulation? {
    switch number {
    case 115: .l2tp
    case 137: .mpls
    // Minimal encapsulation (RFC 2004), IP within IP, EtherIP (RFC 3378), the encapsulation header (RFC 1241).
    case 55, 94, 97, 98: .ipProtocol(number)
    default: nil
    }
  }

  private static func hiddenOverUDP(_ bytes: Span<UInt8>, _ descent: inout Descent) -> HiddenEncapsulation? {
    let start = descent.here.offset + 8
    let end = min(bytes.count, descent.here.wireEnd)
    guard start + 4 <= end else { return nil }
    let ports = (bytes.bigEndian16(at: start - 8), bytes.bigEndian16(at: start - 6))
    let length = descent.here.wireEnd - start
    let first = bytes.bigEndian32(at: start)
    for port in [ports.1, ports.0] {
      if let hidden = hidden(byPort: port, first, length) { return hidden }
    }
    return showsTCP(bytes, &descent) ? .udpPort(min(ports.0, ports.1)) : nil
  }

  /// By a registered port and a header that can be a data packet's of the protocol there.
  ///
  /// - Parameters:
  ///   - first: the first four bytes after the UDP header.
  ///   - length: all bytes after it.
  private static func hidden(byPort port: UInt16, _ first: UInt32, _ length: Int) -> HiddenEncapsulation? {
    switch port {
    // A data message of version 2 (RFC 2661 section 3.1).
    case 1701: first >> 16 & 0x800F == 0x0002 ? .l2tp : nil
    // A label whose time to live is left; there is no other header.
    case 6635: first & 0xFF != 0 && length > 24 ? .mpls : nil
    // Version 0, flags I and P, no management: IPv4, IPv6, Ethernet, NSH or MPLS.
    case 4790: first & 0x3D00_0000 == 0x0C00_0000 && (1...5).contains(first & 0xFF) ? .vxlanGPE : nil
    // A security parameters index; zero is the marker of IKE, and one byte keeps a translation alive (RFC 3948).
    case 4500: first != 0 && length > 24 ? .encapsulatingSecurity : nil
    // A data message with more than nothing in it, padded to 16 bytes.
    case 51_820: first == 0x0400_0000 && length > 32 && length.isMultiple(of: 16) ? .wireGuard : nil
    // P_DATA_V1 and P_DATA_V2; pings of it are shorter.
    case 1194: [6, 9].contains(first >> 27) && length > 60 ? .openVPN : nil
    default: nil
    }
  }

  /// Whether an IP packet of TCP begins within the next bytes: its header is all there and agrees with what is around.
  private static func showsTCP(_ bytes: Span<UInt8>, _ descent: inout Descent) -> Bool {
    let farthest = 64
    let end = min(bytes.count, descent.here.wireEnd)
    let start = descent.here.offset
    let last = min(start + farthest, end - 40)
    guard start <= last else { return false }
    for offset in start...last {
      let isTCP =
        switch bytes[offset] >> 4 {
        case 4: isIPv4WithTCP(bytes, offset, end, descent.here.wireEnd)
        case 6: isIPv6WithTCP(bytes, offset, end, descent.here.wireEnd)
        default: false
        }
      if isTCP { return true }
    }
    return false
  }

  /// The header's checksum is what tells it from chance.
  private static func isIPv4WithTCP(_ bytes: Span<UInt8>, _ offset: Int, _ end: Int, _ wireEnd: Int) -> Bool {
    guard bytes[offset + 9] == IPProtocol.tcp, bytes[offset] == 0x45 else { return false }
    let length = Int(bytes.bigEndian16(at: offset + 2))
    let isFragment = bytes.bigEndian16(at: offset + 6) & 0x1FFF != 0
    guard length >= 40, offset + length <= wireEnd, !isFragment, bytes.bigEndian16(at: offset + 10) != 0 else {
      return false
    }
    return InternetChecksum.holds(forIPv4Header: bytes.extracting(offset..<offset + 20))
      && isTCPHeader(bytes, offset + 20, length - 20)
  }

  /// Without a checksum: the length must be that of the rest, and the address one of a host. Behind the EtherType of
  /// IPv6, a few bytes of trailer may follow.
  private static func isIPv6WithTCP(_ bytes: Span<UInt8>, _ offset: Int, _ end: Int, _ wireEnd: Int) -> Bool {
    guard offset + 60 <= end, bytes[offset + 6] == IPProtocol.tcp, bytes[offset + 7] > 0 else { return false }
    let isHost = bytes[offset + 8] & 0xE0 == 0x20 || (0xFC...0xFE).contains(bytes[offset + 8])
    let followsEtherType = offset >= 2 && bytes.bigEndian16(at: offset - 2) == EtherType.ipv6
    let longestTrailer = followsEtherType ? 32 : 0
    let length = Int(bytes.bigEndian16(at: offset + 4))
    let trailer = wireEnd - offset - 40 - length
    return isHost && (0...longestTrailer).contains(trailer) && isTCPHeader(bytes, offset + 40, length)
  }

  /// The data offset fits, and the reserved bits are clear.
  private static func isTCPHeader(_ bytes: Span<UInt8>, _ offset: Int, _ length: Int) -> Bool {
    let headerLength = Int(bytes[offset + 12] >> 4) * 4
    return headerLength >= TCPHeader.minimumLength && headerLength <= length && bytes[offset + 12] & 0x0E == 0
  }
}
