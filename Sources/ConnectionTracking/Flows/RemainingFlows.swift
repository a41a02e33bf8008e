/// The flows that are still held when the input ends, in order of their numbers, until each has been told of.
struct RemainingFlows: Sendable {
  /// How many are asked for ahead of their end.
  private static let ahead = 64

  private let slots: [FlowTable.Slot]
  private var told = 0
  /// How many have been asked for.
  private var prepared = 0

  init(_ slots: [FlowTable.Slot]) { self.slots = slots }

  var isEmpty: Bool { told == slots.count }

  /// The next ones to be asked for; none as long as some of those asked for last are still to be told of.
  mutating func takeAhead() -> ArraySlice<FlowTable.Slot> {
    guard told == prepared else { return [] }
    prepared = min(told + Self.ahead, slots.count)
    return slots[told..<prepared]
  }

  /// The next ones to be told of, `count` at most, all of which have been asked for.
  mutating func take(_ count: Int) -> ArraySlice<FlowTable.Slot> {
    let start = told
    told = min(told + count, prepared)
    return slots[start..<told]
  }
}
