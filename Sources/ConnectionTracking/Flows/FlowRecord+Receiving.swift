import PacketDecoding

// What a segment would do to the endpoint it was sent to.

extension FlowRecord {
  /// Presumes what `segment`, sent by the other end, does to `side` when it arrives.
  @inline(__always)
  mutating func receives(_ segment: Segment, side: Int, acknowledgment: SequenceNumber?, in store: inout TimelineStore)
  {
    let sending = ends[peer(of: side)].sending
    var news = Arrival(at: ends[side].states)
    if segment.flags.contains(.syn), !ends[side].facts.contains(.refused) { news.add(.syn) }
    if ends[side].sending.synIsCovered(by: acknowledgment) || isUnseenHandshake(segment, side) {
      news.add(.synAcknowledged)
    }
    if ends[side].sending.finIsCovered(by: acknowledgment) { news.add(.finAcknowledged) }
    if let finEnd = sending.finEnd, sending.contiguous >= finEnd, !ends[side].facts.contains(.finHeld) {
      news.add(.fin)
    }
    if !ends[side].pending.isEmpty, acknowledgment != nil { ends[side].acknowledgedAt = segment.time.nanoseconds }
    guard !news.events.isEmpty else { return }
    if news.events == .finAcknowledged, ends[side].state == .closing, ends[side].pending.contains(.fin) {
      branch(side, segment, in: &store)
    }
    presume(side, news.events, leadingTo: news.states, segment, in: &store)
  }

  /// Simultaneous close, the peer's FIN not known to have arrived: the ACK of this end's own FIN leads to TIME_WAIT if
  /// it did, to FIN_WAIT_2 if it was lost. The record names both.
  private mutating func branch(_ side: Int, _ segment: Segment, in store: inout TimelineStore) {
    let from = ends[side].state
    let to = from.moved(by: .finAcknowledgedWithoutPeerFIN)
    ends[side].branchEntry = note(side, from: from, to: to, .finAcknowledged, .presumed, segment, in: &store)
  }

  /// A SYN-ACK to an end whose SYN the tap did not see, or an ACK to one whose SYN-ACK it did not see.
  private mutating func isUnseenHandshake(_ segment: Segment, _ side: Int) -> Bool {
    guard segment.acknowledgment != nil, ends[side].sending.initial == nil else { return false }
    return segment.flags.contains(.syn) ? ends[side].proved == nil : ends[side].state == .synReceived
  }
}

/// What a segment brings that is news to a state: events are added in the order of ``EndpointEvent``, and only those
/// that move it are kept.
private struct Arrival {
  private(set) var events: ArrivalEvents = []
  /// Where they lead.
  private(set) var states: EndpointStates
  private let start: EndpointStates

  init(at states: EndpointStates) {
    start = states
    self.states = states
  }

  @inline(__always)
  mutating func add(_ event: ArrivalEvents) {
    // What is kept has been applied already: only where nothing was known does an event change what others mean.
    let isUnknown = start.state == nil
    var moved = states
    if isUnknown {
      moved = start
      moved.expect(events.union(event))
    } else {
      moved.expect(event)
    }
    guard moved.state != states.state || (isUnknown && event == .syn) else { return }
    events.formUnion(event)
    states = moved
  }
}
