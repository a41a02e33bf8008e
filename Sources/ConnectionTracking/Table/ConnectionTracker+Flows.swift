import PacketDecoding

// Flows begin, are replaced, give way and end.

extension ConnectionTracker {
  /// The record `segment` belongs to, begun with it where there is none; nil where that has taken it.
  @inline(__always)
  mutating func slot(
    for segment: inout Segment, _ lookup: FlowLookup, into events: inout [TrackerEvent]
  ) -> ConnectionTable.Slot? {
    makeRoomForGrowth(into: &events)
    let isSYN = segment.flags.contains(.syn) && !segment.flags.contains(.ack)
    if records.holds(segment, lookup), !isSYN { return lookup.guess }
    return slotElsewhere(for: &segment, lookup, into: &events)
  }

  /// The same where the flow is not where it probably would be, or may end here.
  @inline(never)
  private mutating func slotElsewhere(
    for segment: inout Segment, _ lookup: FlowLookup, into events: inout [TrackerEvent]
  ) -> ConnectionTable.Slot? {
    guard let slot = records.slot(of: &segment, lookup) else { return begin(lookup, &segment, into: &events) }
    guard segment.flags.contains(.syn), !segment.flags.contains(.ack) else { return slot }
    return slotForSYN(&segment, at: replay(slot), lookup, into: &events)
  }

  private mutating func slotForSYN(
    _ segment: inout Segment, at slot: ConnectionTable.Slot, _ lookup: FlowLookup, into events: inout [TrackerEvent]
  ) -> ConnectionTable.Slot {
    guard records[slot].isReplaced(by: segment, from: lookup.side, in: &stores) else { return slot }
    return replace(slot, with: &segment, lookup, into: &events)
  }

  /// The record that a SYN-ACK belongs to: the next one's, where it takes a SYN that the flow at `slot` was thought to
  /// stand in the way of.
  @inline(never)
  mutating func slotForAnswer(
    _ segment: inout Segment, at slot: ConnectionTable.Slot, _ lookup: FlowLookup, into events: inout [TrackerEvent]
  ) -> ConnectionTable.Slot {
    let side = lookup.side
    guard records[slot].isReplaced(byAnswer: segment, from: side, in: &stores) else { return slot }
    records[slot].noteTakenSYN(by: side, in: &stores)
    return replace(slot, with: &segment, lookup, into: &events)
  }

  /// The flow at `slot` ends, and `segment` begins the next one of the four-tuple.
  private mutating func replace(
    _ slot: ConnectionTable.Slot, with segment: inout Segment, _ lookup: FlowLookup, into events: inout [TrackerEvent]
  ) -> ConnectionTable.Slot {
    let side = lookup.side
    let mark = LogMark(of: &records[slot], &stores)
    let reuse = records[slot].reuseNotice(segment, from: side, in: &stores)
    let timeWait = records[slot].timeWait(against: side)
    records[slot].replace(by: segment, from: side, in: &stores)
    if configuration.reportsTransitions { report(slot, since: mark, into: &events) }
    let previous = records[slot].number
    end(slot, .replaced, at: now, into: &events)
    let next = beginRecord(lookup, &segment, previous: previous, into: &events)
    if let timeWait { stores.extras[records[next].makeExtras(&stores)].earlierTimeWait = timeWait }
    if !segment.flags.contains(.ack) { records[next].append(reuse, window: 0, in: &stores) }
    return next
  }

  @inline(__always)
  private mutating func begin(
    _ lookup: FlowLookup, _ segment: inout Segment, into events: inout [TrackerEvent]
  ) -> ConnectionTable.Slot? {
    guard savesSYNs, SYNRecord.begins(with: segment) else {
      return beginRecord(lookup, &segment, previous: nil, into: &events)
    }
    save(lookup, &segment, into: &events)
    return nil
  }

  private mutating func beginRecord(
    _ lookup: FlowLookup, _ segment: inout Segment, previous: Int?, into events: inout [TrackerEvent]
  ) -> ConnectionTable.Slot {
    makeRoomForFlow(into: &events)
    flowCount += 1
    let slot = records.begin(flowCount, with: &segment, from: lookup.side, lookup.hash)
    if let previous { stores.extras[records[slot].makeExtras(&stores)].previous = previous }
    if segment.flags.contains(.syn) { evictions.add(slot, since: flowCount, in: &records) }
    if !configuration.digestsUneventful { events.append(.began(flow: flowCount)) }
    return slot
  }

