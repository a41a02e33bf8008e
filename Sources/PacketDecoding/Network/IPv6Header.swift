/// IPv6 (RFC 8200) and its extension headers.
extension PacketDecoder {
  private static let fixedLength = 40

  mutating func ipv6(_ bytes: Span<UInt8>, _ descent: inout Descent) throws(DecodeError) -> Landing {
    let start = descent.here.offset
    let next: UInt8
    (descent.network, next) = try ipv6Header(bytes, &descent)
    // Segmentation offload leaves 0, and the frame must tell, as with IPv4.
    let payloadLength = Int(bytes.bigEndian16(at: start + 4))
    if payloadLength > 0 { descent.here.wireEnd = descent.here.offset + payloadLength }
    return try extensions(from: next, bytes, &descent)
  }

  /// Reads the fixed header and steps over it.
  ///
  /// - Returns: the header, and the number of the one after it.
  @inline(__always)
  func ipv6Header(
    _ bytes: Span<UInt8>, _ descent: inout Descent
  ) throws(DecodeError) -> (NetworkHeader, next: UInt8) {
    try descent.here.require(Self.fixedLength, of: .ipv6, in: bytes)
    let ip = bytes.extracting(descent.here.offset..<descent.here.offset + Self.fixedLength)
    guard ip[0] >> 4 == 6 else {
      throw descent.here.error(.badValue, in: .ipv6, needed: Self.fixedLength, available: Self.fixedLength)
    }
    let header = NetworkHeader(
      source: IPAddress(v6High: ip.bigEndian64(at: 8), low: ip.bigEndian64(at: 16)),
      destination: IPAddress(v6High: ip.bigEndian64(at: 24), low: ip.bigEndian64(at: 32)), timeToLive: ip[7],
      offset: descent.here.offset)
    descent.here.offset += Self.fixedLength
    return (header, ip[6])
  }

  /// Walks the extension headers to the first header that is none.
  mutating func extensions(
    from first: UInt8, _ bytes: Span<UInt8>, _ descent: inout Descent
  ) throws(DecodeError) -> Landing {
    var number = first
    while true {
      switch number {
      case IPProtocol.hopByHop, IPProtocol.destinationOptions:
        number = try skipExtension(bytes, &descent)
      case IPProtocol.routing:
        if let final = try finalDestination(bytes, &descent) { descent.network.destination = final }
        number = try skipExtension(bytes, &descent)
      case IPProtocol.authentication:
        number = try skipAuthentication(bytes, &descent)
      case IPProtocol.fragment:
        guard let next = try atomicFragment(bytes, &descent) else {
          return try fragment(bytes, &descent)
        }
        number = next
      default:
        return try upperLayer(number, bytes, &descent)
      }
    }
  }

  /// An extension header of the common form (RFC 8200 §4.2): its length counts 8-byte units after the first.
  ///
  /// - Returns: the header after it.
  func skipExtension(_ bytes: Span<UInt8>, _ descent: inout Descent) throws(DecodeError) -> UInt8 {
    let unit = 8
    try descent.here.require(unit, of: .ipv6Extension, in: bytes)
    let next = bytes[descent.here.offset]
    let length = (Int(bytes[descent.here.offset + 1]) + 1) * unit
    try descent.here.require(length, of: .ipv6Extension, in: bytes)
    descent.here.offset += length
    return next
  }

  /// Where a packet with hops still to go ends up: the address the other end answers from, and the one the TCP
  /// checksum covers (RFC 8200 §8.1).
  ///
  /// - Returns: nil where the header's own destination is the last one.
  func finalDestination(
    _ bytes: Span<UInt8>, _ descent: inout Descent
  ) throws(DecodeError) -> IPAddress? {
    let addressesOffset = 8
    try descent.here.require(addressesOffset, of: .ipv6Extension, in: bytes)
    let length = Int(bytes[descent.here.offset + 1]) * 8
    let segmentsLeft = bytes[descent.here.offset + 3]
    guard segmentsLeft > 0, length >= 16 else { return nil }
    try descent.here.require(addressesOffset + length, of: .ipv6Extension, in: bytes)
    switch bytes[descent.here.offset + 2] {
    // Type 0 (RFC 2460) lists the way, the end last; 2 (RFC 6275) holds the one home address.
    case 0, 2: return address(bytes, descent.here.offset + addressesOffset + length / 16 * 16 - 16)
    // Segment routing (RFC 8754 §2) lists it backwards.
    case 4: return address(bytes, descent.here.offset + addressesOffset)
    default: return nil
    }
  }

  private func address(_ bytes: Span<UInt8>, _ offset: Int) -> IPAddress {
    IPAddress(v6High: bytes.bigEndian64(at: offset), low: bytes.bigEndian64(at: offset + 8))
  }
}
