import PacketDecoding

/// Something out of the ordinary that passed in a flow: what it was, without a word on what it means.
///
/// The tracker notes these off the path of plain data; rules judge them. Packets of one kind that come close together
/// are one observation with a ``count``. Which of the values a kind fills in stands beside it; the others are 0.
public struct Observation: Sendable, Equatable {
  public var kind: ObservationKind
  /// Who sent the packets.
  public var sender: EndpointRole
  public var first: PacketStamp
  /// The last packet of it; the first one where there was only one.
  public var last: PacketStamp
  /// How many packets.
  public var count: Int
  /// Payload bytes, of all packets together.
  public var bytes: Int
  /// Nanoseconds since what it relates to.
  public var delay: Int64
  /// A difference of sequence numbers, or a number of the kind's own.
  public var distance: Int
  public var circumstances: Circumstances
  /// For ``ObservationKind/reset`` alone.
  public var reset: ResetShape
  /// Both states as they stood before the first packet; nil is UNKNOWN.
  public var senderState: TCPState?
  public var receiverState: TCPState?

  public init(kind: ObservationKind, sender: EndpointRole, first: PacketStamp) {
    self.kind = kind
    self.sender = sender
    self.first = first
    last = first
    count = 1
    bytes = 0
    delay = 0
    distance = 0
    circumstances = []
    reset = ResetShape()
  }

  /// From the first packet to the last.
  public var duration: Int64 { last.time.nanoseconds(since: first.time) }

  /// What stood around it.
  public struct Circumstances: OptionSet, Sendable, Hashable {
    public let rawValue: UInt16
    public init(rawValue: UInt16) { self.rawValue = rawValue }

    /// What is repeated had been acknowledged: an ACK of it had passed.
    public static let acknowledged = Circumstances(rawValue: 1 << 0)
    /// The peer's data had passed meanwhile.
    public static let peerSentData = Circumstances(rawValue: 1 << 1)
    /// It still goes on.
    public static let open = Circumstances(rawValue: 1 << 2)
    /// The packet that ended the silence carried a FIN.
    public static let endedByFIN = Circumstances(rawValue: 1 << 3)
    /// The packet that ended the silence was a RST.
    public static let endedByRST = Circumstances(rawValue: 1 << 4)
    /// It is the peer that had sent the RST; else it was this sender's own.
    public static let afterPeerReset = Circumstances(rawValue: 1 << 5)
    /// The peer had not sent a segment since the first packet.
    public static let peerSilent = Circumstances(rawValue: 1 << 6)
    /// It carried a garbage byte (RFC 9293 §3.8.4).
    public static let garbageByte = Circumstances(rawValue: 1 << 7)
    /// The report came from the host it speaks of.
    public static let fromPeer = Circumstances(rawValue: 1 << 8)
    /// ICMPv6, not ICMP.
    public static let icmpv6 = Circumstances(rawValue: 1 << 9)
    /// The segment had timestamps that were newer than all before.
    public static let newerTimestamp = Circumstances(rawValue: 1 << 10)
    /// The client of the connection before was the server of this one.
    public static let rolesSwapped = Circumstances(rawValue: 1 << 11)
    /// Its timestamp echoed what was acknowledged: the sender had that acknowledgment.
    public static let echoesThirdACK = Circumstances(rawValue: 1 << 12)
  }
}

extension Observation {
  /// Nanoseconds as a ``distance``: not below 0, and 78 hours at most, for a report to hold.
  static func idle(_ nanoseconds: Int64) -> Int { Int(min(max(nanoseconds, 0), 1 << 48)) }
}

/// The kinds of observation.
public enum ObservationKind: UInt8, Sendable, Hashable, CaseIterable {
  // Opening.
  /// The same SYN again. `delay` since the one before; `acknowledged`: a SYN-ACK had passed.
  case synRepeated
  /// The same SYN-ACK again. `acknowledged`: the third ACK had passed; `echoesThirdACK`: and reached the server;
  /// `peerSentData`: data of the client had passed.
  case synACKRepeated
  /// A SYN-ACK with another ISS. `distance` between the two.
  case synACKOtherSequence
  /// A SYN-ACK that acknowledges neither the SYN nor its data. `distance` from ISN + 1.
  case synACKWrongAcknowledgment
  /// A SYN-ACK of an end that had sent a SYN: both opened.
  case synACKOfOpener
  /// Payload in a SYN (RFC 7413). `bytes` of it.
  case synWithData
  /// A SYN with a fast open option. `distance` is the cookie's length.
  case fastOpenOption
  /// A SYN-ACK that acknowledges the SYN but not the data it carried. `bytes` left out.
  case synDataIgnored
  /// Payload before the peer's SYN-ACK. `bytes` of it.
  case dataBeforeEstablished
  /// A SYN inside a connection that still stands. `distance` of its ISN from SND.NXT, `delay` since the sender's last;
  /// `acknowledged`: its receiver took it, unchallenged.
  case synInConnection
  /// This flow took a four-tuple that was in use. `delay` since the connection before was last seen, `distance` of the
  /// ISN from its SND.NXT; the states are those of that connection's ends.
  case reuse

