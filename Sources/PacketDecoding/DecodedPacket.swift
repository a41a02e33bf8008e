/// What a packet turned out to be.
public enum DecodedPacket: Sendable, Equatable {
  case segment(Segment)
  /// An ICMP error that quotes a TCP segment: something on the way speaks about that flow.
  case icmpError(ICMPError)
  /// Not TCP, or nothing that can be followed.
  case other(SkipReason)
  /// Bytes that contradict themselves or end too soon.
  case malformed(DecodeError)
}

/// What ``PacketDecoder/decode(_:_:into:)`` made of a packet: a ``DecodedPacket`` whose segment lies elsewhere.
public enum PacketKind: Sendable, Equatable {
  /// A TCP segment, now in the one that was handed over.
  case segment
  /// See ``DecodedPacket/icmpError(_:)``. Boxed, since a rare large case makes the common ones slow to pass on.
  indirect case icmpError(ICMPError)
  case other(SkipReason)
  case malformed(DecodeError)
}

/// An ICMP or ICMPv6 error about a TCP segment (RFC 792, RFC 4443 §3).
public struct ICMPError: Sendable, Equatable {
  public var time: Timestamp
  public var frame: UInt64
  /// Who sent the error.
  public var reporter: IPAddress
  public var type: UInt8
  public var code: UInt8
  /// Source and destination of the quoted segment: the error is about what `source` sent.
  public var source: SocketAddress
  public var destination: SocketAddress
  public var encapsulation: EncapsulationID
  /// Sequence number of the quoted segment, where the quote reaches that far.
  public var sequence: SequenceNumber?
  /// The size the next link would take, where the error is about that (RFC 1191, RFC 8201).
  public var nextHopMTU: UInt32?

  public init(
    time: Timestamp, frame: UInt64, reporter: IPAddress, type: UInt8, code: UInt8, source: SocketAddress,
    destination: SocketAddress, encapsulation: EncapsulationID, sequence: SequenceNumber?, nextHopMTU: UInt32? = nil
  ) {
    self.time = time
    self.frame = frame
    self.reporter = reporter
    self.type = type
    self.code = code
    self.source = source
    self.destination = destination
    self.encapsulation = encapsulation
    self.sequence = sequence
    self.nextHopMTU = nextHopMTU
  }
}

/// Why a packet that was read in full is not followed.
public enum SkipReason: Hashable, Sendable {
  /// An EtherType, LLC or PPP protocol that carries no IP (ARP, LLDP, ...); the number as it stood there.
  case notIP(UInt16)
  /// An IP protocol other than TCP that nothing unwraps.
  case notTCP(UInt8)
  /// A fragment kept until the others arrive.
  case fragment
  /// A fragment given up: the table of fragments was full, they overlapped, or the rest never came.
  case fragmentDropped
  /// Deeper encapsulated than the decoder follows.
  case tooDeep
  /// An encapsulation that hides what is in it.
  case encapsulated(HiddenEncapsulation)
  /// A link type that ``PacketDecoder/supports(_:)`` denies.
  case unsupportedLink(LinkType)
}

/// Bytes that cannot be what they claim: which layer, where, and how much was missing.
public struct DecodeError: Error, Hashable, Sendable {
  public enum Layer: UInt8, Sendable, CaseIterable {
    case link, vlan, mpls, pppoe, ppp, ipv4, ipv6, ipv6Extension, gre, udpTunnel, tcp, icmp
  }
  public enum Problem: UInt8, Sendable, CaseIterable {
    /// The layer was longer on the wire than what the snap length left of it.
    case truncated
    /// A length that contradicts the bytes around it: also on the wire, the layer had no room.
    case badLength
    /// A version or type field that cannot stand there.
    case badValue
  }
  public var layer: Layer
  public var problem: Problem
  /// Where the layer begins in the captured bytes, or in the datagram put together from fragments.
  public var offset: Int
  /// Bytes the layer needs from there on.
  public var needed: Int
  /// Bytes that were there.
  public var available: Int

  public init(layer: Layer, problem: Problem, offset: Int, needed: Int, available: Int) {
    self.layer = layer
    self.problem = problem
    self.offset = offset
    self.needed = needed
    self.available = available
  }
}
