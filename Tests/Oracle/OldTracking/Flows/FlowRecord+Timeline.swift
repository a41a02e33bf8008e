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
  mutating func noteTimeout(_ side: Int, from: TCPState, _ cause: TransitionCause, in store: inout TimelineStore)
    -> UInt32
  {
    let time = ArrivalProof(time: ends[side].deadline, position: SequenceNumber(0), stamp: nil)
    return store.append(TimelineSlot(side: side, from: from, to: .closed, cause, .timer, frame: 0, time), to: &timeline)
  }

  /// Moves what `side`'s own segments prove, and says so.
  mutating func prove(
    _ side: Int, _ state: TCPState, _ cause: TransitionCause, _ segment: Segment, certain: Bool = true,
    in store: inout TimelineStore
  ) {
    let earlier = ends[side].proved
    guard earlier != state else { return }
    ends[side].prove(state)
    let evidence: Evidence = certain && !ends[side].facts.contains(.assumed) ? .observed : .presumed
    note(side, from: earlier, to: state, cause, evidence, segment, in: &store)
  }

  /// Presumes that `events` will reach `side`, if they would move it. Where nothing has settled what was presumed
  /// before, and there is room for no more of it, the side stays where it is.
  mutating func presume(_ side: Int, _ events: ArrivalEvents, _ segment: Segment, in store: inout TimelineStore) {
    presume(side, events, leadingTo: events.applied(to: ends[side].state), segment, in: &store)
  }

  mutating func presume(
    _ side: Int, _ events: ArrivalEvents, leadingTo to: TCPState?, _ segment: Segment, in store: inout TimelineStore
  ) {
    let from = ends[side].state
    guard to != from, !ends[side].pending.isFull else { return }
    let shown = ends[side].branchEntry == timeline.tail && to == .timeWait ? .finWait2 : from
    let entry = note(side, from: shown, to: to, events.cause, .presumed, segment, in: &store)
    ends[side].expect(PendingArrival(events: events, entry: entry), leadingTo: to)
  }
}
