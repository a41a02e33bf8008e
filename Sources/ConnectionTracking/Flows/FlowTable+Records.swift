import PacketDecoding

// What a record says, whichever it is.
extension FlowTable {
  /// The number of the flow at `slot`; 0 where none is.
  @inline(__always)
  mutating func number(of slot: Slot) -> Int {
    Self.isBrief(slot) ? self[brief: slot].number : self[slot].number
  }

  /// Whether the record at `slot` is, or was last, that of the flow `key`.
  @inline(__always)
  mutating func isKey(_ key: FlowKey, of slot: Slot) -> Bool {
    Self.isBrief(slot) ? self[brief: slot].key == key : self[slot].key == key
  }

  /// When the last segment of the flow at `slot` passed, in nanoseconds.
  mutating func lastTime(of slot: Slot) -> Int64 {
    Self.isBrief(slot) ? self[brief: slot].lastTime : self[slot].last.time.nanoseconds
  }

  /// See ``FlowRecord/isUnanswered``.
  mutating func isUnanswered(_ slot: Slot) -> Bool {
    Self.isBrief(slot) ? self[brief: slot].stage <= .opening : self[slot].isUnanswered
  }

  /// Has the record at `slot` know its place among the slots of the flows held.
  mutating func setPlace(of slot: Slot, _ place: UInt32) {
    if Self.isBrief(slot) { self[brief: slot].place = place } else { self[slot].place = place }
  }

  /// Asks for what belongs to a record that has been asked for: how it closes, or the end of its timeline.
  @inline(__always)
  mutating func prefetch(whatBelongsTo slot: Slot, _ timeline: borrowing TimelineStore) {
    if Self.isBrief(slot) {
      let closing = self[brief: slot].closing
      if closing != Slab<BriefClosing>.none { closings.prefetch(closing) }
    } else {
      timeline.prefetch(self[slot].timeline.tail)
    }
  }
}
