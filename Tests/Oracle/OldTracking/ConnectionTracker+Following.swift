import BasicContainers
import PacketDecoding

// Segments are followed: each is given to the record of its flow. On the way most of them take they are handed on
// `inout`, and not changed: by value, each function that is not inlined begins with a copy of 184 bytes.

extension ConnectionTracker {
  /// Takes the segments of `batch` and its asides, in their order.
  mutating func follow(_ batch: inout SegmentBatch, into events: inout [TrackerEvent]) {
    var aside = 0
    prepare(&batch)
    for index in 0..<batch.count {
      if aside < batch.asides.count { take(batch.asides, from: &aside, before: index, into: &events) }
      prepare(&batch, after: index)
      follow(&batch.segments[index], batch.lookups[index], batch.samples[index], into: &events)
    }
    take(batch.asides, from: &aside, before: batch.count, into: &events)
  }

  /// Has the flow of a segment take it, sees to its timers, and tells of its transitions where that is asked for.
  @inline(never)
  mutating func follow(
    _ segment: inout Segment, _ lookup: FlowLookup, _ sample: PayloadSample, into events: inout [TrackerEvent]
  ) {
    advance(to: segment.time, into: &events)
    if segment.checksum == .invalid { return noteDamaged(&segment, into: &events) }
    guard let found = slot(for: &segment, lookup, into: &events) else { return }
    if FlowTable.isSaved(found), refuses(&segment, lookup, at: found) { return }
    var slot = replay(found)
    let side = Int(lookup.side & 1)
    if segment.flags.isSuperset(of: [.syn, .ack]) { slot = slotForAnswer(&segment, at: slot, lookup, into: &events) }
    let mark = TimelineMark(records[slot].timeline)
    guard records[slot].observe(segment, sample, from: side, timers: timers, in: &stores) else { return }
    if configuration.reportsTransitions { report(slot, since: mark, into: &events) }
    schedule(slot)
    boundHalfOpen(slot, by: segment)
    noteGrowth()
  }

  /// The same where streams are put together: of an implausible segment, its payload is not taken.
  mutating func follow(
    _ segment: inout Segment, _ lookup: FlowLookup, _ sample: PayloadSample, _ payload: Span<UInt8>,
    into events: inout [TrackerEvent]
  ) {
    let held = records.slot(of: &segment, lookup)
    let number = held.map { records[$0].number }
    let implausible = held.map { records[$0].implausibleSegments } ?? 0
    follow(&segment, lookup, sample, into: &events)
    guard segment.checksum != .invalid, let slot = records.slot(of: &segment, lookup),
      records[slot].implausibleSegments == (records[slot].number == number ? implausible : 0)
    else { return }
    streams.take(
      segment, payload, of: &records[slot], from: Int(lookup.side), limit: configuration.maximumOutOfOrderBytes,
      &events)
  }

  /// Takes the asides that came before the segment at `index`.
  @inline(never)
  private mutating func take(
    _ asides: [(place: Int, aside: SegmentBatch.Aside)], from next: inout Int, before index: Int,
    into events: inout [TrackerEvent]
  ) {
    while next < asides.count, asides[next].place <= index {
      switch asides[next].aside {
      case .error(let error): observe(error, into: &events)
      case .time(let time): advance(to: time, into: &events)
      }
      next += 1
    }
  }

  private mutating func noteDamaged(_ segment: inout Segment, into events: inout [TrackerEvent]) {
    makeRoomForGrowth(into: &events)
    guard let held = records.slot(of: FlowKey(segment)) else { return }
    let slot = replay(held)
    records[slot].noteDamaged(segment, segment.source == records[slot].key.low ? 0 : 1, &stores.notices)
    noteGrowth()
  }

  mutating func report(_ slot: FlowTable.Slot, since mark: TimelineMark, into events: inout [TrackerEvent]) {
    var index = mark.tail == TimelineStore.none ? records[slot].timeline.head : stores.timeline.next(after: mark.tail)
    while index != TimelineStore.none {
      events.append(records[slot].transition(stores.timeline[index]))
      index = stores.timeline.next(after: index)
    }
  }
}

/// How far a timeline has been reported.
struct TimelineMark {
  var tail: UInt32
  init(_ list: TimelineStore.List) { tail = list.tail }
}
