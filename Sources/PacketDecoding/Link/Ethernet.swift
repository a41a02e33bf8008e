/// Ethernet II and 802.3, with whatever an EtherType can announce.
extension PacketDecoder {
  private static let ethernetLength = 14
  private static let typeOffset = 12
  private static let tagLength = 4

  mutating func ethernet(_ bytes: Span<UInt8>, _ descent: inout Descent) throws(DecodeError) -> Landing {
    try descent.here.require(Self.ethernetLength, of: .link, in: bytes)
    let type = bytes.bigEndian16(at: descent.here.offset + Self.typeOffset)
    descent.here.offset += Self.ethernetLength
    return try etherPayload(type, bytes, &descent)
  }

  /// What follows a field that holds `type`: an EtherType, or the length of an 802.3 frame.
  mutating func etherPayload(
    _ type: UInt16, _ bytes: Span<UInt8>, _ descent: inout Descent
  ) throws(DecodeError) -> Landing {
    switch type {
    case EtherType.ipv4: try ipv4(bytes, &descent)
    case EtherType.ipv6: try ipv6(bytes, &descent)
    // The last three are outer tags from before 802.1ad.
    case EtherType.vlan, EtherType.serviceVLAN, 0x9100, 0x9200, 0x9300: try vlan(bytes, &descent)
    case EtherType.interfaceTag: try ownedTag(4, bytes, &descent)
    case EtherType.ciscoMetadata: try ciscoMetadata(bytes, &descent)
    case EtherType.mplsUnicast, EtherType.mplsMulticast: try mpls(bytes, &descent)
    case EtherType.pppoeSession: try pppoe(bytes, &descent)
    case ..<EtherType.smallest: try logicalLink(bytes, &descent)
    default: .skip(.notIP(type))
    }
  }

  /// The four bytes after a tag's EtherType: priority, drop eligibility and VLAN id, then the next EtherType.
  private mutating func vlan(
    _ bytes: Span<UInt8>, _ descent: inout Descent
  ) throws(DecodeError) -> Landing {
    try descent.here.require(Self.tagLength, of: .vlan, in: bytes)
    let id = bytes.bigEndian16(at: descent.here.offset) & 0x0FFF
    let type = bytes.bigEndian16(at: descent.here.offset + 2)
    guard enter(id == 0 ? nil : .vlan(id), &descent) else { return .skip(.tooDeep) }
    descent.here.offset += Self.tagLength
    return try etherPayload(type, bytes, &descent)
  }

  /// A tag of `length` bytes that belongs to the sender, so that it tells nothing about the connection: a VN-Tag, whose
  /// interfaces both directions swap, or a security group.
  private mutating func ownedTag(
    _ length: Int, _ bytes: Span<UInt8>, _ descent: inout Descent
  ) throws(DecodeError) -> Landing {
    try descent.here.require(length + 2, of: .vlan, in: bytes)
    let type = bytes.bigEndian16(at: descent.here.offset + length)
    guard enter(nil, &descent) else { return .skip(.tooDeep) }
    descent.here.offset += length + 2
    return try etherPayload(type, bytes, &descent)
  }

  /// Cisco's metadata header: version 1, its length in 4-byte words less half a word, then options, of which only the
  /// security group tag alone is read.
  private mutating func ciscoMetadata(
    _ bytes: Span<UInt8>, _ descent: inout Descent
  ) throws(DecodeError) -> Landing {
    try descent.here.require(2, of: .vlan, in: bytes)
    let versionAndLength: UInt16 = 0x0101
    guard bytes.bigEndian16(at: descent.here.offset) == versionAndLength else {
      return .skip(.notIP(EtherType.ciscoMetadata))
    }
    return try ownedTag(6, bytes, &descent)
  }

  /// Counts one encapsulation more; a `layer` that both directions of a connection share becomes part of its number.
  ///
  /// - Returns: false when that is one too many.
  mutating func enter(_ layer: Encapsulation.Layer?, _ descent: inout Descent) -> Bool {
    guard descent.depth < limits.depth else { return false }
    if let layer {
      descent.encapsulation = numbering.number(layer, inside: descent.encapsulation, depth: descent.depth)
    }
    descent.depth += 1
    return true
  }
}
