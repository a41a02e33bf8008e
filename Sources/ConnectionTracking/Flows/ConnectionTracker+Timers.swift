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
    let slot = unfold(due.slot)
    let mark = TimelineMark(records[slot].timeline)
    records[slot].expire(at: now.nanoseconds, in: &stores.timeline)
    if configuration.reportsTransitions { report(slot, since: mark, into: &events) }
    if records[slot].isOver, records[slot].nextWake(linger: timers.timeWait) <= now.nanoseconds {
      end(slot, .closed, into: &events)
    } else {
      schedule(slot)
    }
  }

  /// Whether this is what the record waits for; nothing is set for it any more then.
  private mutating func isDue(_ due: Expiry) -> Bool {
    if FlowTable.isBrief(due.slot) { return wakesFromBrief(due) }
    guard records[due.slot].wake == due.time else { return false }
    records[due.slot].wake = .max
    return true
  }
}
