public import PacketDecoding

/// What is counted of a flow that has ended: nothing that only few flows have, and no timeline.
///
/// Plain values in a row, so that a flow nobody reads costs little more than what is counted of it.
public struct FlowDigest: Sendable, Equatable {
  // See ``Flow`` for what these mean.
  public var number: Int
  public var previousFlow: Int?
  public var client: SocketAddress
  public var server: SocketAddress
  public var orientation: Flow.Orientation
  public var close: Flow.CloseKind
  public var closedBy: Flow.Closer?
  public var end: Flow.EndReason
  public var firstSeen: TimelineEntry.Moment
  public var lastSeen: TimelineEntry.Moment
  /// From the first SYN to the SYN-ACK, in nanoseconds; nil where either was not seen.
  public var answerDelay: Int64?
  public var counts: FlowCounts
  public var clientEnd: EndpointDigest
  public var serverEnd: EndpointDigest

  @inlinable
  public subscript(role: EndpointRole) -> EndpointDigest { role == .client ? clientEnd : serverEnd }

  /// See ``Flow/isOpen``.
  public var isOpen: Bool { close.isOpen(clientEnd.state, serverEnd.state) }
}

/// What is counted of both ends together; see ``EndpointSummary`` for the meaning.
public struct FlowCounts: Sendable, Equatable {
  public var packets = 0
  public var duplicatePackets = 0
  public var superSegments = 0
  public var distinctPayloadBytes = 0
  public var retransmittedBytes = 0
  public var uncapturedBytes = 0
}

/// What is counted of one end of a flow.
public struct EndpointDigest: Sendable, Equatable {
  /// nil: UNKNOWN.
  public var state: TCPState?
  /// Whether it sent anything.
  public var hasSent: Bool
  public var initialSequence: SequenceNumber?
  /// Its last TIME_WAIT; nil where it was never in one for a time.
  public var timeWait: TimeWait?
  public var closeWait: CloseWait

  public struct TimeWait: Sendable, Equatable {
    public var since: Timestamp
    public var nanoseconds: Int64
  }

  /// Whether it was in CLOSE_WAIT for a time.
  public enum CloseWait: Sendable, Equatable {
    /// Not that anything of its own showed it.
    case never
    case left
    /// It is still there; `frame` is the packet that led there.
    case remains(since: Timestamp, frame: UInt64?, nanoseconds: Int64)
  }
}

// MARK: - Of any flow

extension FlowDigest {
  public init(_ flow: Flow) {
    number = flow.number
    previousFlow = flow.previousFlow
    client = flow.client
    server = flow.server
    orientation = flow.orientation
    close = flow.close
    closedBy = flow.closedBy
    end = flow.end
    firstSeen = flow.firstSeen
    lastSeen = flow.lastSeen
    answerDelay = flow.answerDelay
    counts = FlowCounts(of: flow.clientEnd, flow.serverEnd)
    clientEnd = EndpointDigest(of: .client, of: flow)
    serverEnd = EndpointDigest(of: .server, of: flow)
  }
}

extension FlowCounts {
  fileprivate init(of one: EndpointSummary, _ other: EndpointSummary) {
    packets = one.packets + other.packets
    duplicatePackets = one.duplicatePackets + other.duplicatePackets
    superSegments = one.superSegments + other.superSegments
    distinctPayloadBytes = one.distinctPayloadBytes + other.distinctPayloadBytes
    retransmittedBytes = one.retransmittedBytes + other.retransmittedBytes
    uncapturedBytes = one.uncapturedBytes + other.uncapturedBytes
  }
}

extension EndpointDigest {
  fileprivate init(of end: EndpointRole, of flow: Flow) {
    let summary = flow[end]
    state = summary.state
    hasSent = summary.packets > 0
    initialSequence = summary.initialSequence
    let waited = summary.nanosecondsInState[Int(TCPState.timeWait.rawValue)]
    timeWait =
      waited > 0 ? flow.lastEntry(of: end, to: .timeWait).map { TimeWait(since: $0.time, nanoseconds: waited) } : nil
    closeWait = Self.closeWait(of: end, of: flow)
  }

  private static func closeWait(of end: EndpointRole, of flow: Flow) -> CloseWait {
    let waited = flow[end].nanosecondsInState[Int(TCPState.closeWait.rawValue)]
    let isThere = flow[end].state == .closeWait
    guard waited > 0, !(isThere && flow[end].isPresumed) else { return .never }
    guard isThere, let since = flow[end].stateSince else { return .left }
    let frame = flow.lastEntry(of: end, to: .closeWait)?.frame
    return .remains(since: since, frame: frame, nanoseconds: waited)
  }
}

extension Flow {
  /// True while no end has closed: no FIN and no RST was seen, and a socket is there on both sides as far as is known.
  public var isOpen: Bool { close.isOpen(clientEnd.state, serverEnd.state) }

  /// From the first SYN to the SYN-ACK, in nanoseconds; nil where either was not seen.
  public var answerDelay: Int64? {
    guard orientation == .syn, serverEnd.packets > 0 else { return nil }
    guard let answer = firstEntry(of: .client, to: .established), answer.cause == .receivesSYNACK else { return nil }
    return answer.time.nanoseconds(since: firstSeen.time)
  }
}

extension Flow.CloseKind {
  fileprivate func isOpen(_ client: TCPState?, _ server: TCPState?) -> Bool {
    self == .none && !(client == .closed && server == .closed)
  }
}
