public import PacketDecoding

/// One connection: one incarnation of a four-tuple, as far as the capture shows it.
///
/// A plain copy of what the tracker knows, for rules, reports and library users.
public struct Flow: Sendable, Equatable {
  /// From 1, in order of the first packet.
  public var number: Int
  /// The earlier incarnation of the same four-tuple.
  public var previousFlow: Int?
  public var client: SocketAddress
  public var server: SocketAddress
  public var encapsulation: EncapsulationID
  public var orientation: Orientation
  public var firstSeen: TimelineEntry.Moment
  public var lastSeen: TimelineEntry.Moment
  public var closedBy: Closer?
  public var close: CloseKind
  /// Nanoseconds from the last payload of either end to the first FIN or RST, 0 for a FIN with payload of its own; nil
  /// where neither end closed, and where there was no payload.
  public var idleBeforeClose: Int64?
  /// The transitions of both ends in time order.
  public var timeline: [TimelineEntry]
  /// Transitions that found no room: the timeline is bounded.
  public var timelineOmitted: Int
  /// What passed out of the ordinary, in time order.
  public var notices: [FlowNotice] = []
  /// Notices that found no room.
  public var noticesOmitted = 0
  /// Up to when the flow was followed: its last timer, or the end of the input.
  public var endedAt = Timestamp(nanoseconds: 0)
  public var clientEnd: EndpointSummary
  public var serverEnd: EndpointSummary
  /// Why the record left the tracker.
  public var end: EndReason

  public subscript(role: EndpointRole) -> EndpointSummary { role == .client ? clientEnd : serverEnd }

  /// What decided which end is the client.
  public enum Orientation: String, Sendable, Hashable, CaseIterable {
    case syn
    case synACK = "syn-ack"
    case port
    case firstPacket = "first-packet"
  }

  /// Whose FIN or RST came first.
  public enum Closer: String, Sendable, Hashable, CaseIterable {
    case client, server, both
  }

  public enum CloseKind: String, Sendable, Hashable, CaseIterable {
    case fourWay = "four-way"
    case threeWay = "three-way"
    case simultaneous
    /// One FIN only.
    case half
    case reset
    case resetAfterFIN = "reset-after-fin"
    case refused
    case unanswered
    case none
  }

  public enum EndReason: String, Sendable, Hashable, CaseIterable {
    /// Both ends closed and every timer ran out.
    case closed
    /// A new incarnation of the four-tuple took its place.
    case replaced
    /// The tracker's memory limit removed it.
    case evicted
    /// The input ended.
    case inputEnded = "input-ended"
    /// Still open: a snapshot.
    case open
  }
}

/// One end of a flow at the moment of the copy.
public struct EndpointSummary: Sendable, Equatable {
  /// nil: UNKNOWN, no evidence.
  public var state: TCPState?
  /// True while the state rests on a presumption that nothing has confirmed.
  public var isPresumed: Bool = false
  /// Since when.
  public var stateSince: Timestamp?
  public var packets = 0
  /// Bytes of the IP packets that carried them, headers included.
  public var bytes = 0
  /// Payload bytes sent, repeats included.
  public var payloadBytes = 0
  /// Payload bytes sent, each once.
  public var distinctPayloadBytes = 0
  public var retransmittedBytes = 0
  public var retransmittedSegments = 0
  /// Bytes the peer acknowledged that the tap never saw.
  public var uncapturedBytes = 0
  /// Bytes missing from the sequence that the peer never acknowledged either.
  public var lostBytes = 0
  public var outOfOrderSegments = 0
  public var zeroWindows = 0
  /// Packets the capture holds twice; the copies count nowhere else.
  public var duplicatePackets = 0
  /// Segments larger than the peer's MSS: put together by the capturing host before the tap.
  public var superSegments = 0
  /// Payload bytes that its peer had not acknowledged by then.
  public var unacknowledgedBytes = 0
  /// When its last segment passed, RST aside.
  public var lastSent: Timestamp?
  public var maximumSegmentSize: UInt16?
  public var windowScale: UInt8?
  public var sackPermitted = false
  public var timestamps = false
  public var initialSequence: SequenceNumber?
  /// How long it was in each state, by the state's raw value; index 11 is UNKNOWN. Up to the flow's end.
  public var nanosecondsInState = StateDurations()

  public init(state: TCPState?) { self.state = state }
}
