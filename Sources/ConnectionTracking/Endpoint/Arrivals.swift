/// What one segment to an endpoint would do to it, should it arrive; where that leads, see `applied` in Machine/.
struct ArrivalEvents: OptionSet, Sendable, Hashable {
  let rawValue: UInt8

  static let syn = ArrivalEvents(rawValue: 1 << 0)
  static let synAcknowledged = ArrivalEvents(rawValue: 1 << 1)
  static let finAcknowledged = ArrivalEvents(rawValue: 1 << 2)
  static let fin = ArrivalEvents(rawValue: 1 << 3)
  static let rst = ArrivalEvents(rawValue: 1 << 4)
  /// Not an arrival: a RST in this endpoint's name that it may not have sent.
  static let doubtfulRST = ArrivalEvents(rawValue: 1 << 5)
  /// Not an arrival: a SYN in this endpoint's name while its connection still stood. Its host lost the connection and
  /// opens anew, or somebody forged it.
  static let reopening = ArrivalEvents(rawValue: 1 << 6)
  /// An ICMP error that ends a connection attempt.
  static let unreachable = ArrivalEvents(rawValue: 1 << 7)

  /// The word for the timeline.
  var cause: TransitionCause {
    if contains(.rst) { return .receivesRST }
    if contains(.unreachable) { return .receivesICMPError }
    if contains(.doubtfulRST) { return .sendsRST }
    if contains(.reopening) { return .sendsSYN }
    if contains(.fin) { return contains(.finAcknowledged) ? .receivesFINACK : .receivesFIN }
    if contains(.syn) { return contains(.synAcknowledged) ? .receivesSYNACK : .receivesSYN }
    return contains(.finAcknowledged) ? .finAcknowledged : .synAcknowledged
  }
}

/// A segment that passed the tap on its way to an endpoint and changes its state, if it arrives.
struct PendingArrival: Sendable {
  var events: ArrivalEvents
  /// The timeline entry that presumes it; it holds the time and the frame.
  var entry: UInt32
}

/// The arrivals that nothing has proved or refuted yet, oldest first: few, because each moves the state on.
struct PendingArrivals: Sendable {
  static let capacity = 6  // as many as `storage` holds
  // Side by side rather than pair by pair: 31 bytes instead of 56, twice in every record.
  private var entries = [6 of UInt32](repeating: TimelineStore.none)
  private var events = [6 of ArrivalEvents](repeating: [])
  private var used: UInt8 = 0

  var count: Int { Int(used) }
  var isEmpty: Bool { used == 0 }
  var isFull: Bool { count == Self.capacity }

  subscript(index: Int) -> PendingArrival {
    get { PendingArrival(events: events[index], entry: entries[index]) }
    set {
      events[index] = newValue.events
      entries[index] = newValue.entry
    }
  }

  /// Adds an arrival where there is room.
  mutating func append(_ arrival: PendingArrival) {
    guard !isFull else { return }
    used += 1
    self[count - 1] = arrival
  }

  mutating func removeAll() { used = 0 }

  func contains(_ events: ArrivalEvents) -> Bool {
    (0..<count).contains { self.events[$0].isSuperset(of: events) }
  }
}
