import PacketDecoding

// Flows of which only a SYN has passed, or that and its refusal: the packets are saved, and replayed when more passes.

extension ConnectionTracker {
  /// Begins a flow with `segment`, which is all that is kept of it for now.
  @inline(__always)
  mutating func save(_ lookup: FlowLookup, _ segment: inout Segment, into events: inout [TrackerEvent]) {
    makeRoomForFlow(into: &events)
    flowCount += 1
    records.save(&segment, of: flowCount, from: lookup.side, lookup.hash)
    if !configuration.digestsUneventful { events.append(.began(flow: flowCount)) }
  }

  /// Saves `segment` with the SYN at `slot` where it refuses that as a closed port does.
  ///
  /// - Returns: false where it does not, so that the flow is to be replayed.
  @inline(never)
  mutating func refuses(_ segment: inout Segment, _ lookup: FlowLookup, at slot: ConnectionTable.Slot) -> Bool {
    guard records[saved: slot].isRefused(by: segment, from: lookup.side, stores.observations.leastSilence) else {
      return false
    }
    noteGrowth()
    records.refuse(slot, by: segment)
    let due = segment.time.advanced(byNanoseconds: timers.timeWait).nanoseconds
    wait(for: Expiry(time: due, slot: slot, flow: records[saved: slot].number))
    return true
  }

  /// Has a saved flow take its packets, and be a record like any other from then on.
  ///
  /// - Returns: where its record is.
  @inline(__always)
  mutating func replay(_ slot: ConnectionTable.Slot) -> ConnectionTable.Slot {
    ConnectionTable.isSaved(slot) ? replaySaved(slot) : slot
  }

  @inline(never)
  private mutating func replaySaved(_ slot: ConnectionTable.Slot) -> ConnectionTable.Slot {
    let key = records.key(of: slot)
    let isAttempt = !records[saved: slot].isRefused
    var syn = records[saved: slot].syn(key)
    let refusal = records[saved: slot].refusal(key)
    let new = records.replay(slot, &syn)
    let sender = records[new].clientSide
    _ = records[new].process(syn, PayloadSample(), from: sender, timers: timers, in: &stores)
    if let refusal {
      _ = records[new].process(refusal, PayloadSample(), from: sender.other, timers: timers, in: &stores)
    }
    if isAttempt { evictions.add(new, since: flowCount, in: &records) }
    schedule(new)
    noteGrowth()
    return new
  }

  /// The connection that the saved packets at `slot` make.
  mutating func replayed(_ slot: ConnectionTable.Slot) -> Connection {
    let key = records.key(of: slot)
    let sender = records[saved: slot].sender
    let (syn, refusal) = (records[saved: slot].syn(key), records[saved: slot].refusal(key))
    var connection = Connection(
      number: records[saved: slot].number, key: records[saved: slot].compactKey,
      isKeptKey: records[saved: slot].isKeptKey, side: sender, segment: syn)
    _ = connection.process(syn, PayloadSample(), from: sender, timers: timers, in: &stores)
    if let refusal {
      _ = connection.process(refusal, PayloadSample(), from: sender.other, timers: timers, in: &stores)
    }
    return connection
  }
}
