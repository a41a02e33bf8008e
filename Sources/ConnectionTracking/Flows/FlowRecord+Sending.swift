import PacketDecoding

// What a segment says of the endpoint that sent it.

/// A step of the sender's own state that its segment shows.
struct ProvedMove: Sendable {
  var event: EndpointEvent
  var cause: TransitionCause
  /// False where the state before it is not known for certain.
  var isCertain: Bool
}

/// The few steps that one segment can show.
struct ProvedMoves: Sendable {
  private var storage: [4 of ProvedMove] = .init(
    repeating: ProvedMove(event: .continues, cause: .midstream, isCertain: false))
  private(set) var count = 0
  /// The sender's, moved by the steps before they move the sender itself.
  private var states: EndpointStates

  init(from states: EndpointStates) { self.states = states }

  /// Where the steps lead.
  var state: TCPState? { states.proved }

  var isEmpty: Bool { count == 0 }
  subscript(index: Int) -> ProvedMove { storage[index] }

  /// Adds a step, where the event is one: four are room for all that one segment can show.
  @inline(__always)
  mutating func append(_ event: EndpointEvent, _ cause: TransitionCause, certain: Bool = true) {
    let earlier = state
    states.prove(event)
    guard state != earlier else { return }
    storage[count] = ProvedMove(event: event, cause: cause, isCertain: certain)
    count += 1
  }
}

extension FlowRecord {
  /// Takes `segment` as evidence of its sender's state: settles what was presumed of it, then what the segment itself
  /// shows, then presumes again what is still on its way.
  mutating func sends(_ segment: Segment, side: Int, in store: inout TimelineStore) {
    guard ends[side].pending.isEmpty else { return sendsUnsettled(segment, side: side, in: &store) }
    let moves = moves(by: segment, side: side)
    if !moves.isEmpty { apply(moves, segment, side: side, in: &store) }
  }

  private mutating func sendsUnsettled(_ segment: Segment, side: Int, in store: inout TimelineStore) {
    let shown = ends[side].state
    let reached = lastProved(segment, side: side, in: &store)
    if reached == ends[side].pending.count - 1 { return confirmAll(segment, side: side, in: &store) }
    let (open, intact) = settle(segment, side: side, upTo: reached, in: &store)
    let moves = moves(by: segment, side: side)
    // What is still on its way may rest on a state that the endpoint turned out not to be in: from there on it is
    // presumed afresh.
    let kept = moves.isEmpty ? intact : 0
    for index in 0..<kept { ends[side].keepExpecting(open[index]) }
    if kept < open.count || ends[side].pendingWasRefuted { goBack(side, from: shown, segment, in: &store) }
    for index in kept..<open.count { store.settle(open[index].entry, as: .refuted, by: segment) }
    apply(moves, segment, side: side, in: &store)
    for index in kept..<open.count { presume(side, open[index].events, segment, in: &store) }
  }

  /// `segment` proves all that was pending.
  private mutating func confirmAll(_ segment: Segment, side: Int, in store: inout TimelineStore) {
    let pending = ends[side].pending
    ends[side].expectNothing()
    ends[side].pendingWasRefuted = false
    for index in 0..<pending.count { confirm(pending[index], segment, side: side, in: &store) }
    let moves = moves(by: segment, side: side)
    if !moves.isEmpty { apply(moves, segment, side: side, in: &store) }
  }

  /// Sorts the pending arrivals by what `segment` says of them.
  ///
  /// - Parameter reached: the newest that it proves; negative where it proves none.
  /// - Returns: those that stay open, and how many of them came before any that was refuted.
  private mutating func settle(
    _ segment: Segment, side: Int, upTo reached: Int, in store: inout TimelineStore
  ) -> (open: PendingArrivals, intact: Int) {
    let pending = ends[side].pending
    var open = PendingArrivals()
    var intact: Int?
    ends[side].expectNothing()
    ends[side].pendingWasRefuted = false
    for index in 0..<pending.count {
      let arrival = pending[index]
      if index <= reached {
        confirm(arrival, segment, side: side, in: &store)
      } else if verdict(on: arrival, segment, side: side, in: &store) == .refuted {
        refute(arrival, segment, side: side, in: &store)
        intact = intact ?? open.count
      } else {
        open.append(arrival)
      }
    }
    return (open, intact ?? open.count)
  }

  /// The newest pending arrival that `segment` proves. What was presumed before it was then true as well, for a
  /// segment's acknowledgment covers all that came earlier.
  @inline(__always)
  private mutating func lastProved(_ segment: Segment, side: Int, in store: inout TimelineStore) -> Int {
    let pending = ends[side].pending
    var index = pending.count - 1
    while index >= 0, verdict(on: pending[index], segment, side: side, in: &store) != .proved { index -= 1 }
    return index
  }

  private mutating func verdict(
    on arrival: PendingArrival, _ segment: Segment, side: Int, in store: inout TimelineStore
  ) -> ArrivalVerdict {
    ends[side].verdict(on: arrival, store[arrival.entry].proof, by: segment, peer: ends[peer(of: side)].sending)
  }

  private mutating func confirm(
    _ arrival: PendingArrival, _ segment: Segment, side: Int, in store: inout TimelineStore
  ) {
    // A state taken up mid-stream may be further on than it seems: what has arrived does not make it certain.
    if ends[side].proved == nil, !arrival.events.contains(.syn) { ends[side].facts.insert(.assumed) }
    if !ends[side].facts.contains(.assumed) { store.settle(arrival.entry, as: .confirmed, by: segment) }
    if arrival.events.contains(.fin) { store.settle(ends[side].branchEntry, as: .refuted, by: segment) }
    if arrival.events.contains(.reopening) {
      ends[side].reopen()
    } else {
      ends[side].prove(arrival.events)
    }
  }

  private mutating func refute(
    _ arrival: PendingArrival, _ segment: Segment, side: Int, in store: inout TimelineStore
  ) {
    store.settle(arrival.entry, as: .refuted, by: segment)
    ends[side].pendingWasRefuted = true
    if arrival.events.contains(.fin) { ends[side].facts.insert(.finHeld) }
  }

  /// The entry that goes back, after a presumption turned out false.
  private mutating func goBack(
    _ side: Int, from shown: TCPState?, _ segment: Segment, in store: inout TimelineStore
  ) {
    let actual = ends[side].state
    guard shown != actual else { return }
    note(side, from: shown, to: actual, .presumptionRefuted, .observed, segment, in: &store)
  }

  private mutating func apply(
    _ moves: ProvedMoves, _ segment: Segment, side: Int, in store: inout TimelineStore
  ) {
    for index in 0..<moves.count {
      let move = moves[index]
      if move.cause == .midstream { ends[side].facts.insert(.assumed) }
      prove(side, move, segment, in: &store)
      if move.cause == .midstream { ends[side].midstreamEntry = timeline.tail }
    }
  }
}
