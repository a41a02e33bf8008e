import PacketDecoding

// What only time does to the flows held.

extension ConnectionTracker {
  /// Has the record looked at when its next timer ends, unless it will be earlier anyway.
  mutating func schedule(_ slot: ConnectionTable.Slot) {
    let due = records[slot].nextWake(linger: timers.timeWait, &stores)
    guard due < records[slot].wake else { return }
    records[slot].wake = due
    wait(for: Expiry(time: due, slot: slot, flow: records[slot].number))
  }

  /// Has a record looked at later. What nothing waits for any more, since its flow is gone or its timer was set anew, is
  /// forgotten from time to time: at least half of all, so that each is looked at twice at most.
  mutating func wait(for expiry: Expiry) {
    if expiries.count > 2 * records.count + 1024 {
      var queue = TimerQueue()
      swap(&queue, &expiries)
      queue.keep { isAwaited($0) }
      swap(&queue, &expiries)
    }
    expiries.insert(expiry)
  }

  /// Has the connection at `slot`, if it has just become half-open, count as such no longer than ``BacklogTable/longest``.
  @inline(__always)
  mutating func boundHalfOpen(_ slot: ConnectionTable.Slot, by segment: Segment) {
    guard stores.pass.opensHalf else { return }
    stores.pass.opensHalf = false
    if halfOpens.count > 2 * records.count + 1024 {
      var queue = TimerQueue()
      swap(&queue, &halfOpens)
      queue.keep { isHalfOpen($0) }
      swap(&queue, &halfOpens)
    }
    let due = segment.time.advanced(byNanoseconds: BacklogTable.longest).nanoseconds
    halfOpens.insert(Expiry(time: due, slot: slot, flow: records[slot].number))
  }

  /// The connection that waits for `due` counts as half-open no more, if it still did.
  mutating func endHalfOpen(_ due: Expiry) {
    if isHalfOpen(due) { records[due.slot].endHalfOpen(records.key(of: due.slot), in: &stores) }
  }

  private mutating func isHalfOpen(_ due: Expiry) -> Bool {
    UInt32(truncatingIfNeeded: records.number(of: due.slot)) == due.flow
      && records[due.slot].marks.contains(.isHalfOpen)
  }

  private mutating func isAwaited(_ expiry: Expiry) -> Bool {
    guard UInt32(truncatingIfNeeded: records.number(of: expiry.slot)) == expiry.flow else { return false }
    return ConnectionTable.isSaved(expiry.slot) || records[expiry.slot].wake == expiry.time
  }

  /// Flows whose timers end between asking for a record and asking for what belongs to it, and between that and its end.
  private static var distance: Int { 4 }

  /// Asks for what flows will need whose timers end soon: most have not been looked at since they closed.
  @inline(__always)
  mutating func prepareExpiry() {
    if let later = expiries.later(2 * Self.distance) { records.prefetch(record: later) }
    if let next = expiries.nextElsewhere { records.prefetch(record: next) }
    guard let later = expiries.later(Self.distance) else { return }
    records.prefetch(whatBelongsTo: later, &stores)
  }

  mutating func wake(_ due: Expiry, into events: inout [TrackerEvent]) {
    let time = Timestamp(nanoseconds: due.time)
    if ConnectionTable.isSaved(due.slot) { return end(due.slot, .closed, at: time, into: &events) }
    guard isDue(due) else { return }
    let slot = due.slot
    records[slot].wake = .max
    let mark = LogMark(of: &records[slot], &stores)
    records[slot].expire(at: due.time, in: &stores)
    if configuration.reportsTransitions { report(slot, since: mark, into: &events) }
    if records[slot].isOver, records[slot].nextWake(linger: timers.timeWait, &stores) <= due.time {
      end(slot, .closed, at: time, into: &events)
    } else {
      schedule(slot)
    }
  }

  /// Whether this is what the record waits for. One that waits for something later is looked at then, though that may lie
  /// in the past as well: flows end in the order of their timers.
  private mutating func isDue(_ due: Expiry) -> Bool {
    guard records[due.slot].wake == due.time else { return false }
    if records[due.slot].nextWake(linger: timers.timeWait, &stores) <= due.time { return true }
    records[due.slot].wake = .max
    schedule(due.slot)
    return false
  }
}
