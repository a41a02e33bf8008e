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

  /// Where the flow at `slot` is told of at length. That of one that was refused is what its record makes of the RST.
  @inline(__always)
  mutating func tellable(_ slot: FlowTable.Slot) -> FlowTable.Slot {
    !configuration.digestsUneventful && records.isRefused(slot) ? unfold(slot) : slot
  }

  @inline(never)
  private mutating func unfoldShort(_ slot: FlowTable.Slot) -> FlowTable.Slot {
    let new = records.unfold(slot, timers, in: &stores)
    let wake = records[new].wake
    if wake != .max { wait(for: Expiry(time: wake, slot: new, flow: records[new].number)) }
    if FlowTable.isAttempt(slot) { evictions.add(new, since: flowCount, in: &records) }
    noteGrowth()
    return new
  }
}

extension FlowTable {
  /// Puts a full record in the place of the one of the flow in brief, or of the attempt, at `slot`.
  ///
  /// - Returns: where it is.
  fileprivate mutating func unfold(_ slot: Slot, _ timers: TimerProfile, in stores: inout SharedStores) -> Slot {
    if Self.isAttempt(slot) {
      let key = key(ofAttempt: slot)
      var brief = BriefRecord(of: &self[attempt: slot], key)
      let new = records.insert(FlowRecord(for: &brief))
      records[new].unfold(&brief, nil, nil, timers, in: &stores)
      replace(slot, by: new)
      return new
    }
    let refusal = self[brief: slot].isRefused ? self[brief: slot].takeBackRefusal() : nil
    let closing = closing(of: slot)
    let pause = pause(of: slot)
    let new = records.insert(FlowRecord(for: &briefs[slot ^ Self.brief]))
    records[new].unfold(&briefs[slot ^ Self.brief], closing, pause, timers, in: &stores)
    if let refusal { records[new].takeLate(refusal, timers: timers, in: &stores) }
    replace(slot, by: new)
    return new
  }
}
