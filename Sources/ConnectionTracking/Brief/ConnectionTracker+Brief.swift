import PacketDecoding

// Flows in brief, as the tracker sees them.

extension ConnectionTracker {
  /// Has the flow in brief at `slot` take a segment that most are like: it moves no state.
  ///
  /// - Returns: false where it may move one, or is out of the ordinary: then nothing has changed.
  @inline(__always)
  mutating func takesPlain(
    _ segment: Segment, _ sample: PayloadSample, at slot: FlowTable.Slot, from side: Int
  ) -> Bool {
    guard records[brief: slot].isSteadyStep(segment, from: side, stores.notices.leastIdle) else { return false }
    if takesCopy(segment, at: slot, from: side) { return true }
    keep(sample, of: segment, at: slot, from: side)
    records.carry(segment, at: slot, from: side, leastSilence: stores.notices.leastSilence)
    return true
  }

  /// Has the flow in brief, or the attempt, at `slot` take a segment that ``takesPlain(_:_:at:from:)`` has not taken.
  ///
  /// - Returns: where its record is now; nil where the segment has been taken. Else it is out of the ordinary, and the
  ///   record that the flow has unfolded into is to take it.
  @inline(__always)
  mutating func takeInBrief(
    _ segment: Segment, _ lookup: FlowLookup, _ sample: PayloadSample, at slot: FlowTable.Slot
  ) -> FlowTable.Slot? {
    if FlowTable.isAttempt(slot) { return takeAnswer(segment, lookup, at: slot) }
    let side = Int(lookup.side & 1)
    guard let step = records[brief: slot].step(for: segment, from: side, stores.notices.leastIdle) else {
      return unfold(slot)
    }
    if takesCopy(segment, at: slot, from: side) { return nil }
    keep(sample, of: segment, at: slot, from: side)
    take(segment, as: step, at: slot, from: side)
    return nil
  }

  @inline(__always)
  private mutating func keep(
    _ sample: PayloadSample, of segment: Segment, at slot: FlowTable.Slot, from side: Int
  ) {
    guard segment.wirePayloadLength > 0, sample.length > 0 else { return }
    let number = records[brief: slot].number
    _ = stores.samples.contradicts(segment, sample, of: number, from: side, isRepeat: false)
  }

  /// Has the flow in brief at `slot` unfold and take a packet that the capture holds twice.
  ///
  /// - Returns: false where `segment` is no copy.
  @inline(__always)
  mutating func takesCopy(_ segment: Segment, at slot: FlowTable.Slot, from side: Int) -> Bool {
    let number = records[brief: slot].number
    let peerLast = records[brief: slot].ends[1 - side].time
    guard stores.recent.repeats(segment, of: number, from: side, peerLast: peerLast) else { return false }
    noteCopy(segment, at: slot, from: side)
    return true
  }

  /// Has the flow at `slot` unfold, if it has not, and take a packet that the capture holds twice.
  @inline(never)
  mutating func noteCopy(_ segment: Segment, at slot: FlowTable.Slot, from side: Int) {
    let slot = unfold(slot)
    records[slot].noteDuplicate(segment, side, &stores.notices)
  }

  @inline(__always)
  private mutating func take(_ segment: Segment, as step: BriefStep, at slot: FlowTable.Slot, from side: Int) {
    records.take(
      segment, as: step, at: slot, from: side, leastSilence: stores.notices.leastSilence, in: &stores.backlog)
    switch step {
    case .firstFIN: mayHaveGrown = true
    case .finAcknowledgment: setTimer(ofBrief: slot)
    // The timer of the end that closed first runs already where its FIN was acknowledged alone, and one that has been
    // set anew meanwhile is looked at when the earlier one is due; unless TIME_WAIT may end before that one.
    case .secondFIN where !records[brief: slot].isFINAcknowledgedAlone || timers.timeWait < timers.orphanedFinWait2:
      setTimer(ofBrief: slot)
    case .acknowledgment, .plain, .proof, .secondFIN, .lastACK: break
    }
  }

  /// Has the flow in brief looked at when the timer of its state ends.
  @inline(never)
  private mutating func setTimer(ofBrief slot: FlowTable.Slot) {
    let deadline = records.deadline(ofBrief: slot, timers)
    guard deadline != .max else { return }
    wait(for: Expiry(time: deadline, slot: slot, flow: records[brief: slot].number))
  }

