import BasicContainers
import PacketDecoding

/// The flows held at the moment: an index over dense records that are used again when their flow ends.
///
/// A flow is held as a ``BriefRecord`` while it goes the ordinary way, and as a ``FlowRecord`` from then on. Records lie
/// in pages, so that memory grows with the open flows and no record ever moves.
struct FlowTable: ~Copyable, Sendable {
  /// Where a record is: the highest bit says which kind it is. A flow keeps its slot while it is held, but for the one
  /// time that it unfolds.
  typealias Slot = UInt32

  private static let brief: Slot = 1 << 31

  private var index = FlowIndex()
  private var records = Slab<FlowRecord>()
  private var briefs = Slab<BriefRecord>()
  /// How the flows in brief close, where they do.
  var closings = Slab<BriefClosing>()
  /// The slots of the flows held, in no order; each record knows its place here.
  private var held = UniqueArray<Slot>()
  let hash = FlowHash.shared

  /// Flows held.
  var count: Int { index.count }

  /// Bytes that the flows held take, their places in the index included.
  var footprint: Int { records.footprint + briefs.footprint + closings.footprint + count * 20 }

  /// The record of a flow that is not held in brief.
  subscript(slot: Slot) -> FlowRecord {
    @inline(__always) unsafeAddress { unsafe UnsafePointer(records.address(slot)) }
    @inline(__always) unsafeMutableAddress { unsafe records.address(slot) }
  }

  /// The record of a flow that is held in brief.
  subscript(brief slot: Slot) -> BriefRecord {
    @inline(__always) unsafeAddress { unsafe UnsafePointer(briefs.address(slot ^ Self.brief)) }
    @inline(__always) unsafeMutableAddress { unsafe briefs.address(slot ^ Self.brief) }
  }

  @inline(__always)
  static func isBrief(_ slot: Slot) -> Bool { slot & brief != 0 }

  /// The record of the flow `key`; nil where none is held.
  mutating func slot(of key: FlowKey) -> Slot? { slot(of: key, hash(key)) }

  /// The record of the flow looked up; nil where none is held.
  @inline(__always)
  mutating func slot(of lookup: FlowLookup) -> Slot? {
    let guess = lookup.guess
    if guess != FlowIndex.none, number(of: guess) != 0, isKey(lookup.key, of: guess) { return guess }
    return slot(of: lookup.key, lookup.hash)
  }

  @inline(never)
  private mutating func slot(of key: FlowKey, _ hash: UInt32) -> Slot? {
    var probe = 0
    while true {
      let slot = index.next(hash, &probe)
      if slot == FlowIndex.none { return nil }
      if isKey(key, of: slot) { return slot }
    }
  }

  /// Asks for where the search for `hash` begins ahead of it.
  @inline(__always)
  func prefetch(_ hash: UInt32) { index.prefetch(hash) }

  /// Asks for the record at `slot` ahead of its use.
  @inline(__always)
  func prefetch(record slot: Slot) {
    if Self.isBrief(slot) { briefs.prefetch(slot ^ Self.brief) } else { records.prefetch(slot) }
  }

  /// The first record with this hash, most likely the one that is looked for; ``FlowIndex/none`` where there is none.
  @inline(__always)
  mutating func guess(_ hash: UInt32) -> Slot {
    var probe = 0
    return index.next(hash, &probe)
  }

  /// Takes the record of a flow that is not held yet.
  mutating func insert(_ record: consuming FlowRecord, _ hash: UInt32) -> Slot {
    let slot = records.insert(record)
    list(slot)
    index.insert(hash, slot)
    return slot
  }

  /// Takes the brief record of a flow that is not held yet.
  @inline(__always)
  mutating func insert(_ record: consuming BriefRecord, _ hash: UInt32) -> Slot {
    let slot = briefs.insert(record) | Self.brief
    list(slot)
    index.insert(hash, slot)
    return slot
  }

  private mutating func list(_ slot: Slot) {
    setPlace(of: slot, UInt32(truncatingIfNeeded: held.count))
    held.append(slot)
  }

  /// One of the flows held, by a place below ``count``.
  func held(_ place: Int) -> Slot { held[place] }

  /// Lets the flow at `slot` go. What its record holds elsewhere has been given back.
  mutating func remove(_ slot: Slot) {
    index.remove(hash(self[slot].key), slot)
    unlist(slot, at: self[slot].place)
    self[slot].number = 0
    records.remove(slot)
  }

  /// Lets the flow in brief at `slot` go.
  mutating func remove(brief slot: Slot) {
    index.remove(hash(self[brief: slot].key), slot)
    unlist(slot, at: self[brief: slot].place)
    release(brief: slot)
  }

  private mutating func unlist(_ slot: Slot, at place: UInt32) {
    let last = held.removeLast()
    guard last != slot else { return }
    held[Int(place)] = last
    setPlace(of: last, place)
  }

  private mutating func release(brief slot: Slot) {
    let closing = self[brief: slot].closing
    if closing != Slab<BriefClosing>.none { closings.remove(closing) }
    self[brief: slot].number = 0
    briefs.remove(slot ^ Self.brief)
  }

  /// The record of the flow in brief at `slot`, which it takes the place of.
  mutating func replace(brief slot: Slot, by record: consuming FlowRecord) -> Slot {
    let place = self[brief: slot].place
    let hash = hash(self[brief: slot].key)
    release(brief: slot)
    let new = records.insert(record)
    self[new].place = place
    held[Int(place)] = new
    index.replace(hash, slot, by: new)
    return new
  }

  /// Has the flow in brief at `slot` take a segment; see ``BriefRecord``.
  @inline(__always)
  mutating func take(
    _ segment: Segment, as step: BriefStep, at slot: Slot, from side: Int, leastSilence: Int64,
    in backlog: inout BacklogTable
  ) {
    briefs[slot ^ Self.brief].take(
      segment, as: step, from: side, leastSilence: leastSilence, in: &backlog, &closings)
  }

  /// The flows held, in order of their numbers.
  mutating func slotsByNumber() -> [Slot] {
    var result: [(number: Int, slot: Slot)] = []
    result.reserveCapacity(count)
    for place in 0..<held.count { result.append((number(of: held[place]), held[place])) }
    result.sort { $0.number < $1.number }
    return result.map(\.slot)
  }
}
