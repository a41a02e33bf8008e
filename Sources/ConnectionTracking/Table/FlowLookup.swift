import BasicContainers
import PacketDecoding

/// Where to look for the flow of a segment. Its key is not kept: the segment holds all of it.
struct FlowLookup: Sendable {
  /// How many segments ahead the place in the index is asked for, the record, and what the record names.
  @inline(__always)
  static var placeLead: Int { 24 }
  @inline(__always)
  static var recordLead: Int { 12 }
  @inline(__always)
  static var restLead: Int { 6 }
  /// For how many segments room is prepared in one go, a power of two.
  @inline(__always)
  static var roomLead: Int { 8 }

  let hash: UInt32
  /// Where the flow probably is, a guess: it may begin or end before its turn comes. ``HashIndex/none`` where it is
  /// probably not held.
  var guess = HashIndex.none
  /// The segment came from the key's higher end.
  let side: Side

  @inline(__always)
  init(_ segment: Segment, _ hash: FlowHash) {
    if segment.isIPv4 {
      let source = segment.source.wordOfIPv4
      let destination = segment.destination.wordOfIPv4
      self.hash = hash(source, destination, segment.encapsulation)
      side = Side(isHigh: destination < source)
    } else {
      self.hash = hash(
        hash.wordOfIPv6(segment.source), hash.wordOfIPv6(segment.destination), segment.encapsulation)
      side = Side(isHigh: segment.destination < segment.source)
    }
  }
}

extension Segment {
  @inline(__always)
  var isIPv4: Bool { !source.address.isIPv6 && !destination.address.isIPv6 }
}

extension ConnectionTable {
  /// The record of the flow of `segment`, looked up; nil where none is held.
  @inline(__always)
  mutating func slot(of segment: inout Segment, _ lookup: FlowLookup) -> Slot? {
    // Most that are not there are new, and then nothing has their hash.
    guess(lookup.hash) == HashIndex.none ? nil : slotAmongFlows(of: &segment, lookup)
  }

  @inline(never)
  private mutating func slotAmongFlows(of segment: inout Segment, _ lookup: FlowLookup) -> Slot? {
    holds(segment, lookup) ? lookup.guess : slot(of: ConnectionKey(segment, from: lookup.side), lookup.hash)
  }

  /// Whether the flow of `segment` is where it probably would be.
  @inline(__always)
  mutating func holds(_ segment: Segment, _ lookup: FlowLookup) -> Bool {
    lookup.guess != HashIndex.none && holds(ConnectionKey(segment, from: lookup.side), at: lookup.guess)
  }
}

// Following one segment is mostly waiting for memory: with many flows open, neither a flow's place in the index nor its
// record is in any cache. So they are asked for some segments ahead, a few lines with each segment: a processor has only
// some twenty requests under way, and holds up whoever asks for more at once.

extension ConnectionTracker {
  /// Asks for what following the first segments of `batch` will need.
  mutating func prepare(_ batch: inout SegmentBatch) {
    for index in 0..<min(FlowLookup.placeLead, batch.count) { records.prefetch(batch.lookups[index].hash) }
    for index in 0..<min(FlowLookup.recordLead, batch.count) { lookUp(&batch.lookups[index]) }
  }

  /// The same for those that come some way after the one at `index`: for the place in the index, then for the record that
  /// it names, then for what that names in turn.
  @inline(__always)
  mutating func prepare(_ batch: inout SegmentBatch, after index: Int) {
    if index & (FlowLookup.roomLead &- 1) == 0 { prepareRoom(for: FlowLookup.roomLead) }
    let place = index &+ FlowLookup.placeLead
    if place < batch.count { records.prefetch(batch.lookups[place].hash) }
    let record = index &+ FlowLookup.recordLead
    if record < batch.count { lookUp(&batch.lookups[record]) }
    let rest = index &+ FlowLookup.restLead
    if rest < batch.count { records.prefetch(whatBelongsTo: batch.lookups[rest].guess, &stores) }
  }

  @inline(__always)
  private mutating func lookUp(_ lookup: inout FlowLookup) {
    let guess = records.guess(lookup.hash)
    lookup.guess = guess
    records.prefetch(record: guess)
  }
}
