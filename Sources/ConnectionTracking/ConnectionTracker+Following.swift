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
  ///
  /// - Returns: what the segment was.
  @inline(never) @discardableResult
  mutating func follow(
    _ segment: inout Segment, _ lookup: FlowLookup, _ sample: PayloadSample, into events: inout [TrackerEvent]
  ) -> PacketVerdict.Kind {
    advance(to: segment.time, into: &events)
    if segment.checksum == .invalid { return noteDamaged(&segment, into: &events) }
    guard let found = slot(for: &segment, lookup, into: &events) else { return .moved }
    if ConnectionTable.isSaved(found), refuses(&segment, lookup, at: found) { return .moved }
    var slot = replay(found)
    let side = lookup.side
    if segment.flags.isSuperset(of: [.syn, .ack]) { slot = slotForAnswer(&segment, at: slot, lookup, into: &events) }
    let mark = configuration.reportsTransitions ? LogMark(of: &records[slot], &stores) : LogMark()
    let verdict = records[slot].process(segment, sample, from: side, timers: timers, in: &stores)
    if verdict == .predicted { return verdict }
    if configuration.reportsTransitions { report(slot, since: mark, into: &events) }
    schedule(slot)
    boundHalfOpen(slot, by: segment)
    noteGrowth()
    return verdict
  }

  /// The same where streams are put together: of a segment that its receiver drops, the payload is not taken.
  mutating func follow(
    _ segment: inout Segment, _ lookup: FlowLookup, _ sample: PayloadSample, _ payload: Span<UInt8>,
    into events: inout [TrackerEvent]
  ) -> PacketVerdict.Kind {
    let verdict = follow(&segment, lookup, sample, into: &events)
    if case .unacceptable = verdict { return verdict }
    guard verdict != .damaged, let slot = records.slot(of: &segment, lookup) else { return verdict }
    streams.take(
      segment, payload, of: &records[slot], from: lookup.side, limit: configuration.maximumOutOfOrderBytes,
      &events)
    return verdict
  }

  /// Takes the asides that came before the segment at `index`.
  @inline(never)
  private mutating func take(
    _ asides: [(place: Int, aside: SegmentBatch.Aside)], from next: inout Int, before index: Int,
    into events: inout [TrackerEvent]
  ) {
    while next < asides.count, asides[next].place <= index {
      switch asides[next].aside {
      case .error(let error): process(error, into: &events)
      case .time(let time): advance(to: time, into: &events)
      }
      next += 1
    }
  }

  private mutating func noteDamaged(
    _ segment: inout Segment, into events: inout [TrackerEvent]
  ) -> PacketVerdict.Kind {
    makeRoomForGrowth(into: &events)
    guard let held = records.slot(of: ConnectionKey(segment)) else { return .damaged }
    let slot = replay(held)
    records[slot].noteDamaged(segment, segment.source == records.key(of: slot).low ? .low : .high, in: &stores)
    noteGrowth()
    return .damaged
  }

  /// Tells of the moves that the connection at `slot` has made since `mark`.
  mutating func report(_ slot: ConnectionTable.Slot, since mark: LogMark, into events: inout [TrackerEvent]) {
    let key = records.key(of: slot)
    var reader = LogReader(of: &records[slot])
    var count = 0
    while let entry = reader.next(in: &records[slot], &stores) {
      count += 1
      guard count > mark.moves else { continue }
      events.append(
        .transition(
          flow: records[slot].number, client: records[slot].client(key), server: records[slot].server(key),
          entry: Transition(entry)))
    }
  }
}

/// How many moves of a connection have been told of.
struct LogMark {
  var moves = 0

  init() {}

  init(of connection: inout Connection, _ stores: inout ConnectionStores) {
    for entry in 0..<Int(connection.log.count) { moves += stores.log[connection.log, entry].count }
  }
}
