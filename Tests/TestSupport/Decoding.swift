package import PacketDecoding

extension PacketDecoder {
  /// Decodes one packet given as an array, as though captured whole unless `originalLength` says more.
  package mutating func decode(
    _ bytes: [UInt8], linkType: LinkType = .ethernet, originalLength: Int? = nil, time: Int64 = 0, frame: UInt64 = 1
  ) -> DecodedPacket {
    let info = PacketInfo(
      time: Timestamp(nanoseconds: time), frame: frame, originalLength: originalLength ?? bytes.count,
      linkType: linkType)
    return decode(bytes.span, info)
  }

  /// The segment in one packet, or nil when it is none.
  package mutating func segment(
    _ packet: PacketBuilder, linkType: LinkType = .ethernet, originalLength: Int? = nil, time: Int64 = 0
  ) -> Segment? {
    let decoded = decode(packet.bytes, linkType: linkType, originalLength: originalLength, time: time)
    guard case .segment(let segment) = decoded else { return nil }
    return segment
  }

  /// The segment in one packet; any other outcome is an error that says what it was.
  package mutating func requireSegment(
    _ packet: PacketBuilder, linkType: LinkType = .ethernet, originalLength: Int? = nil, time: Int64 = 0
  ) throws -> Segment {
    let decoded = decode(packet.bytes, linkType: linkType, originalLength: originalLength, time: time)
    guard case .segment(let segment) = decoded else { throw NotASegment(decoded: decoded) }
    return segment
  }

  /// The captured payload of a segment this decoder just made from `bytes`.
  package func payload(of segment: Segment, in bytes: [UInt8]) -> [UInt8] {
    withPayload(of: segment, in: bytes.span) { payload in
      var copy: [UInt8] = []
      for index in payload.indices { copy.append(payload[index]) }
      return copy
    }
  }
}

/// A packet that should have been a segment, and what it was.
package struct NotASegment: Error {
  package var decoded: DecodedPacket
}
