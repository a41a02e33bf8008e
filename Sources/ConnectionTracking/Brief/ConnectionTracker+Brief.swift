import PacketDecoding

// Flows in brief, as the tracker sees them.

extension ConnectionTracker {
  /// Has the flow in brief at `slot` take a segment.
  ///
  /// - Returns: where its record is now; nil where the segment has been taken. Else it is out of the ordinary, and the
  ///   record that the flow has unfolded into is to take it.
  @inline(__always)
  mutating func takeInBrief(
    _ segment: Segment, _ sample: PayloadSample, at slot: FlowTable.Slot, from side: Int
  ) -> FlowTable.Slot? {
    let leastIdle = stores.notices.leastIdle
    guard let step = records[brief: slot].step(for: segment, from: side, leastIdle: leastIdle) else {
      return unfold(slot)
    }
    let number = records[brief: slot].number
    let peerLast = records[brief: slot].ends[1 - side].latest.time
    if stores.recent.repeats(segment, of: number, from: side, peerLast: peerLast) {
      let slot = unfold(slot)
      records[slot].noteDuplicate(segment, side, &stores.notices)
      return nil
    }
    if sample.length > 0 {
      _ = stores.samples.contradicts(segment, sample, of: number, from: side, isRepeat: false)
    }
    take(segment, as: step, at: slot, from: side)
    return nil
  }

  @inline(__always)
  private mutating func take(_ segment: Segment, as step: BriefStep, at slot: FlowTable.Slot, from side: Int) {
    records.take(
      segment, as: step, at: slot, from: side, leastSilence: stores.notices.leastSilence, in: &stores.backlog)
    switch step {
    case .firstFIN: mayHaveGrown = true
    case .finAcknowledgment: schedule(brief: slot, timers.orphanedFinWait2, after: segment.time)
    case .secondFIN, .lastACK: schedule(brief: slot, timers.timeWait, after: segment.time)
    case .syn, .synACK, .acknowledgment, .plain, .proof: break
    }
  }

  /// Has the flow looked at when its timer ends, unless it will be earlier anyway.
  @inline(never)
  private mutating func schedule(brief slot: FlowTable.Slot, _ wait: Int64, after time: Timestamp) {
    let due = wait == .max ? .max : time.advanced(byNanoseconds: wait).nanoseconds
    let closing = records[brief: slot].closing
    guard due < records.closings[closing].wake else { return }
    records.closings[closing].wake = due
    expiries.insert(Expiry(time: due, slot: slot, flow: records[brief: slot].number))
  }

  /// Looks at a flow in brief at the time that was set.
  ///
  /// - Returns: true where a timer of it ends, and none is set any more; else it has been set anew.
  mutating func wakesFromBrief(_ due: Expiry) -> Bool {
    let closing = records[brief: due.slot].closing
    guard closing != Slab<BriefClosing>.none, records.closings[closing].wake == due.time else { return false }
    let deadline = records.closings[closing].deadline(at: records[brief: due.slot].stage, timers)
    records.closings[closing].wake = deadline > now.nanoseconds ? deadline : .max
    guard deadline > now.nanoseconds else { return true }
    expiries.insert(Expiry(time: deadline, slot: due.slot, flow: records[brief: due.slot].number))
    return false
  }

  /// The flow at `slot` is out of the ordinary from now on, whatever made it so.
  ///
  /// - Returns: where its record is.
  @inline(__always)
  mutating func unfold(_ slot: FlowTable.Slot) -> FlowTable.Slot {
    guard FlowTable.isBrief(slot) else { return slot }
    let isAttempt = records.isUnanswered(slot)
    let record = records.unfolded(slot, timers, in: &stores)
    let wake = record.wake
    let new = records.replace(brief: slot, by: record)
    if wake != .max { expiries.insert(Expiry(time: wake, slot: new, flow: records[new].number)) }
    if isAttempt { evictions.add(new, in: &records) }
    mayHaveGrown = true
    return new
  }

  /// What is known of the flow in brief at `slot`, which stays in brief.
  mutating func snapshot(brief slot: FlowTable.Slot, _ reason: Flow.EndReason) -> Flow {
    let closing = records.closing(of: slot)
    return Flow(
      FlowStorage(of: &records[brief: slot], closing, reason, at: now, leastSilence: stores.notices.leastSilence))
  }

  /// The flow in brief at `slot` ends.
  mutating func end(brief slot: FlowTable.Slot, _ reason: Flow.EndReason, into events: inout [TrackerEvent]) {
    events.append(.ended(snapshot(brief: slot, reason)))
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
    let place = self[brief: slot].closing
    return place == Slab<BriefClosing>.none ? nil : closings[place]
  }

  /// The record that the flow in brief at `slot` stands for.
  fileprivate mutating func unfolded(
    _ slot: Slot, _ timers: TimerProfile, in stores: inout SharedStores
  ) -> FlowRecord {
    let closing = closing(of: slot)
    return FlowRecord(unfolding: &self[brief: slot], closing, timers, in: &stores)
  }
}
