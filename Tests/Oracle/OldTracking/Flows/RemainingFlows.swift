/// The flows that are still held when the input ends, in order of their numbers, until each has been told of.
struct RemainingFlows: Sendable {
  private let slots: [FlowTable.Slot]
  private var told = 0

  init(_ slots: [FlowTable.Slot]) { self.slots = slots }

  var isEmpty: Bool { told == slots.count }

  /// Takes out the next one; nil where there is none.
  mutating func next() -> FlowTable.Slot? {
    guard told < slots.count else { return nil }
    told += 1
    return slots[told - 1]
  }

  /// The one that so many others are told of before.
  func later(_ count: Int) -> FlowTable.Slot? { told + count < slots.count ? slots[told + count] : nil }

  /// Whether a multiple of `count` have been told of.
  func isAtMultiple(of count: Int) -> Bool { told % count == 0 }

  /// The next ones, `count` at most.
  func next(_ count: Int) -> ArraySlice<FlowTable.Slot> { slots[told..<min(told + count, slots.count)] }
}

// What telling of a flow needs is asked for ahead of it. That goes on flow by flow: of many requests at once, a processor
// forgets most.

extension ConnectionTracker {
  /// Flows told of between asking for a record and asking for what belongs to it, and between that and telling of it.
  private static var distance: Int { 8 }
  /// Flows whose timelines are read side by side.
  private static var group: Int { 64 }

  /// Tells of the next flows in `remaining`, `count` at most, whose records stay.
  mutating func tell(_ remaining: inout RemainingFlows, _ count: Int, into events: inout [TrackerEvent]) {
    for _ in 0..<count {
      if remaining.isAtMultiple(of: Self.group) { readTimelines(of: remaining.next(Self.group)) }
      guard let slot = remaining.next() else { return }
      if let later = remaining.later(2 * Self.distance) { records.prefetch(record: later) }
      if let later = remaining.later(Self.distance) { records.prefetch(whatBelongsTo: later, stores.timeline) }
      tell(slot, .inputEnded, at: now, into: &events)
    }
  }

  /// Has the timelines of the flows at `slots` in a cache. They are read entry by entry, for only an entry tells where the
  /// next one is.
  private func readTimelines(of slots: ArraySlice<FlowTable.Slot>) {
    let full = slots.filter { !FlowTable.isSaved($0) }
    if full.isEmpty { return }
    for slot in full { records.prefetch(record: slot) }
    var entries = full.map { records[$0].timeline.head }
    while entries.contains(where: { $0 != TimelineStore.none }) {
      for index in entries.indices where entries[index] != TimelineStore.none {
        entries[index] = stores.timeline.next(after: entries[index])
      }
    }
  }
}