  /// The flow at `slot` ends at `time`, and makes room for another.
  mutating func end(
    _ slot: ConnectionTable.Slot, _ reason: Flow.EndReason, at time: Timestamp, into events: inout [TrackerEvent]
  ) {
    tell(slot, reason, at: time, into: &events)
    if !ConnectionTable.isSaved(slot) { records[slot].release(records.key(of: slot), in: &stores) }
    records.remove(slot)
  }

  /// Tells how the flow at `slot` has ended at `time`.
  mutating func tell(
    _ slot: ConnectionTable.Slot, _ reason: Flow.EndReason, at time: Timestamp, into events: inout [TrackerEvent]
  ) {
    let isSaved = ConnectionTable.isSaved(slot)
    if configuration.digestsUneventful, isSaved {
      return tell(records[saved: slot].digest(records.key(of: slot), reason), into: &events)
    }
    if configuration.reassemblesStreams {
      streams.finish(&records[slot], at: records[slot].last(&stores), into: &events)
    }
    if configuration.digestsUneventful, records[slot].isUneventful(&stores) {
      return tell(records[slot].digest(records.key(of: slot), reason, at: time, &stores), into: &events)
    }
    tellDigests(into: &events)
    events.append(.ended(snapshot(slot, reason, at: time)))
  }

  /// What is known of the flow at `slot`, with time running up to `time`.
  mutating func snapshot(_ slot: ConnectionTable.Slot, _ reason: Flow.EndReason, at time: Timestamp) -> Flow {
    let key = records.key(of: slot)
    guard ConnectionTable.isSaved(slot) else { return records[slot].flow(key, reason, at: time, &stores) }
    var connection = replayed(slot)
    let flow = connection.flow(key, reason, at: time, &stores)
    connection.release(key, in: &stores)
    return flow
  }

  /// Tells of the uneventful flows that ended so far.
  mutating func tellDigests(into events: inout [TrackerEvent]) {
    if digests.isEmpty { return }
    events.append(.passed(digests))
    digests = []
  }

  /// An uneventful flow has ended that is told of by `digest`.
  @inline(__always)
  mutating func tell(_ digest: FlowDigest, into events: inout [TrackerEvent]) {
    if digests.isEmpty { digests.reserveCapacity(Self.mostDigests) }
    digests.append(digest)
    if digests.count == Self.mostDigests { tellDigests(into: &events) }
  }

  /// Uneventful flows that are told of at once.
  package static var mostDigests: Int { 64 }

  /// Flows may take more memory from now on: by a segment, or the end of a timer.
  @inline(__always)
  mutating func noteGrowth() { checksToSpare -= 1 }

  /// Makes room for what the flows held have grown by, where it could be too much: before anything may have them grow
  /// once more.
  @inline(__always)
  mutating func makeRoomForGrowth(into events: inout [TrackerEvent]) {
    if checksToSpare < 0 { makeRoomChecked(for: 0, into: &events) }
  }

  /// Makes room for one more flow, and for what those held have grown by.
  @inline(__always)
  mutating func makeRoomForFlow(into events: inout [TrackerEvent]) {
    noteGrowth()
    if checksToSpare >= 0, records.count < configuration.maximumFlows { return }
    makeRoomChecked(for: 1, into: &events)
  }

  /// Memory is only added up where they could take more of it than they may.
  @inline(never)
  private mutating func makeRoomChecked(for flow: Int, into events: inout [TrackerEvent]) {
    while records.count + flow > configuration.maximumFlows, giveUp(into: &events) {}
    if checksToSpare >= 0 { return }
    while footprint > configuration.maximumMemory, giveUp(into: &events) {}
    checksToSpare = max(0, configuration.maximumMemory - footprint) / Self.mostGrowth
  }

  /// More bytes than a segment or the end of a timer can make the flows held take, several times over.
  private static var mostGrowth: Int { 1 << 14 }

  /// Gives a flow up; false where none is held.
  private mutating func giveUp(into events: inout [TrackerEvent]) -> Bool {
    guard let victim = evictions.next(in: &records, &stores) else { return false }
    end(victim, .evicted, at: now, into: &events)
    return true
  }

  /// Asks for what giving flows up will need, where so many more may leave no room: the attempts that began first go, and
  /// their places in the index are in no cache any more.
  @inline(__always)
  mutating func prepareRoom(for flows: Int) {
    guard records.count + flows > configuration.maximumFlows || checksToSpare < flows else { return }
    records.prefetchEarliest(flows)
  }

  /// Bytes that the flows held take, without what lies empty for the next ones.
  private var footprint: Int {
    mutating get {
      records.footprint + stores.footprint
    }
  }
}
