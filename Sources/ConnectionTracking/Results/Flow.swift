public import PacketDecoding

/// One connection: one incarnation of a four-tuple, as far as the capture shows it.
///
/// A plain copy of what the tracker knows, for rules, reports and library users. It is a value, but its copies share
/// what they hold until one of them is changed: half a kilobyte is much to pass around.
public struct Flow: Sendable, Equatable {
  @usableFromInline private(set) var storage: FlowStorage

  init(_ storage: FlowStorage) { self.storage = storage }

  /// A flow that no tracker has followed.
  public init(
    number: Int, previousFlow: Int?, client: SocketAddress, server: SocketAddress, encapsulation: EncapsulationID,
    orientation: Orientation, firstSeen: PacketStamp, lastSeen: PacketStamp, closedBy: Closer?,
    close: CloseKind, timeline: [Transition], timelineOmitted: Int, clientEnd: EndpointSummary,
    serverEnd: EndpointSummary, end: EndReason, idleBeforeClose: Int64? = nil, observations: [Observation] = [],
    observationsOmitted: Int = 0, endedAt: Timestamp = Timestamp(nanoseconds: 0)
  ) {
    let facts = FlowFacts(
      number: number, previousFlow: previousFlow, orientation: orientation, closedBy: closedBy, close: close, end: end,
      idleBeforeClose: idleBeforeClose, encapsulation: encapsulation, client: client, server: server,
      firstSeen: firstSeen, lastSeen: lastSeen, endedAt: endedAt, timelineOmitted: timelineOmitted,
      observationsOmitted: observationsOmitted, observations: observations)
    storage = FlowStorage(facts, timeline, clientEnd, serverEnd)
  }

  /// From 1, in order of the first packet.
  public var number: Int {
    @inlinable get { storage.facts.number }
    set { change { $0.number = newValue } }
  }
  /// The earlier incarnation of the same four-tuple.
  public var previousFlow: Int? {
    @inlinable get { storage.facts.previousFlow }
    set { change { $0.previousFlow = newValue } }
  }
  public var client: SocketAddress {
    @inlinable get { storage.facts.client }
    set { change { $0.client = newValue } }
  }
  public var server: SocketAddress {
    @inlinable get { storage.facts.server }
    set { change { $0.server = newValue } }
  }
  public var encapsulation: EncapsulationID {
    @inlinable get { storage.facts.encapsulation }
    set { change { $0.encapsulation = newValue } }
  }
  public var orientation: Orientation {
    @inlinable get { storage.facts.orientation }
    set { change { $0.orientation = newValue } }
  }
  public var firstSeen: PacketStamp {
    @inlinable get { storage.facts.firstSeen }
    set { change { $0.firstSeen = newValue } }
  }
  public var lastSeen: PacketStamp {
    @inlinable get { storage.facts.lastSeen }
    set { change { $0.lastSeen = newValue } }
  }
  public var closedBy: Closer? {
    @inlinable get { storage.facts.closedBy }
    set { change { $0.closedBy = newValue } }
  }
  public var close: CloseKind {
    @inlinable get { storage.facts.close }
    set { change { $0.close = newValue } }
  }
  /// Nanoseconds from the last payload of either end to the first FIN or RST, 0 for a FIN with payload of its own; nil
  /// where neither end closed, and where there was no payload.
  public var idleBeforeClose: Int64? {
    @inlinable get { storage.facts.idleBeforeClose }
    set { change { $0.idleBeforeClose = newValue } }
  }
  /// The transitions of both ends in time order.
  public var timeline: [Transition] {
    get { storage.entries }
    set { storage = FlowStorage(storage.facts, newValue, storage.clientEnd, storage.serverEnd) }
  }
  /// Transitions that found no room: the timeline is bounded.
  public var timelineOmitted: Int {
    @inlinable get { storage.facts.timelineOmitted }
    set { change { $0.timelineOmitted = newValue } }
  }
  /// What passed out of the ordinary, in time order.
  public var observations: [Observation] {
    @inlinable get { storage.facts.observations }
    set { change { $0.observations = newValue } }
  }
  /// Notices that found no room.
  public var observationsOmitted: Int {
    @inlinable get { storage.facts.observationsOmitted }
    set { change { $0.observationsOmitted = newValue } }
  }
  /// Up to when the flow was followed: its last timer, or the end of the input.
  public var endedAt: Timestamp {
    @inlinable get { storage.facts.endedAt }
    set { change { $0.endedAt = newValue } }
  }
  public var clientEnd: EndpointSummary {
    @inlinable get { storage.clientEnd }
    set { storage = FlowStorage(storage.facts, storage.entries, newValue, storage.serverEnd) }
  }
  public var serverEnd: EndpointSummary {
    @inlinable get { storage.serverEnd }
    set { storage = FlowStorage(storage.facts, storage.entries, storage.clientEnd, newValue) }
  }
  /// Why the record left the tracker.
  public var end: EndReason {
    @inlinable get { storage.facts.end }
    set { change { $0.end = newValue } }
  }

  private mutating func change(_ body: (inout FlowFacts) -> Void) {
    var facts = storage.facts
    body(&facts)
    storage = FlowStorage(facts, storage.entries, storage.clientEnd, storage.serverEnd)
  }

  public static func == (left: Flow, right: Flow) -> Bool {
    left.storage === right.storage
      || left.storage.facts == right.storage.facts && left.storage.entries == right.storage.entries
        && left.clientEnd == right.clientEnd && left.serverEnd == right.serverEnd
  }

  @inlinable
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
}

extension EndpointSummary {
  public init(state: TCPState?) {
    self.init(state: state, isPresumed: false)
  }
}
