import BasicContainers
import PacketDecoding

/// Where the flows of a batch are, asked for all at once.
///
/// Following one segment is mostly waiting for memory: with many flows open, neither a flow's place in the index nor
/// its record is in any cache. Asked for side by side, many are under way at the same time. What is found is a guess: a
/// flow may begin or end before its turn comes.
struct FlowLookups: ~Copyable, Sendable {
  struct Lookup: Sendable {
    var key: FlowKey
    var hash: UInt32
    /// Where the flow probably is; ``FlowIndex/none`` where it is probably not held.
    var guess: FlowTable.Slot
    /// The segment came from the key's higher end.
    var side: UInt8
  }

  /// How many flows are looked up side by side.
  static let width = 32

  private var lookups = RigidArray<Lookup>(capacity: width)

  subscript(index: Int) -> Lookup {
    @inline(__always) _read { yield lookups[index] }
  }

  /// Looks up the flows of the next segments of `batch`, and asks for what following them will need.
  mutating func prepare(
    _ batch: borrowing SegmentBatch, from start: Int, in table: inout FlowTable, _ timeline: borrowing TimelineStore
  ) {
    let segments = batch.segments.span
    lookups.removeAll()
    for index in 0..<min(Self.width, batch.count - start) {
      lookups.append(Lookup(segments[start + index], table))
      table.prefetch(lookups[index].hash)
    }
    for index in 0..<lookups.count {
      let guess = table.guess(lookups[index].hash)
      lookups[index].guess = guess
      if guess != FlowIndex.none { table.prefetch(record: guess) }
    }
    for index in 0..<lookups.count where lookups[index].guess != FlowIndex.none {
      table.prefetch(whatBelongsTo: lookups[index].guess, timeline)
    }
  }

  /// Asks for what ending the flows at `slots` will need: their records and places in the index, and reads their
  /// timelines entry by entry.
  mutating func prepareEnd(
    of slots: ArraySlice<FlowTable.Slot>, in table: inout FlowTable, _ timeline: borrowing TimelineStore
  ) {
    for slot in slots { table.prefetch(record: slot) }
    for slot in slots { table.prefetch(table.hash(table.key(of: slot))) }
    for slot in slots { table.prefetch(whatBelongsTo: slot, timeline) }
    var entries = slots.map { FlowTable.isBrief($0) ? TimelineStore.none : table[$0].timeline.head }
    while entries.contains(where: { $0 != TimelineStore.none }) {
      for index in entries.indices where entries[index] != TimelineStore.none {
        entries[index] = timeline.next(after: entries[index])
      }
    }
  }
}

extension FlowLookups.Lookup {
  /// Where to look for the flow of `segment`.
  @inline(__always)
  init(_ segment: Segment, _ table: borrowing FlowTable) {
    let isOrdered = !(segment.destination < segment.source)
    key = FlowKey(segment, isOrdered: isOrdered)
    side = isOrdered ? 0 : 1
    hash = table.hash(key)
    guess = FlowIndex.none
  }
}
