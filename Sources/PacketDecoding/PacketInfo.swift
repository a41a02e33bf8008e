/// What the capture says about a packet, beside its bytes.
public struct PacketInfo: Sendable, Equatable {
  /// When the packet passed the tap.
  public var time: Timestamp
  /// The packet's number, from 1 through all packets of the input, as Wireshark counts frames.
  public var frame: UInt64
  /// How many bytes the packet had on the wire; more than were captured when a snap length cut it.
  public var originalLength: Int
  /// How the captured bytes begin.
  public var linkType: LinkType

  public init(time: Timestamp, frame: UInt64, originalLength: Int, linkType: LinkType) {
    self.time = time
    self.frame = frame
    self.originalLength = originalLength
    self.linkType = linkType
  }
}