  /// Looks at a flow in brief at the time that was set.
  ///
  /// - Returns: true where the timer ends; else it has been set anew.
  mutating func endsTimer(ofBrief slot: FlowTable.Slot) -> Bool {
    guard records.deadline(ofBrief: slot, timers) > now.nanoseconds else { return true }
    setTimer(ofBrief: slot)
    return false
  }

  /// The flow at `slot` is out of the ordinary from now on, whatever made it so and however short its record was.
  ///
  /// - Returns: where its record is.
  @inline(__always)
  mutating func unfold(_ slot: FlowTable.Slot) -> FlowTable.Slot {
    FlowTable.isFull(slot) ? slot : unfoldShort(slot)
  }

  @inline(never)
  private mutating func unfoldShort(_ slot: FlowTable.Slot) -> FlowTable.Slot {
    let record = records.unfolded(slot, timers, in: &stores)
    let wake = record.wake
    let new = records.replace(slot, by: record)
    if wake != .max { wait(for: Expiry(time: wake, slot: new, flow: records[new].number)) }
    if FlowTable.isAttempt(slot) { evictions.add(new, since: flowCount, in: &records) }
    mayHaveGrown = true
    return new
  }

  /// What is known of the flow in brief at `slot`, which stays in brief.
  mutating func snapshot(brief slot: FlowTable.Slot, _ reason: Flow.EndReason) -> Flow {
    let closing = records.closing(of: slot)
    let expiry = reason == .closed ? records.deadline(ofBrief: slot, timers) : nil
    return Flow(
      FlowStorage(
        of: &records[brief: slot], closing, records.pause(of: slot), reason, at: now, expiry: expiry,
        leastSilence: stores.notices.leastSilence))
  }

  /// Tells how the flow in brief at `slot` has ended; where it is ``Flow/EndReason/closed``, by the end of TIME_WAIT.
  mutating func tell(brief slot: FlowTable.Slot, _ reason: Flow.EndReason, into events: inout [TrackerEvent]) {
    if configuration.digestsUneventful, digest(brief: slot, reason, into: &events) { return }
    tellDigests(into: &events)
    events.append(.ended(snapshot(brief: slot, reason)))
  }

  /// - Returns: false where the flow is not uneventful.
  private mutating func digest(
    brief slot: FlowTable.Slot, _ reason: Flow.EndReason, into events: inout [TrackerEvent]
  ) -> Bool {
    let closing = records.closing(of: slot)
    let hasExpired = reason == .closed
    let end = hasExpired ? Timestamp(nanoseconds: records.deadline(ofBrief: slot, timers)) : now
    guard !records[brief: slot].hasNotices(closing, leastSilence: stores.notices.leastSilence) else { return false }
    tell(records[brief: slot].digest(closing, reason, at: end, hasExpired: hasExpired), into: &events)
    return true
  }

  /// Lets the flow in brief at `slot` go.
  mutating func remove(brief slot: FlowTable.Slot) {
    if records[brief: slot].isHalfOpen {
      let key = records[brief: slot].key
      stores.backlog.change(records[brief: slot].server, key.encapsulation, isHalfOpen: false)
    }
    records.remove(brief: slot)
  }
}

extension FlowTable {
  /// How the flow in brief at `slot` closes; nil where it does not.
  fileprivate mutating func closing(of slot: Slot) -> BriefClosing? {
    attachments.closing(of: &briefs[slot ^ Self.brief])
  }

  fileprivate mutating func pause(of slot: Slot) -> BriefPause? { attachments.pause(of: &briefs[slot ^ Self.brief]) }

  fileprivate mutating func deadline(ofBrief slot: Slot, _ timers: TimerProfile) -> Int64 {
    closing(of: slot)?.deadline(at: self[brief: slot].stage, timers) ?? .max
  }

  /// The record that the flow in brief, or the attempt, at `slot` stands for.
  fileprivate mutating func unfolded(
    _ slot: Slot, _ timers: TimerProfile, in stores: inout SharedStores
  ) -> FlowRecord {
    if Self.isAttempt(slot) {
      var brief = BriefRecord(of: &self[attempt: slot])
      return FlowRecord(unfolding: &brief, nil, nil, timers, in: &stores)
    }
    let closing = closing(of: slot)
    let pause = pause(of: slot)
    return FlowRecord(unfolding: &self[brief: slot], closing, pause, timers, in: &stores)
  }
}
