import BasicContainers
import PacketDecoding

/// Where to look for the flow of a segment. Its key is not kept: the segment holds all of it.
struct FlowLookup: Sendable {
  /// How many flows are looked up side by side.
  static let width = 32

  /// See ``RecentSegments/content(of:)``.
  let content: UInt64
  let hash: UInt32
  /// Where the flow probably is, a guess: it may begin or end before its turn comes. ``FlowIndex/none`` where it is
  /// probably not held.
  var guess = FlowIndex.none
  /// The segment came from the key's higher end.
  let side: UInt8

  @inline(__always)
  init(_ segment: Segment, _ hash: FlowHash) {
    content = RecentSegments.content(of: segment)
    if segment.isIPv4 {
      let source = segment.source.wordOfIPv4
      let destination = segment.destination.wordOfIPv4
      self.hash = hash(source, destination, segment.encapsulation)
      side = destination < source ? 1 : 0
    } else {
      self.hash = hash(hash.word(segment.source), hash.word(segment.destination), segment.encapsulation)
      side = segment.destination < segment.source ? 1 : 0
    }
  }
}

extension Segment {
  @inline(__always)
  var isIPv4: Bool { !source.address.isIPv6 && !destination.address.isIPv6 }
}

extension FlowTable {
  /// The record of the flow of `segment`, looked up; nil where none is held.
  @inline(__always)
  mutating func slot(of segment: inout Segment, _ lookup: FlowLookup) -> Slot? {
    // Most that are not there are new, and then nothing has their hash.
    guess(lookup.hash) == FlowIndex.none ? nil : slotAmongFlows(of: &segment, lookup)
  }

  @inline(never)
  private mutating func slotAmongFlows(of segment: inout Segment, _ lookup: FlowLookup) -> Slot? {
    holds(segment, at: lookup.guess) ? lookup.guess : slot(of: FlowKey(segment), lookup.hash)
  }

  /// Whether the flow of `segment` is at `slot`.
  @inline(__always)
  mutating func holds(_ segment: Segment, at slot: Slot) -> Bool {
    guard slot != FlowIndex.none else { return false }
    guard segment.isIPv4 else {
      return holds(slot, segment.source, segment.destination, segment.encapsulation)
    }
    let source = segment.source.wordOfIPv4
    let destination = segment.destination.wordOfIPv4
    if Self.isBrief(slot) {
      return self[brief: slot].key.isKey(ofIPv4: source, destination, segment.encapsulation)
        && self[brief: slot].number != 0
    }
    if Self.isFull(slot) {
      return self[slot].key.isKey(ofIPv4: source, destination, segment.encapsulation) && self[slot].number != 0
    }
    return self[attempt: slot].key.isKey(ofIPv4: source, destination, segment.encapsulation)
      && self[attempt: slot].number != 0
  }

  @inline(never)
  private mutating func holds(
    _ slot: Slot, _ source: SocketAddress, _ destination: SocketAddress, _ encapsulation: EncapsulationID
  ) -> Bool {
    holds(FlowKey(source, destination, encapsulation), at: slot)
  }
}

// Following one segment is mostly waiting for memory: with many flows open, neither a flow's place in the index nor its
// record is in any cache. Asked for side by side, many are under way at the same time.

extension ConnectionTracker {
  /// Looks up the flows of the next segments of `batch`, and asks for what following them will need.
  mutating func prepare(_ batch: inout SegmentBatch, _ range: Range<Int>) {
    if range.lowerBound == 0 { preparePlaces(batch, range) }
    for index in range { stores.recent.prefetch(batch.lookups[index].content) }
    prepareRoom(for: range.count)
    var hasFull = false
    for index in range {
      let guess = records.guess(batch.lookups[index].hash)
      batch.lookups[index].guess = guess
      guard guess != FlowIndex.none else { continue }
      records.prefetch(record: guess)
      if FlowTable.isFull(guess) { hasFull = true }
    }
    if hasFull { prepareTimelines(batch, range) }
    preparePlaces(batch, range.upperBound..<min(range.upperBound + FlowLookup.width, batch.count))
  }

  /// Asks for places in the index, if there is time: those of the next segments come while these are followed.
  @inline(__always)
  private mutating func preparePlaces(_ batch: borrowing SegmentBatch, _ range: Range<Int>) {
    for index in range { records.prefetch(batch.lookups[index].hash) }
  }

  /// Asks for the ends of timelines. Only full records have one, and a flow in brief closes within a few packets, for
  /// which its closing is still in a cache.
  @inline(never)
  private mutating func prepareTimelines(_ batch: borrowing SegmentBatch, _ range: Range<Int>) {
    for index in range {
      let guess = batch.lookups[index].guess
      guard guess != FlowIndex.none, FlowTable.isFull(guess) else { continue }
      records.prefetch(whatBelongsTo: guess, stores.timeline)
    }
  }
}
