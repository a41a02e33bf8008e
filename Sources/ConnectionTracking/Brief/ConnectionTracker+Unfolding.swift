import PacketDecoding

// Flows leave the ordinary way.

extension ConnectionTracker {
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
    noteGrowth()
    return new
  }
}

extension FlowTable {
  /// The record that the flow in brief, or the attempt, at `slot` stands for.
  fileprivate mutating func unfolded(
    _ slot: Slot, _ timers: TimerProfile, in stores: inout SharedStores
  ) -> FlowRecord {
    if Self.isAttempt(slot) {
      let key = key(ofAttempt: slot)
      var brief = BriefRecord(of: &self[attempt: slot], key)
      return FlowRecord(unfolding: &brief, nil, nil, timers, in: &stores)
    }
    let closing = closing(of: slot)
    let pause = pause(of: slot)
    return FlowRecord(unfolding: &self[brief: slot], closing, pause, timers, in: &stores)
  }
}
