public import PacketDecoding

/// What is counted of a flow that has ended: nothing that only few flows have, and no timeline.
///
/// Plain values in a row, so that a flow nobody reads costs little more than what is counted of it. What only eventful
/// flows have, duplicates for one, is counted of the ``Flow`` itself.
public struct FlowDigest: Sendable, Equatable {
  // See ``Flow`` for what these mean. In an order that leaves few gaps.
  public var number: Int
  public var client: SocketAddress
  public var orientation: Flow.Orientation
  public var close: Flow.CloseKind
  public var closedBy: Flow.Closer?
  public var end: Flow.EndReason
  public var server: SocketAddress
  /// Whose RST was the first to pass; nil where none did.
  public var resetBy: EndpointRole?
  public var firstSeen: PacketStamp
  public var lastSeen: PacketStamp
  /// From the first SYN to the SYN-ACK, in nanoseconds; nil where either was not seen.
  public var answerDelay: Int64?
  /// Of both ends.
  public var packets: Int
  /// Of both ends, each byte counted once.
  public var payloadBytes: Int
  /// Of both ends.
  public var retransmittedBytes = 0
  /// When the RST of ``resetBy`` passed.
  public var resetTime = Timestamp(nanoseconds: 0)
  public var clientEnd: EndpointDigest
  public var serverEnd: EndpointDigest

  /// See ``Flow/isOpen``.
  @inlinable
  public var isOpen: Bool { close.isOpen(clientEnd.state, serverEnd.state) }
}

/// What is counted of one end of a flow.
public struct EndpointDigest: Sendable, Equatable {
  public var initialSequence: SequenceNumber?
  /// nil: UNKNOWN.
  public var state: TCPState?
  /// Whether it sent anything.
  public var hasSent: Bool
  public var closeWait = CloseWait.never
  /// Its last TIME_WAIT.
  public var timeWait = Stay()
  /// Its CLOSE_WAIT, where that ``CloseWait/remains``: how long since it sent its last payload in it.
  public var unclosed = Stay()
  /// The packet that led to ``unclosed``; 0 where none is known.
  public var unclosedFrame: UInt64 = 0

  /// How long it was in a state.
  public struct Stay: Sendable, Equatable {
    public var since = Timestamp(nanoseconds: 0)
    /// 0: it never was, for a time.
    public var nanoseconds: Int64 = 0
  }

  /// Whether it was in CLOSE_WAIT for a time.
  public enum CloseWait: Sendable, Equatable {
    /// Not that anything of its own showed it.
    case never
    case left
    /// It is still there.
    case remains
  }
}

// MARK: - Of any flow

extension FlowDigest {
  public init(_ flow: Flow) {
    number = flow.number
    client = flow.client
    server = flow.server
    orientation = flow.orientation
    close = flow.close
    closedBy = flow.closedBy
    end = flow.end
    firstSeen = flow.firstSeen
    lastSeen = flow.lastSeen
    answerDelay = flow.answerDelay
    packets = flow.clientEnd.packets + flow.serverEnd.packets
    payloadBytes = flow.clientEnd.distinctPayloadBytes + flow.serverEnd.distinctPayloadBytes
    retransmittedBytes = flow.clientEnd.retransmittedBytes + flow.serverEnd.retransmittedBytes
    clientEnd = EndpointDigest(of: .client, of: flow)
    serverEnd = EndpointDigest(of: .server, of: flow)
    guard let reset = flow.observations.first(where: { $0.kind == .reset }) else { return }
    resetBy = reset.sender
    resetTime = reset.first.time
  }
}

extension EndpointDigest {
  fileprivate init(of end: EndpointRole, of flow: Flow) {
    let summary = flow[end]
    state = summary.state
    hasSent = summary.packets > 0
    initialSequence = summary.initialSequence
    let waited = summary.nanosecondsInState[Int(TCPState.timeWait.rawValue)]
    if waited > 0, let entry = flow.lastEntry(of: end, to: .timeWait) {
      timeWait = Stay(since: entry.time, nanoseconds: waited)
    }
    takeCloseWait(of: end, of: flow)
  }

  private mutating func takeCloseWait(of end: EndpointRole, of flow: Flow) {
    let waited = flow[end].nanosecondsInState[Int(TCPState.closeWait.rawValue)]
    let isThere = flow[end].state == .closeWait
    guard waited > 0, !(isThere && flow[end].isPresumed) else { return }
    closeWait = .left
    guard isThere, let since = flow[end].stateSince else { return }
    closeWait = .remains
    let data = flow.observations.last { $0.kind == .dataAfterPeerFIN && $0.sender == end }
    let quiet = data.map { flow.endedAt.nanoseconds(since: $0.last.time) } ?? waited
    unclosed = Stay(since: since, nanoseconds: min(waited, quiet))
    unclosedFrame = flow.lastEntry(of: end, to: .closeWait)?.frame ?? 0
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
  @inlinable
  func isOpen(_ client: TCPState?, _ server: TCPState?) -> Bool {
    self == .none && !(client == .closed && server == .closed)
  }
}
