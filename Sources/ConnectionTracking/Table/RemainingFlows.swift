/// The flows that are still held when the input ends, in order of their numbers, until each has been told of.
struct RemainingFlows: Sendable {
  private let slots: [ConnectionTable.Slot]
  private var told = 0

  init(_ slots: [ConnectionTable.Slot]) { self.slots = slots }

  var isEmpty: Bool { told == slots.count }

  /// Takes out the next one; nil where there is none.
  mutating func next() -> ConnectionTable.Slot? {
    guard told < slots.count else { return nil }
    told += 1
    return slots[told - 1]
  }

  /// The one that so many others are told of before.
  func later(_ count: Int) -> ConnectionTable.Slot? { told + count < slots.count ? slots[told + count] : nil }
}

// What telling of a flow needs is asked for ahead of it. That goes on flow by flow: of many requests at once, a processor
// forgets most.

extension ConnectionTracker {
  /// Flows told of between asking for a record and asking for what belongs to it, and between that and telling of it.
  private static var distance: Int { 8 }

  /// Tells of the next flows in `remaining`, `count` at most, whose records stay.
  mutating func tell(_ remaining: inout RemainingFlows, _ count: Int, into events: inout [TrackerEvent]) {
    for _ in 0..<count {
      guard let slot = remaining.next() else { return }
      if let later = remaining.later(2 * Self.distance) { records.prefetch(record: later) }
      if let later = remaining.later(Self.distance) { records.prefetch(whatBelongsTo: later, &stores) }
      tell(slot, .inputEnded, at: now, into: &events)
    }
  }
}
