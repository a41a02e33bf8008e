import PacketDecoding

// Flows in brief, as the tracker sees them.

extension ConnectionTracker {
  /// Has the flow in brief at `slot` take a segment.
  ///
  /// - Returns: false where it is out of the ordinary: then nothing has changed, and the record that the flow unfolds into
  ///   is to take it.
  @inline(never)
  mutating func takesInBrief(
    _ segment: inout Segment, _ lookup: FlowLookup, _ sample: PayloadSample, at slot: FlowTable.Slot
  ) -> Bool {
    let side = Int(lookup.side & 1)
    guard let step = records[brief: slot].step(for: &segment, from: side, stores.notices.leastIdle) else {
      return false
    }
    if takesCopy(&segment, lookup.content, at: slot, from: side) { return true }
    keep(sample, of: segment, at: slot, from: side)
    records.briefs[slot ^ FlowTable.brief].take(
      &segment, as: step, from: side, leastSilence: stores.notices.leastSilence, in: &stores.backlog,
      &records.attachments)
    if step != .plain { setTimer(ofBrief: slot, after: step) }
    return true
  }

  @inline(__always)
  private mutating func keep(
    _ sample: PayloadSample, of segment: Segment, at slot: FlowTable.Slot, from side: Int
  ) {
    guard segment.wirePayloadLength > 0, sample.length > 0 else { return }
    let number = records[brief: slot].number
    _ = stores.samples.contradicts(segment, sample, of: number, from: side, isRepeat: false)
  }

  /// Has the flow in brief at `slot` unfold and take a packet that the capture holds twice.
  ///
  /// - Returns: false where `segment` is no copy.
  @inline(__always)
  mutating func takesCopy(
    _ segment: inout Segment, _ content: UInt64, at slot: FlowTable.Slot, from side: Int
  ) -> Bool {
    let number = records[brief: slot].number
    let peerLast = records[brief: slot].ends[1 - side].time
    guard stores.recent.repeats(segment, content, of: number, from: side, peerLast: peerLast) else { return false }
    noteCopy(&segment, at: slot, from: side)
    return true
  }

  /// Has the flow at `slot` unfold, if it has not, and take a packet that the capture holds twice.
  @inline(never)
  mutating func noteCopy(_ segment: inout Segment, at slot: FlowTable.Slot, from side: Int) {
    let slot = unfold(slot)
    records[slot].noteDuplicate(segment, side, &stores.notices)
  }

  @inline(never)
  private mutating func setTimer(ofBrief slot: FlowTable.Slot, after step: BriefStep) {
    switch step {
    case .firstFIN: noteGrowth()
    case .finAcknowledgment: setTimer(ofBrief: slot)
    // The timer of the end that closed first runs already where its FIN was acknowledged alone, and one that has been
    // set anew meanwhile is looked at when the earlier one is due; unless TIME_WAIT may end before that one.
    case .secondFIN where !records[brief: slot].isFINAcknowledgedAlone || timers.timeWait < timers.orphanedFinWait2:
      setTimer(ofBrief: slot)
    case .acknowledgment, .plain, .proof, .secondFIN, .lastACK: break
    }
  }
}
