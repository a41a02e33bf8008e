/// Tunnels over UDP, told by their registered destination port and by a header that can be theirs.
extension PacketDecoder {
  private static let udpLength = 8
  private static let tunnelLength = 8

  mutating func udp(_ bytes: Span<UInt8>, _ descent: inout Descent) throws(DecodeError) -> Landing {
    let other = Landing.skip(.notTCP(IPProtocol.udp))
    let length = Self.udpLength + Self.tunnelLength
    let isCaptured = descent.here.offset + length <= min(bytes.count, descent.here.wireEnd)
    guard isCaptured else { return other }
    let port = bytes.bigEndian16(at: descent.here.offset + 2)
    let first = bytes.bigEndian16(at: descent.here.offset + Self.udpLength)
    switch port {
    // Linux used 8472 before the number was registered. Of the flags, only I counts (RFC 7348 section 5).
    case 4789, 8472: return first & 0x0800 != 0 ? try vxlan(bytes, &descent) : other
    case 6081: return first & 0xC000 == 0 ? try geneve(bytes, &descent) : other
    // GTP version 1, and a packet of the user.
    case 2152: return first & 0xF0FF == 0x30FF ? try gtp(bytes, &descent) : other
    default: return other
    }
  }

  private mutating func vxlan(_ bytes: Span<UInt8>, _ descent: inout Descent) throws(DecodeError) -> Landing {
    descent.here.offset += Self.udpLength
    let network = bytes.bigEndian32(at: descent.here.offset + 4) >> 8
    guard enterTunnel(.vxlan, key: network, &descent) else { return .skip(.tooDeep) }
    descent.here.offset += Self.tunnelLength
    return try ethernet(bytes, &descent)
  }

  /// Geneve's header is followed by options, whose length its first byte counts in 4-byte words.
  private mutating func geneve(_ bytes: Span<UInt8>, _ descent: inout Descent) throws(DecodeError) -> Landing {
    descent.here.offset += Self.udpLength
    let length = Self.tunnelLength + Int(bytes[descent.here.offset] & 0x3F) * 4
    try descent.here.require(length, of: .udpTunnel, in: bytes)
    let type = bytes.bigEndian16(at: descent.here.offset + 2)
    let network = bytes.bigEndian32(at: descent.here.offset + 4) >> 8
    guard enterTunnel(.geneve, key: network, &descent) else { return .skip(.tooDeep) }
    descent.here.offset += length
    if type == EtherType.transparentBridging { return try ethernet(bytes, &descent) }
    return type < EtherType.smallest ? .skip(.notIP(type)) : try etherPayload(type, bytes, &descent)
  }

  /// GTP's header grows by four bytes when any of its three low flags is set, and then by extension headers.
  private mutating func gtp(_ bytes: Span<UInt8>, _ descent: inout Descent) throws(DecodeError) -> Landing {
    descent.here.offset += Self.udpLength
    let optionalFields: UInt8 = 0x07
    let hasOptionalFields = bytes[descent.here.offset] & optionalFields != 0
    let hasExtensions = bytes[descent.here.offset] & 0x04 != 0
    guard enterTunnel(.gtp, key: nil, &descent) else { return .skip(.tooDeep) }
    descent.here.offset += Self.tunnelLength
    if hasOptionalFields {
      try descent.here.require(4, of: .udpTunnel, in: bytes)
      let next = bytes[descent.here.offset + 3]
      descent.here.offset += 4
      if hasExtensions { try skipGTPExtensions(from: next, bytes, &descent) }
    }
    return try internetProtocol(bytes, &descent)
  }

  /// Each extension begins with its length in 4-byte words and ends with the type of the next; 0 ends the list.
  private func skipGTPExtensions(
    from first: UInt8, _ bytes: Span<UInt8>, _ descent: inout Descent
  ) throws(DecodeError) {
    var type = first
    while type != 0 {
      try descent.here.require(1, of: .udpTunnel, in: bytes)
      let length = Int(bytes[descent.here.offset]) * 4
      guard length > 0 else { throw descent.here.error(.badLength, in: .udpTunnel, needed: 4, available: 0) }
      try descent.here.require(length, of: .udpTunnel, in: bytes)
      descent.here.offset += length
      type = bytes[descent.here.offset - 1]
    }
  }

  /// Counts a tunnel between the addresses of the innermost IP header; false when it is one too many.
  mutating func enterTunnel(_ kind: Tunnel.Kind, key: UInt32?, _ descent: inout Descent) -> Bool {
    let tunnel = Tunnel(kind, between: descent.network.source, and: descent.network.destination, key: key)
    return enter(.tunnel(tunnel), &descent)
  }
}
