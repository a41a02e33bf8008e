import PacketDecoding

// Flows begin, are replaced, give way and end.

extension ConnectionTracker {
  /// The record `segment` belongs to, begun with it where there is none.
  mutating func slot(for segment: Segment, into events: inout [TrackerEvent]) -> FlowTable.Slot {
    makeRoom(for: 0, into: &events)
    let key = FlowKey(segment)
    guard let slot = records.slot(of: key) else { return begin(key, segment, previous: nil, into: &events) }
    let side = segment.source == key.low ? 0 : 1
    guard records[slot].isReplaced(by: segment, from: side) else { return slot }
    let mark = TimelineMark(records[slot].timeline)
    let reuse = records[slot].reuseNotice(segment, from: side)
    records[slot].replace(by: segment, from: side, in: &stores.timeline)
    if configuration.reportsTransitions { report(slot, since: mark, into: &events) }
    let previous = records[slot].number
    end(slot, .replaced, into: &events)
    let next = begin(key, segment, previous: previous, into: &events)
    stores.notices.add(reuse, to: &records[next].notices, window: 0)
    return next
  }

  private mutating func begin(
    _ key: FlowKey, _ segment: Segment, previous: Int?, into events: inout [TrackerEvent]
  ) -> FlowTable.Slot {
    makeRoom(for: 1, into: &events)
    flowCount += 1
    let slot = records.insert(FlowRecord(number: flowCount, previous: previous, key: key, segment: segment))
    if segment.flags.contains(.syn) { evictions.add(slot, in: &records) }
    events.append(.began(flow: flowCount))
    return slot
  }

  mutating func end(_ slot: FlowTable.Slot, _ reason: Flow.EndReason, into events: inout [TrackerEvent]) {
    if configuration.reassemblesStreams { streams.finish(&records[slot], into: &events) }
    events.append(.ended(records[slot].snapshot(reason, at: now, stores: &stores)))
    records[slot].release(in: &stores)
    records.remove(slot)
  }

  /// Makes room for `flow` more flows, and for what those held have grown by.
  private mutating func makeRoom(for flow: Int, into events: inout [TrackerEvent]) {
    while records.count + flow > configuration.maximumFlows || footprint > configuration.maximumMemory {
      guard let victim = evictions.next(in: &records) else { return }
      end(victim, .evicted, into: &events)
    }
  }

  /// Bytes that the flows held take, without what lies empty for the next ones.
  private var footprint: Int {
    records.footprint + stores.timeline.footprint + stores.notices.footprint + stores.disorder.footprint
  }
}
