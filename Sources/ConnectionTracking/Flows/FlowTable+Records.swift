import PacketDecoding

// What a record says, whichever it is.
extension FlowTable {
  /// The number of the flow at `slot`; 0 where none is.
  @inline(__always)
  mutating func number(of slot: Slot) -> Int {
    Self.isBrief(slot)
      ? self[brief: slot].number : Self.isAttempt(slot) ? self[attempt: slot].number : self[slot].number
  }

  /// Whether the record at `slot` is that of the flow `key`, and the flow is held.
  @inline(__always)
  mutating func holds(_ key: FlowKey, at slot: Slot) -> Bool {
    if Self.isBrief(slot) { return self[brief: slot].number != 0 && self[brief: slot].key == key }
    if Self.isFull(slot) { return self[slot].number != 0 && self[slot].key == key }
    return self[attempt: slot].number != 0 && self.key(ofAttempt: slot) == key
  }

  /// When the last segment of the flow at `slot`, no attempt, passed, in nanoseconds.
  mutating func lastTime(of slot: Slot) -> Int64 {
    Self.isBrief(slot) ? self[brief: slot].lastTime : self[slot].last.time.nanoseconds
  }

  /// Whether the flow at `slot` is held as one that was refused; see ``BriefRecord/isRefused``.
  @inline(__always)
  mutating func isRefused(_ slot: Slot) -> Bool { Self.isBrief(slot) && self[brief: slot].isRefused }

  /// How the flow in brief at `slot` closes; nil where it does not.
  @inline(__always)
  mutating func closing(of slot: Slot) -> BriefClosing? {
    attachments.closing(of: &briefs[slot ^ Self.brief])
  }

  /// Its last pause; nil where it had none.
  mutating func pause(of slot: Slot) -> BriefPause? { attachments.pause(of: &briefs[slot ^ Self.brief]) }

  /// Asks for what belongs to a record that has been asked for: how it closes, or the end of its timeline.
  @inline(__always)
  mutating func prefetch(whatBelongsTo slot: Slot, _ timeline: borrowing TimelineStore) {
    if slot == FlowIndex.none { return }
    if Self.isBrief(slot) {
      attachments.prefetch(for: &briefs[slot ^ Self.brief])
    } else if Self.isFull(slot) {
      timeline.prefetch(self[slot].timeline.tail)
    }
  }
}
