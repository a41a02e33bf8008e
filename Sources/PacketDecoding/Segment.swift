/// One TCP segment as it passed the tap: a small value that holds no pointer into the packet.
///
/// Lengths follow the IP header, not what the snap length left: `wirePayloadLength` is what the receiver got,
/// `payload` the part of it that was captured.
public struct Segment: Sendable, Equatable {
  public var time: Timestamp
  public var frame: UInt64
  /// Its two ends, both of IPv4 or both of IPv6.
  public var source: SocketAddress
  public var destination: SocketAddress
  /// The VLAN, MPLS and tunnel context the segment came in: 0 is none. Equal in both directions of a connection.
  public var encapsulation: EncapsulationID
  public var sequence: SequenceNumber
  /// The acknowledgment field; nil unless the ACK flag is set.
  public var acknowledgment: SequenceNumber?
  public var flags: TCPFlags
  /// The window field, unscaled.
  public var window: UInt16
  public var urgentPointer: UInt16
  public var options: TCPOptions
  /// Where the captured payload lies in the bytes that were decoded, or in the datagram put together from fragments:
  /// ``PacketDecoder/withPayload(of:in:_:)`` knows which.
  public var payload: Range<Int>
  /// The segment came in fragments; ``frame`` and ``time`` are those of the fragment that completed it.
  public var isReassembled: Bool
  /// Payload bytes the segment had on the wire.
  public var wirePayloadLength: Int
  /// Bytes of the innermost IP packet on the wire, its header included.
  public var wireLength: Int
  /// IPv4 time to live or IPv6 hop limit.
  public var timeToLive: UInt8
  /// IPv4 identification; nil for IPv6.
  public var identification: UInt16?
  public var checksum: ChecksumStatus

  public init(
    time: Timestamp, frame: UInt64, source: SocketAddress, destination: SocketAddress,
    sequence: SequenceNumber, acknowledgment: SequenceNumber? = nil, flags: TCPFlags, window: UInt16 = 0,
    wirePayloadLength: Int = 0
  ) {
    self.time = time
    self.frame = frame
    self.source = source
    self.destination = destination
    self.encapsulation = .none
    self.sequence = sequence
    self.acknowledgment = acknowledgment
    self.flags = flags
    self.window = window
    self.urgentPointer = 0
    self.options = TCPOptions()
    self.payload = 0..<0
    self.isReassembled = false
    self.wirePayloadLength = wirePayloadLength
    self.wireLength = wirePayloadLength
    self.timeToLive = 0
    self.identification = nil
    self.checksum = .unverified
  }

  /// How much sequence space the segment takes: its payload, plus one for SYN and one for FIN (RFC 9293 §3.4).
  @inlinable
  public var sequenceLength: Int {
    wirePayloadLength + (flags.contains(.syn) ? 1 : 0) + (flags.contains(.fin) ? 1 : 0)
  }

  /// The position after the segment's last byte, SYN or FIN.
  @inlinable
  public var sequenceEnd: SequenceNumber { sequence + sequenceLength }
}

/// What is known of a segment's TCP checksum.
public enum ChecksumStatus: UInt8, Sendable {
  /// Not looked at, or the snap length cut the segment.
  case unverified
  case valid
  /// Wrong, and not the pseudo-header sum of checksum offload either. A wrong IPv4 header checksum counts as well:
  /// a receiver drops the packet for either.
  case invalid
  /// The field holds the sum of the pseudo-header alone, with its length or, where the card cuts segments, without:
  /// the capturing host leaves the rest to its network card.
  case offloaded
}
