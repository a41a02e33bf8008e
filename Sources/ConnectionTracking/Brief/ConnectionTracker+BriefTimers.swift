import PacketDecoding

// When a flow in brief is looked at without a segment.

extension ConnectionTracker {
  /// Has the flow in brief looked at when the timer of its state ends.
  @inline(never)
  mutating func setTimer(ofBrief slot: FlowTable.Slot) {
    let deadline = records.deadline(ofBrief: slot, timers)
    guard deadline != .max else { return }
    wait(for: Expiry(time: deadline, slot: slot, flow: records[brief: slot].number))
  }

  /// Looks at a flow in brief at the time that was set, in nanoseconds.
  ///
  /// - Returns: true where the timer ends; else it has been set anew.
  mutating func endsTimer(ofBrief slot: FlowTable.Slot, at time: Int64) -> Bool {
    guard records.deadline(ofBrief: slot, timers) > time else { return true }
    setTimer(ofBrief: slot)
    return false
  }
}

extension FlowTable {
  /// When the timer of the flow in brief at `slot` ends, or it has lingered long enough, in nanoseconds; `.max` where it
  /// waits for nothing.
  mutating func deadline(ofBrief slot: Slot, _ timers: TimerProfile) -> Int64 {
    if self[brief: slot].isRefused {
      return self[brief: slot].last.time.advanced(byNanoseconds: timers.timeWait).nanoseconds
    }
    return closing(of: slot)?.deadline(at: self[brief: slot].stage, timers) ?? .max
  }
}
