import BasicContainers
import PacketDecoding

/// The flows held at the moment: an index over dense records that are used again when their flow ends.
///
/// Records lie in pages, so that memory grows with the open flows and no record ever moves.
struct FlowTable: ~Copyable, Sendable {
  /// Where a record is; it keeps its place while its flow is held.
  typealias Slot = UInt32

  private static let pageBits = 8
  private static let pageSize = 1 << pageBits

  private var index = FlowIndex()
  private var pages = UniqueArray<RigidArray<FlowRecord>>()
  private var free = UniqueArray<Slot>()
  /// The slots of the flows held, in no order; each record knows its place here.
  private var held = UniqueArray<Slot>()
  private let hash = FlowHash()
  private var hashes = [32 of UInt32](repeating: 0)
  /// The sum of what ``warm(_:)`` read: of no meaning, but it keeps the reads from being left out.
  private var warmth: UInt32 = 0

  /// Flows held.
  var count: Int { index.count }

  /// Bytes that the flows held take, their places in the index included.
  var footprint: Int { count * (MemoryLayout<FlowRecord>.stride + 20) }

  subscript(slot: Slot) -> FlowRecord {
    @inline(__always) _read { yield pages[Int(slot) >> Self.pageBits][Int(slot) & (Self.pageSize - 1)] }
    @inline(__always) _modify { yield &pages[Int(slot) >> Self.pageBits][Int(slot) & (Self.pageSize - 1)] }
  }

  /// The record of the flow `key`; nil where none is held.
  mutating func slot(of key: FlowKey) -> Slot? {
    let hash = hash(key)
    var probe = 0
    while true {
      let slot = index.next(hash, &probe)
      if slot == FlowIndex.none { return nil }
      if self[slot].key == key { return slot }
    }
  }

  /// Reads what following the segments of `batch` will need first, so that it comes into the caches: all the places in
  /// the index, then all the records. No read depends on another of its kind, so the processor has many under way.
  mutating func warm(_ batch: borrowing SegmentBatch) {
    for place in 0..<batch.count {
      hashes[place] = hash(FlowKey(batch[place]))
      warmth &+= index.first(hashes[place])
    }
    for place in 0..<batch.count {
      var probe = 0
      let slot = index.next(hashes[place], &probe)
      if slot != FlowIndex.none { warmth &+= self[slot].touch() }
    }
  }

  /// Takes the record of a flow that is not held yet.
  mutating func insert(_ record: consuming FlowRecord) -> Slot {
    let hash = hash(record.key)
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
    if pages.isEmpty || pages[pages.count - 1].isFull { pages.append(RigidArray(capacity: Self.pageSize)) }
    let last = pages.count - 1
    pages[last].append(record)
    return Slot(last << Self.pageBits | (pages[last].count - 1))
  }
}
