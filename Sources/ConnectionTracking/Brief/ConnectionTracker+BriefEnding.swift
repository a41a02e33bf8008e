import PacketDecoding

// What is told of flows in brief, and how they go.

extension ConnectionTracker {
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
    guard configuration.digestsUneventful else { return events.append(.ended(snapshot(brief: slot, reason))) }
    if records[brief: slot].isRefused { return tell(records[brief: slot].digestOfRefusal(reason), into: &events) }
    let hasExpired = reason == .closed
    let end = hasExpired ? Timestamp(nanoseconds: records.deadline(ofBrief: slot, timers)) : now
    let closing = records.closing(of: slot)
    tell(records[brief: slot].digest(closing, reason, at: end, hasExpired: hasExpired), into: &events)
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
