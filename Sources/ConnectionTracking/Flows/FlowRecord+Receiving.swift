import PacketDecoding

// What a segment would do to the endpoint it was sent to.

extension FlowRecord {
  /// Presumes what `segment`, sent by the other end, does to `side` when it arrives.
  mutating func receives(_ segment: Segment, side: Int, acknowledgment: SequenceNumber?, in store: inout TimelineStore)
  {
    let end = ends[side]
    let sending = ends[peer(of: side)].sending
    var news = Arrival(at: end.state)
    if segment.flags.contains(.syn), !end.facts.contains(.refused) { news.add(.syn) }
    if end.sending.synIsCovered(by: acknowledgment) || isUnseenHandshake(segment, end) { news.add(.synAcknowledged) }
    if end.sending.finIsCovered(by: acknowledgment) { news.add(.finAcknowledged) }
    if let finEnd = sending.finEnd, sending.contiguous >= finEnd, !end.facts.contains(.finHeld) { news.add(.fin) }
    guard !news.events.isEmpty else { return }
    if news.events == .finAcknowledged, end.state == .closing, end.pending.contains(.fin) {
      branch(side, segment, in: &store)
    }
    presume(side, news.events, segment, in: &store)
  }

  /// Simultaneous close, the peer's FIN not known to have arrived: the ACK of this end's own FIN leads to TIME_WAIT if
  /// it did, to FIN_WAIT_2 if it was lost. The record names both.
  private mutating func branch(_ side: Int, _ segment: Segment, in store: inout TimelineStore) {
    ends[side].branchEntry = note(
      side, from: .closing, to: .finWait2, .finAcknowledged, .presumed, segment, in: &store)
  }

  /// A SYN-ACK to an end whose SYN the tap did not see, or an ACK to one whose SYN-ACK it did not see.
  private func isUnseenHandshake(_ segment: Segment, _ end: TCPEndpoint) -> Bool {
    guard segment.acknowledgment != nil, end.sending.initial == nil else { return false }
    return segment.flags.contains(.syn) ? end.proved == nil : end.state == .synReceived
  }
}

/// What a segment brings that is news to a state: events are added in the order of ``EndpointEvent``, and only those
/// that move it are kept.
private struct Arrival {
  private(set) var events: ArrivalEvents = []
  private let start: TCPState?
  private var state: TCPState?

  init(at state: TCPState?) {
    start = state
    self.state = state
  }

  mutating func add(_ event: ArrivalEvents) {
    let candidate = events.union(event)
    let moved = candidate.applied(to: start)
    guard moved != state || (start == nil && event == .syn) else { return }
    events = candidate
    state = moved
  }
}
