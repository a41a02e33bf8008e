import PacketDecoding

// What a segment would do to the endpoint it was sent to.

extension Connection {
  /// Presumes what `segment`, sent by the other end, does to `side` when it arrives.
  ///
  /// - Parameter acknowledgment: what of it can be believed.
  @inline(__always)
  mutating func receives(
    _ segment: Segment, side: Side, acknowledgment: SequenceNumber?, in stores: inout ConnectionStores
  ) {
    if ends[side].state == .synReceived, isChallenged(segment, at: side, in: &stores) {
      ends[side].facts.insert(.mayChallenge)
      return
    }
    var news = Arrival(at: ends[side].state)
    if segment.flags.contains(.syn), !ends[side].facts.contains(.refused) { news.add(.syn) }
    if ends[side].synIsCovered(by: acknowledgment) || isUnseenHandshake(segment, side) { news.add(.synAcknowledged) }
    if finIsCovered(of: side, by: acknowledgment, &stores) { news.add(.finAcknowledged) }
    if finHasPassed(from: peer(of: side), &stores), !ends[side].facts.contains(.finHeld) {
      // No stack takes both in one step: the FIN beside a SYN counts when it is acknowledged.
      if segment.flags.contains(.syn) { ends[side].facts.insert(.finHeld) } else { news.add(.fin) }
    }
    if !ends[side].pending.isEmpty, acknowledgment != nil { stores.pass.acknowledgesPending = true }
    guard !news.events.isEmpty else { return }
    if news.events == .finAcknowledged, ends[side].state == .closing, isPending(.fin, at: side, &stores) {
      noteAlternative(side, segment, in: &stores)
    }
    presume(side, news.events, segment, in: &stores)
  }

  /// What has passed on its way to `side` that would move it: an acknowledgment up to `acknowledgment`, and the peer's FIN.
  mutating func arrivals(
    at side: Side, acknowledgment: SequenceNumber, in stores: inout ConnectionStores
  ) -> ArrivalEvents {
    var news = Arrival(at: ends[side].state)
    if ends[side].synIsCovered(by: acknowledgment) { news.add(.synAcknowledged) }
    if finIsCovered(of: side, by: acknowledgment, &stores) { news.add(.finAcknowledged) }
    if finHasPassed(from: peer(of: side), &stores), !ends[side].facts.contains(.finHeld) { news.add(.fin) }
    return news.events
  }

  /// What `side`, in SYN_RCVD, answers with an ACK and drops: it ends before the window or begins beyond it (RFC 9293
  /// §3.10.7.4, first step; Linux tcp_check_req).
  private mutating func isChallenged(_ segment: Segment, at side: Side, in stores: inout ConnectionStores) -> Bool {
    let other = peer(of: side)
    guard other != side, !segment.flags.contains(.syn), let initial = ends[other].initialSequence else { return false }
    if segment.sequenceEnd < initial + 1 { return true }
    return windowEdge(of: side, &stores).map { segment.sequence > $0 } ?? false
  }

  /// The FIN of `side`, and all before it, has passed or was acknowledged.
  @inline(__always)
  private mutating func finHasPassed(from side: Side, _ stores: inout ConnectionStores) -> Bool {
    guard ends[side].hasFIN, let finEnd = finEnd(of: side, &stores) else { return false }
    return contiguous(of: side, &stores) >= finEnd
  }

  /// Presumes that `events` will reach `side`, if they would move it. Where nothing has settled what was presumed
  /// before, and there is room for no more of it, the side stays where it is.
  mutating func presume(_ side: Side, _ events: ArrivalEvents, _ segment: Segment, in stores: inout ConnectionStores) {
    let next = events.applied(to: ends[side].state)
    guard next != ends[side].state, !ends[side].pending.isFull else { return }
    note(side, to: next, events.cause, .presumed, segment, in: &stores)
    var presumption = Presumption(events: events)
    if mayNeedProof(events, at: side) { presumption.proof = proof(by: segment, at: side) }
    expect(presumption, at: side, in: &stores)
  }

  /// What would show that `segment` arrived at `side`.
  mutating func proof(by segment: Segment, at side: Side) -> ArrivalProof {
    // To acknowledge what came for the first time shows that this segment arrived; a repeat may have been the earlier.
    let other = peer(of: side)
    let next = ends[other].next
    let isNew = ends[other].facts.contains(.lastWasNew) && segment.sequenceEnd == next
    return ArrivalProof(
      position: isNew ? next - 1 : next,
      stamp: segment.options.kinds.contains(.timestamps) ? segment.options.timestampValue : nil)
  }

  /// Simultaneous close, the peer's FIN not known to have arrived: the ACK of this end's own FIN leads to TIME_WAIT if
  /// it did, to FIN_WAIT_2 if it was lost. The log names both.
  private mutating func noteAlternative(_ side: Side, _ segment: Segment, in stores: inout ConnectionStores) {
    let next = ends[side].state.moved(by: .finAcknowledgedWithoutPeerFIN)
    note(side, to: next, .finAcknowledged, .presumed, segment, in: &stores)
    ends[side].facts.insert(.hasAlternative)
  }

  /// A SYN-ACK to an end whose SYN the tap did not see, or an ACK to one whose SYN-ACK it did not see.
  private mutating func isUnseenHandshake(_ segment: Segment, _ side: Side) -> Bool {
    guard segment.acknowledgment != nil, ends[side].initialSequence == nil else { return false }
    return segment.flags.contains(.syn) ? ends[side].proved == nil : ends[side].state == .synReceived
  }
}

/// What a segment brings that is news to a state: events are added in the order of ``EndpointEvent``, and only those
/// that move it are kept.
private struct Arrival {
  private(set) var events: ArrivalEvents = []
  /// Where they lead.
  private var state: TCPState?
  private let start: TCPState?

  init(at state: TCPState?) {
    start = state
    self.state = state
  }

  @inline(__always)
  mutating func add(_ event: ArrivalEvents) {
    // What is kept has been applied already: only where nothing was known does an event change what others mean.
    let moved = start == nil ? events.union(event).applied(to: nil) : event.applied(to: state)
    guard moved != state || (start == nil && event == .syn) else { return }
    events.formUnion(event)
    state = moved
  }
}