  // Closing.
  /// The same FIN again. `acknowledged`: an ACK of it had passed; `delay` since the one before.
  case finRepeated
  /// A FIN at another sequence. `distance` from the first one.
  case finElsewhere
  /// A FIN before all that precedes it has passed. `distance`: the bytes from the hole to the FIN.
  case finBeyondHole
  /// Payload beyond the sender's own FIN. `bytes` of it.
  case dataAfterFIN
  /// New payload after the peer's FIN. `bytes`, `delay` from that FIN to the last of it; `acknowledged`: the sender knew
  /// of the FIN. What it sent before it knew is one observation, and what it sent then another.
  case dataAfterPeerFIN
  /// A FIN that passed while payload of the peer was on its way. `bytes` of it, `delay` since the peer's last segment;
  /// `distance`: for how many nanoseconds the connection had been idle when that payload came.
  case finCrossesData
  /// Nothing passed for a while. `delay`: how long; the packet is the one that ended it. `distance`: nanoseconds since
  /// the last payload, 0 where there was none.
  case silence

  // Resets.
  /// A RST; see ``Observation/reset``.
  case reset
  /// Segments after a RST. `bytes`, `delay` from the RST to the last of them.
  case segmentAfterReset
  /// An ACK that answers a segment its receiver would not take (RFC 5961). `delay` since that segment.
  case challengeACK

  // Data.
  /// A segment again after a silence of its sender. `bytes`; `distance`: how many of the last ones found no word of the
  /// peer, `delay` since the first of those.
  case timeoutRetransmission
  /// A segment again after three duplicate ACKs or SACK blocks (RFC 5681 §3.2, RFC 6675). `bytes`.
  case fastRetransmission
  /// A segment again that the peer had acknowledged (RFC 3522). `bytes`.
  case spuriousRetransmission
  /// A segment again for a reason that the wire does not show. `bytes`.
  case otherRetransmission
  /// Three ACKs or more that acknowledge nothing new while data was on its way.
  case duplicateACKs
  /// Payload below what had passed, and new. `bytes`.
  case outOfOrder
  /// The peer acknowledged bytes that never passed the tap. `bytes`.
  case uncaptured
  /// The same bytes of the sequence with another content. `bytes` of the second segment.
  case differentData
  /// An acknowledgment of what was never sent. `distance` beyond SND.NXT.
  case ackOfUnsent
  /// An acknowledgment far below SND.UNA. `distance`.
  case ackFarBehind
  /// A timestamp older than TS.Recent (RFC 7323 §5.3). `distance` in ticks.
  case oldTimestamp
  /// No timestamp, though both SYNs had one (RFC 7323 §3.2).
  case missingTimestamp
  /// Sequence numbers far outside the window. `distance` from SND.NXT.
  case outsideWindow
  /// The right edge of the window moved left. `distance`.
  case windowShrunk
  /// The window was 0, from the first packet to the last. `count`: the peer's segments meanwhile; `distance`: how many
  /// of the last ones had no answer.
  case zeroWindow
  /// Keepalive probes. `distance`: how many of the last ones had no answer; `delay` since the probe before.
  case keepAlive
  /// URG with a pointer.
  case urgent

  // Shape.
  case synFIN
  case synRST
  /// None of SYN, ACK, FIN and RST.
  case nullFlags
  /// FIN, PSH and URG without ACK.
  case xmasFlags
  /// A FIN without ACK.
  case finWithoutACK
  /// A SYN from an address and port to itself.
  case land

  // The capture.
  /// The very same packet again within 50 ms.
  case duplicatePacket
  /// More payload than the peer's MSS allows in one segment. `bytes` of the largest.
  case superSegment
  /// A segment with a wrong checksum, which counts for nothing.
  case badChecksum
  /// An ICMP error about the sender's segment. `distance`: type × 256 + code; `bytes`: the next hop's MTU.
  case icmpError
}

/// Which kinds of observation a flow has.
public struct ObservationKinds: OptionSet, Sendable, Hashable {
  public let rawValue: UInt64
  public init(rawValue: UInt64) { self.rawValue = rawValue }
  public init(_ kind: ObservationKind) { rawValue = 1 << UInt64(kind.rawValue) }
}

extension ObservationKinds {
  /// Kinds that are counted, and that a digest does not tell of, whatever else happened.
  package static var eventful: ObservationKinds {
    [
      ObservationKinds(.synRepeated), ObservationKinds(.synACKRepeated), ObservationKinds(.synACKOtherSequence),
      ObservationKinds(.synACKWrongAcknowledgment), ObservationKinds(.synACKOfOpener), ObservationKinds(.synWithData),
      ObservationKinds(.fastOpenOption), ObservationKinds(.synDataIgnored), ObservationKinds(.dataBeforeEstablished),
      ObservationKinds(.synInConnection), ObservationKinds(.reuse), ObservationKinds(.dataAfterPeerFIN),
      ObservationKinds(.uncaptured),
      ObservationKinds(.duplicatePacket), ObservationKinds(.superSegment), ObservationKinds(.badChecksum),
    ]
  }
}
