import PacketDecoding

// How a record writes its timeline: every entry through here.

extension FlowRecord {
  /// Adds an entry for `side` and starts the timer of the state it enters.
  ///
  /// - Returns: the entry's index in `store`.
  @discardableResult
  mutating func note(
    _ side: Int, from: TCPState?, to: TCPState?, _ cause: TransitionCause, _ evidence: Evidence,
    _ segment: Segment, in store: inout TimelineStore
  ) -> UInt32 {
    // To acknowledge what came for the first time shows that this segment arrived; a repeat may have been the earlier.
    let other = peer(of: side)
    let next = ends[other].sending.next
    let isNew = ends[other].facts.contains(.lastWasNew) && segment.sequenceEnd == next
    let stamp = segment.options.kinds.contains(.timestamps) ? segment.options.timestampValue : nil
    let proof = ArrivalProof(time: segment.time.nanoseconds, position: isNew ? next - 1 : next, stamp: stamp)
    let slot = TimelineSlot(side: side, from: from, to: to, cause, evidence, frame: segment.frame, proof)
    return store.append(slot, to: &timeline)
  }

  /// Adds what only time shows: no packet, the moment the timer ended.
  mutating func noteTimeout(
    _ side: Int, from: TCPState?, to: TCPState?, _ cause: TransitionCause, in store: inout TimelineStore
  ) {
    let time = ArrivalProof(time: ends[side].deadline, position: SequenceNumber(0), stamp: nil)
    _ = store.append(TimelineSlot(side: side, from: from, to: to, cause, .timer, frame: 0, time), to: &timeline)
  }

  /// Moves `side` by what its own segments prove, and says so.
  mutating func prove(_ side: Int, _ move: ProvedMove, _ segment: Segment, in store: inout TimelineStore) {
    let earlier = ends[side].proved
    ends[side].prove(move.event)
    let evidence: Evidence = move.isCertain && !ends[side].facts.contains(.assumed) ? .observed : .presumed
    note(side, from: earlier, to: ends[side].proved, move.cause, evidence, segment, in: &store)
  }

  /// Presumes that `events` will reach `side`, if they would move it. Where nothing has settled what was presumed
  /// before, and there is room for no more of it, the side stays where it is.
  mutating func presume(_ side: Int, _ events: ArrivalEvents, _ segment: Segment, in store: inout TimelineStore) {
    var states = ends[side].states
    states.expect(events)
    presume(side, events, leadingTo: states, segment, in: &store)
  }

  mutating func presume(
    _ side: Int, _ events: ArrivalEvents, leadingTo states: EndpointStates, _ segment: Segment,
    in store: inout TimelineStore
  ) {
    let (from, to) = (ends[side].state, states.state)
    guard to != from, !ends[side].pending.isFull else { return }
    let isAlternative = ends[side].branchEntry == timeline.tail && to == .timeWait
    let shown = isAlternative ? from.moved(by: .finAcknowledgedWithoutPeerFIN) : from
    let entry = note(side, from: shown, to: to, events.cause, .presumed, segment, in: &store)
    ends[side].expect(PendingArrival(events: events, entry: entry), leadingTo: states)
  }
}
