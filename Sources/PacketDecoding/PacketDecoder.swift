/// Turns captured bytes into TCP segments.
///
/// Any bytes whatsoever give a ``DecodedPacket``; nothing traps. The decoder keeps state only for what spans packets:
/// the fragments it waits to put together, and the encapsulations it has numbered.
public struct PacketDecoder: Sendable {
  public init() {}

  /// True where packets of `linkType` can be decoded.
  public static func supports(_ linkType: LinkType) -> Bool { false }

  /// Decodes one packet.
  ///
  /// - Parameters:
  ///   - bytes: what was captured of it, from the link layer on.
  ///   - info: the capture's own word on it.
  public mutating func decode(_ bytes: Span<UInt8>, _ info: PacketInfo) -> DecodedPacket {
    .other(.notIP(0))
  }
}
