/// Nanoseconds in each state, by ``TCPState``'s raw value; the twelfth is UNKNOWN.
public struct StateDurations: Sendable, Equatable {
  @usableFromInline var storage = [12 of Int64](repeating: 0)

  /// The place of UNKNOWN.
  static let unknown = 11

  public init() {}

  static func place(of state: TCPState?) -> Int { state.map { Int($0.rawValue) } ?? unknown }

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
  private(set) var durations = StateDurations()
  /// When the newest entry was made; nil before any.
  var newest: Int64? { hasEntries ? newestTime : nil }
  /// Whether the newest entry is presumed and nothing has settled it.
  private(set) var isPresumed = false
  private var hasEntries = false
  private var newestTime: Int64 = 0
  /// The state's place in ``durations``.
  private(set) var state = StateDurations.unknown
  private var since: Int64

  init(from start: Int64) { since = start }

  /// Takes the next entry. What was refuted never was, so its time belongs to the state before.
  @inline(__always)
  mutating func take(_ slot: PackedTransition) {
    take(
      at: slot.time, from: slot.fromPlace, to: slot.toPlace, isPresumed: slot.isPresumed,
      isRefuted: slot.settlement == .refuted)
  }

  /// The same of an entry at `time`, between the places of two states.
  @inline(__always)
  mutating func take(at time: Int64, from: Int, to: Int, isPresumed: Bool, isRefuted: Bool) {
    if !hasEntries { state = from }
    hasEntries = true
    self.isPresumed = isPresumed
    newestTime = time
    if isRefuted { return }
    durations[state] &+= elapsed(until: time)
    since = max(since, time)
    state = to
  }

  /// How long it was in `state` altogether up to `time`.
  @inline(__always)
  func nanoseconds(in state: TCPState, until time: Int64) -> Int64 {
    let place = Int(state.rawValue)
    return durations[place] &+ (place == self.state ? elapsed(until: time) : 0)
  }

  /// How long it has been in ``state`` at `time`.
  @inline(__always)
  func elapsed(until time: Int64) -> Int64 { max(0, time &- since) }
}
