import DequeModule
import HeapModule

/// When a record wants to be looked at.
struct Expiry: Sendable, Comparable {
  /// In nanoseconds.
  var time: Int64
  var slot: ConnectionTable.Slot
  /// The lower half of the flow's number.
  var flow: UInt32

  init(time: Int64, slot: ConnectionTable.Slot, flow: Int) {
    self.time = time
    self.slot = slot
    self.flow = UInt32(truncatingIfNeeded: flow)
  }

  static func < (left: Expiry, right: Expiry) -> Bool { (left.time, left.flow) < (right.time, right.flow) }
}

/// The expiries, earliest first.
///
/// A stack's timers mostly run for the same time, so that what is set last ends last: such expiries wait in a row. Only
/// the others need a heap.
struct TimerQueue: Sendable {
  private var row = Deque<Expiry>()
  private var heap = Heap<Expiry>()
  /// The time of the first, in nanoseconds; `.max` where there is none.
  private(set) var earliest = Int64.max

  var count: Int { row.count + heap.count }

  /// Forgets those that nothing waits for any more.
  mutating func keep(where isAwaited: (Expiry) -> Bool) {
    row.removeAll { !isAwaited($0) }
    heap = Heap(heap.unordered.filter(isAwaited))
    findEarliest()
  }

  mutating func insert(_ expiry: Expiry) {
    earliest = min(earliest, expiry.time)
    if let last = row.last, expiry < last { heap.insert(expiry) } else { row.append(expiry) }
  }

  /// The record that is looked at when so many others have been, as far as they wait in a row.
  @inline(__always)
  func later(_ count: Int) -> ConnectionTable.Slot? { count < row.count ? row[count].slot : nil }

  /// The record that is looked at next of those that do not.
  var nextElsewhere: ConnectionTable.Slot? { heap.min?.slot }

  /// Takes out the first; nil where there is none.
  mutating func popFirst() -> Expiry? {
    let isInRow = row.first.map { first in heap.min.map { first < $0 } ?? true } ?? false
    let first = isInRow ? row.popFirst() : heap.popMin()
    findEarliest()
    return first
  }

  private mutating func findEarliest() { earliest = min(row.first?.time ?? .max, heap.min?.time ?? .max) }
}
