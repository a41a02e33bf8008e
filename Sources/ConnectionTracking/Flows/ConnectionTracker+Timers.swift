import PacketDecoding

// What only time does to the flows held.

extension ConnectionTracker {
  /// Has the record looked at when its next timer ends, unless it will be earlier anyway.
  mutating func schedule(_ slot: FlowTable.Slot) {
    let due = records[slot].nextWake(linger: timers.timeWait)
    guard due < records[slot].wake else { return }
    records[slot].wake = due
    expiries.insert(Expiry(time: due, slot: slot, flow: records[slot].number))
  }

  mutating func wake(_ due: Expiry, into events: inout [TrackerEvent]) {
    guard isDue(due) else { return }
    if FlowTable.isBrief(due.slot), records[brief: due.slot].stage == .over {
      return end(brief: due.slot, .closed, into: &events)
    }
    let slot = unfold(due.slot)
    records[slot].wake = .max
    let mark = TimelineMark(records[slot].timeline)
    records[slot].expire(at: now.nanoseconds, in: &stores.timeline)
    if configuration.reportsTransitions { report(slot, since: mark, into: &events) }
    if records[slot].isOver, records[slot].nextWake(linger: timers.timeWait) <= now.nanoseconds {
      end(slot, .closed, into: &events)
    } else {
      schedule(slot)
    }
  }

  /// Whether this is what the record waits for.
  private mutating func isDue(_ due: Expiry) -> Bool {
    FlowTable.isBrief(due.slot) ? endsTimer(ofBrief: due.slot) : records[due.slot].wake == due.time
  }
}
