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
    var slot = TimelineStore.Slot()
    slot.time = segment.time.nanoseconds
    slot.frame = segment.frame
    slot.side = UInt8(side)
    slot.from = from
    slot.to = to
    slot.cause = cause
    slot.evidence = evidence
    // To acknowledge what came for the first time shows that this segment arrived; a repeat may have been the earlier.
    let other = peer(of: side)
    let next = ends[other].sending.next
    let isNew = ends[other].facts.contains(.lastWasNew) && segment.sequenceEnd == next
    slot.proof = isNew ? next - 1 : next
    if segment.options.kinds.contains(.timestamps) { slot.stamp = segment.options.timestampValue }
    return store.append(slot, to: &timeline)
  }

  /// Adds what only time shows: no packet, the moment the timer ended.
  mutating func noteTimeout(_ side: Int, from: TCPState, _ cause: TransitionCause, in store: inout TimelineStore)
    -> UInt32
  {
    var slot = TimelineStore.Slot()
    slot.time = ends[side].deadline
    slot.side = UInt8(side)
    slot.from = from
    slot.to = .closed
    slot.cause = cause
    slot.evidence = .timer
    return store.append(slot, to: &timeline)
  }

  /// Moves what `side`'s own segments prove, and says so.
  mutating func prove(
    _ side: Int, _ state: TCPState, _ cause: TransitionCause, _ segment: Segment, certain: Bool = true,
    in store: inout TimelineStore
  ) {
    let earlier = ends[side].proved
    guard earlier != state else { return }
    ends[side].proved = state
    let evidence: Evidence = certain && !ends[side].facts.contains(.assumed) ? .observed : .presumed
    note(side, from: earlier, to: state, cause, evidence, segment, in: &store)
  }

  /// Presumes that `events` will reach `side`, if they would move it.
  mutating func presume(_ side: Int, _ events: ArrivalEvents, _ segment: Segment, in store: inout TimelineStore) {
    let from = ends[side].state
    let to = events.applied(to: from)
    guard to != from else { return }
    let shown = ends[side].branchEntry == timeline.tail && to == .timeWait ? .finWait2 : from
    let entry = note(side, from: shown, to: to, events.cause, .presumed, segment, in: &store)
    ends[side].pending.append(PendingArrival(events: events, entry: entry))
  }
}
