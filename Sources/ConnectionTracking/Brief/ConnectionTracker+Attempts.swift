import PacketDecoding

// Attempts, as the tracker sees them: flows of which only the SYN has passed.

extension ConnectionTracker {
  /// Begins a flow with `segment`, which it has taken then.
  @inline(__always)
  mutating func beginAttempt(_ lookup: FlowLookup, _ segment: inout Segment, into events: inout [TrackerEvent]) {
    flowCount += 1
    records.insert(attempt: flowCount, &segment, from: lookup.side, lookup.hash)
    stores.recent.remember(segment, lookup.content, of: flowCount, from: Int(lookup.side))
    if !configuration.digestsUneventful { events.append(.began(flow: flowCount)) }
  }

  /// Has the attempt at `slot` take a segment.
  ///
  /// - Returns: false where it does not answer the SYN; see ``takesInBrief(_:_:_:at:)``.
  @inline(never)
  mutating func takesAnswer(_ segment: inout Segment, _ lookup: FlowLookup, at slot: FlowTable.Slot) -> Bool {
    let side = Int(lookup.side & 1)
    guard records[attempt: slot].isAnswered(by: &segment, from: side) else {
      return takesRefusal(&segment, lookup, at: slot)
    }
    noteGrowth()
    stores.recent.remember(segment, lookup.content, of: records[attempt: slot].number, from: side)
    let mayBeCookie = stores.backlog.add(&segment)
    records.replace(attempt: slot, lookup.hash, answeredBy: segment, mayBeCookie: mayBeCookie)
    return true
  }

  /// The same for the RST of a host where no socket listens.
  private mutating func takesRefusal(
    _ segment: inout Segment, _ lookup: FlowLookup, at slot: FlowTable.Slot
  ) -> Bool {
    let side = Int(lookup.side & 1)
    guard records[attempt: slot].isRefused(by: &segment, from: side, stores.notices.leastSilence) else { return false }
    noteGrowth()
    if lookup.content != RecentSegments.nothing {
      stores.recent.remember(segment, lookup.content, of: records[attempt: slot].number, from: side)
    }
    setTimer(ofBrief: records.replace(attempt: slot, lookup.hash, refusedBy: segment))
    return true
  }

  /// What is known of the attempt at `slot`, which stays one.
  mutating func snapshot(attempt slot: FlowTable.Slot, _ reason: Flow.EndReason) -> Flow {
    let key = records.key(ofAttempt: slot)
    var brief = BriefRecord(of: &records[attempt: slot], key)
    return Flow(
      FlowStorage(of: &brief, nil, nil, reason, at: now, expiry: nil, leastSilence: stores.notices.leastSilence))
  }

  /// Tells how the attempt at `slot` has ended.
  mutating func tell(attempt slot: FlowTable.Slot, _ reason: Flow.EndReason, into events: inout [TrackerEvent]) {
    if configuration.digestsUneventful {
      let key = records.key(ofAttempt: slot)
      tell(records[attempt: slot].digest(key, reason), into: &events)
    } else {
      events.append(.ended(snapshot(attempt: slot, reason)))
    }
  }
}
