import BasicContainers
import PacketDecoding

/// The flows held at the moment: an index over dense records that are used again when their flow ends.
///
/// Records lie in pages, so that memory grows with the open flows and no record ever moves.
struct FlowTable: ~Copyable, Sendable {
  /// Where a record is; it keeps its place while its flow is held.
  typealias Slot = UInt32

  private var index = FlowIndex()
  private var records = PagedArray<FlowRecord>()
  private var free = UniqueArray<Slot>()
  /// The slots of the flows held, in no order; each record knows its place here.
  private var held = UniqueArray<Slot>()
  let hash = FlowHash()

  /// Flows held.
  var count: Int { index.count }

  /// Bytes that the flows held take, their places in the index included.
  var footprint: Int { count * (MemoryLayout<FlowRecord>.stride + 20) }

  subscript(slot: Slot) -> FlowRecord {
    @inline(__always) _read { yield records[slot] }
    @inline(__always) _modify { yield &records[slot] }
  }

  /// The record of the flow `key`; nil where none is held.
  mutating func slot(of key: FlowKey) -> Slot? { slot(of: key, hash(key)) }

  /// The record of the flow looked up; nil where none is held.
  @inline(__always)
  mutating func slot(of lookup: FlowLookups.Lookup) -> Slot? {
    let guess = lookup.guess
    if guess != FlowIndex.none, self[guess].number != 0, self[guess].key == lookup.key { return guess }
    return slot(of: lookup.key, lookup.hash)
  }

  @inline(never)
  private mutating func slot(of key: FlowKey, _ hash: UInt32) -> Slot? {
    var probe = 0
    while true {
      let slot = index.next(hash, &probe)
      if slot == FlowIndex.none { return nil }
      if self[slot].key == key { return slot }
    }
  }

  /// Reads from where the search for `hash` begins.
  @inline(__always)
  func peek(_ hash: UInt32) -> UInt32 { index.first(hash) }

  /// The first record with this hash, most likely the one that is looked for; ``FlowIndex/none`` where there is none.
  @inline(__always)
  mutating func guess(_ hash: UInt32) -> Slot {
    var probe = 0
    return index.next(hash, &probe)
  }

  /// Takes the record of a flow that is not held yet.
  mutating func insert(_ record: consuming FlowRecord, _ hash: UInt32) -> Slot {
    let slot = place(record)
    self[slot].place = UInt32(truncatingIfNeeded: held.count)
    held.append(slot)
    index.insert(hash, slot)
    return slot
  }

  /// One of the flows held, by a place below ``count``.
  func held(_ place: Int) -> Slot { held[place] }

  /// Lets the flow at `slot` go. What its record holds elsewhere has been given back.
  mutating func remove(_ slot: Slot) {
    index.remove(hash(self[slot].key), slot)
    self[slot].number = 0
    free.append(slot)
    let last = held.removeLast()
    guard last != slot else { return }
    held[Int(self[slot].place)] = last
    self[last].place = self[slot].place
  }

  /// The flows held, in order of their numbers.
  mutating func slotsByNumber() -> [Slot] {
    var result: [(number: Int, slot: Slot)] = []
    result.reserveCapacity(count)
    for place in 0..<held.count { result.append((self[held[place]].number, held[place])) }
    result.sort { $0.number < $1.number }
    return result.map(\.slot)
  }

  private mutating func place(_ record: consuming FlowRecord) -> Slot {
    if let slot = free.popLast() {
      self[slot] = record
      return slot
    }
    return records.append(record)
  }
}
