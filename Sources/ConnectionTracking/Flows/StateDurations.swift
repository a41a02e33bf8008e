/// Nanoseconds in each state, by ``TCPState``'s raw value; the twelfth is UNKNOWN.
public struct StateDurations: Sendable, Equatable {
  @usableFromInline var storage = [12 of Int64](repeating: 0)

  public init() {}

  public var count: Int { storage.count }

  @inlinable
  public subscript(index: Int) -> Int64 {
    get { storage[index] }
    set { storage[index] = newValue }
  }

  public static func == (left: StateDurations, right: StateDurations) -> Bool {
    (0..<left.count).allSatisfy { left[$0] == right[$0] }
  }
}

/// One end's way through its states, told by its timeline entries in their order.
struct StateClock {
  private var durations = StateDurations()
  /// Whether the newest entry is presumed and nothing has settled it, and when that entry was made; nil before any.
  private(set) var newest: (isOpen: Bool, time: Int64)?
  private var state: TCPState?
  private var since: Int64

  init(from start: Int64) { since = start }

  /// Takes the next entry. What was refuted never was, so its time belongs to the state before.
  mutating func take(_ slot: TimelineSlot) {
    if newest == nil { state = slot.from }
    newest = (slot.evidence != .observed && slot.settlement == .open, slot.time)
    guard slot.settlement != .refuted else { return }
    pass(until: slot.time)
    since = max(since, slot.time)
    state = slot.to
  }

  /// The time in each state, with time running on up to `time`.
  func durations(until time: Int64) -> StateDurations {
    var clock = self
    clock.pass(until: time)
    return clock.durations
  }

  private mutating func pass(until time: Int64) {
    durations[state.map { Int($0.rawValue) } ?? 11] += max(0, time &- since)
  }
}
