import BasicContainers
import PacketDecoding

/// Where to look for the flow of a segment.
struct FlowLookup: Sendable {
  /// How many flows are looked up side by side.
  static let width = 32

  let key: FlowKey
  let hash: UInt32
  /// Where the flow probably is, a guess: it may begin or end before its turn comes. ``FlowIndex/none`` where it is
  /// probably not held.
  var guess = FlowIndex.none
  /// The segment came from the key's higher end.
  let side: UInt8

  @inline(__always)
  init(_ segment: Segment, _ hash: FlowHash) {
    let isOrdered = !(segment.destination < segment.source)
    key = FlowKey(segment, isOrdered: isOrdered)
    side = isOrdered ? 0 : 1
    self.hash = hash(key)
  }
}

// Following one segment is mostly waiting for memory: with many flows open, neither a flow's place in the index nor its
// record is in any cache. Asked for side by side, many are under way at the same time.

extension ConnectionTracker {
  /// Looks up the flows of the next segments of `batch`, and asks for what following them will need.
  mutating func prepare(_ batch: inout SegmentBatch, from start: Int) {
    let end = min(start + FlowLookup.width, batch.count)
    for index in start..<end { records.prefetch(batch.lookups[index].hash) }
    for index in start..<end {
      let guess = records.guess(batch.lookups[index].hash)
      batch.lookups[index].guess = guess
      if guess != FlowIndex.none { records.prefetch(record: guess) }
    }
    for index in start..<end where batch.lookups[index].guess != FlowIndex.none {
      records.prefetch(whatBelongsTo: batch.lookups[index].guess, stores.timeline)
    }
  }

  /// Asks for what telling of the end of the flows at `slots` will need. Their timelines are read entry by entry, for only
  /// an entry tells where the next one is.
  mutating func prepareEnd(of slots: ArraySlice<FlowTable.Slot>) {
    for slot in slots { records.prefetch(record: slot) }
    for slot in slots { records.prefetch(whatBelongsTo: slot, stores.timeline) }
    var entries = slots.map { FlowTable.isFull($0) ? records[$0].timeline.head : TimelineStore.none }
    while entries.contains(where: { $0 != TimelineStore.none }) {
      for index in entries.indices where entries[index] != TimelineStore.none {
        entries[index] = stores.timeline.next(after: entries[index])
      }
    }
  }
}
