import PacketDecoding

// What a segment says of the endpoint that sent it.

extension Connection {
  /// Takes `segment` as evidence of its sender's state: settles what was presumed of it, then what the segment itself
  /// shows, then presumes again what is still on its way.
  mutating func sends(_ segment: Segment, side: Side, in stores: inout ConnectionStores) {
    if !ends[side].pending.isEmpty { return sendsUnsettled(segment, side: side, in: &stores) }
    if ends[side].proved == .closed, goesOn(segment, side: side, in: &stores) {
      return sends(segment, side: side, in: &stores)
    }
    let implied = impliedTransitions(by: segment, side: side, in: &stores)
    if !implied.isEmpty { apply(implied, segment, side: side, in: &stores) }
  }

  @inline(never)
  private mutating func sendsUnsettled(_ segment: Segment, side: Side, in stores: inout ConnectionStores) {
    let moves = presumedMoves(of: side, in: &stores)
    let reached = lastProved(moves, segment, side: side, in: &stores)
    guard reached == moves.count - 1 else {
      return sendsOpen(segment, moves, upTo: reached, side: side, in: &stores)
    }
    // It proves all of them, as most do.
    var arrived = [6 of ArrivalEvents](repeating: [])
    for index in 0..<moves.count { arrived[index] = pendingEvents(index, of: side, &stores) }
    expectNothing(side)
    for index in 0..<moves.count { confirm(arrived[index], at: moves[index], segment, side: side, in: &stores) }
    let implied = impliedTransitions(by: segment, side: side, in: &stores)
    if !implied.isEmpty { apply(implied, segment, side: side, in: &stores) }
  }

  /// The same where some of what is pending stays open, or is refuted.
  private mutating func sendsOpen(
    _ segment: Segment, _ moves: PresumedMoves, upTo reached: Int, side: Side, in stores: inout ConnectionStores
  ) {
    let shown = ends[side].state
    let (open, intact) = settle(moves, upTo: reached, segment, side: side, in: &stores)
    let implied = impliedTransitions(by: segment, side: side, in: &stores)
    // What is still on its way may rest on a state that the endpoint turned out not to be in: from there on it is
    // presumed afresh.
    let kept = implied.isEmpty ? intact : 0
    for index in 0..<kept { keepExpecting(open[index], at: side, in: &stores) }
    if kept < open.count || stores.pass.refutes { goBack(side, from: shown, segment, in: &stores) }
    for index in kept..<open.count { settle(open[index].place, as: .refuted, by: segment, in: &stores) }
    if stores.pass.refutesReset, open.count == 0, resume(side, segment, in: &stores) {
      return sends(segment, side: side, in: &stores)
    }
    apply(implied, segment, side: side, in: &stores)
    for index in kept..<open.count { presume(side, open[index].events, segment, in: &stores) }
  }

  /// Takes `side` back to where it was, when it was taken for CLOSED by a timer or by a RST in its name, and goes on.
  ///
  /// - Returns: false where it was closed.
  private mutating func goesOn(_ segment: Segment, side: Side, in stores: inout ConnectionStores) -> Bool {
    guard segment.flags.isDisjoint(with: [.syn, .rst]) else { return false }
    var continued = ImpliedTransitions(from: ends[side].states)
    continued.append(.continues, .presumptionRefuted)
    if continued.isEmpty { return false }
    apply(continued, segment, side: side, in: &stores)
    _ = resume(side, segment, in: &stores)
    return true
  }

  /// Presumes again what passed on its way to `side` while it was taken for CLOSED.
  ///
  /// - Returns: whether there was anything.
  private mutating func resume(_ side: Side, _ segment: Segment, in stores: inout ConnectionStores) -> Bool {
    guard ends[side].isAcknowledged else { return false }
    let events = arrivals(at: side, acknowledgment: ends[side].acknowledged, in: &stores)
    if events.isEmpty || ends[side].pending.isFull { return false }
    note(side, to: events.applied(to: ends[side].state), events.cause, .presumed, segment, in: &stores)
    let proof = ArrivalProof(position: ends[peer(of: side)].next, stamp: nil)
    expect(Presumption(events: events, proof: needsProof(events, at: side) ? proof : nil), at: side, in: &stores)
    return true
  }

  /// Sorts the presumptions by what `segment` says of them.
  ///
  /// - Parameter reached: the newest that it proves; negative where it proves none.
  /// - Returns: those that stay open, and how many of them came before any that was refuted.
  private mutating func settle(
    _ moves: PresumedMoves, upTo reached: Int, _ segment: Segment, side: Side, in stores: inout ConnectionStores
  ) -> (open: PresumptionList, intact: Int) {
    var pending = PresumptionList()
    for index in 0..<moves.count { pending.append(presumption(index, at: moves[index], of: side, &stores)) }
    var open = PresumptionList()
    var intact: Int?
    expectNothing(side)
    stores.pass.refutes = false
    stores.pass.refutesReset = false
    for index in 0..<pending.count {
      if index <= reached {
        confirm(pending[index].events, at: pending[index].place, segment, side: side, in: &stores)
      } else if verdict(on: pending[index], segment, side: side, in: &stores) == .refuted {
        refute(pending[index], segment, side: side, in: &stores)
        intact = intact ?? open.count
      } else {
        open.append(pending[index])
      }
    }
    return (open, intact ?? open.count)
  }

  /// The newest presumption that `segment` proves. What was presumed before it was then true as well, for a
  /// segment's acknowledgment covers all that came earlier.
  private mutating func lastProved(
    _ moves: PresumedMoves, _ segment: Segment, side: Side, in stores: inout ConnectionStores
  ) -> Int {
    var index = moves.count - 1
    while index >= 0 {
      let presumption = presumption(index, at: moves[index], of: side, &stores)
      if verdict(on: presumption, segment, side: side, in: &stores) == .proved { break }
      index -= 1
    }
    return index
  }

  private mutating func confirm(
    _ events: ArrivalEvents, at place: LogPlace, _ segment: Segment, side: Side, in stores: inout ConnectionStores
  ) {
    // A state taken up mid-stream may be further on than it seems: what has arrived does not make it certain.
    if ends[side].proved == nil, !events.contains(.syn) { ends[side].facts.insert(.assumed) }
    if !ends[side].facts.contains(.assumed) { settle(place, as: .confirmed, by: segment, in: &stores) }
    if events.contains(.fin), ends[side].facts.contains(.hasAlternative) {
      settle(alternative(of: side, in: &stores), as: .refuted, by: segment, in: &stores)
    }
    if events.contains(.reopening) {
      reopen(side, in: &stores)
    } else {
      ends[side].states.prove(events)
    }
  }

  private mutating func refute(
    _ presumption: Presumption, _ segment: Segment, side: Side, in stores: inout ConnectionStores
  ) {
    settle(presumption.place, as: .refuted, by: segment, in: &stores)
    stores.pass.refutes = true
    if presumption.events.isReset { stores.pass.refutesReset = true }
    if presumption.events.contains(.fin) { ends[side].facts.insert(.finHeld) }
  }

  /// The move that goes back, after a presumption turned out false.
  private mutating func goBack(
    _ side: Side, from shown: TCPState?, _ segment: Segment, in stores: inout ConnectionStores
  ) {
    let actual = ends[side].state
    guard shown != actual else { return }
    if shown == .closed { takeBackReset(of: side, in: &stores) }
    note(side, to: actual, .presumptionRefuted, .observed, segment, in: &stores)
  }

  private mutating func apply(
    _ implied: ImpliedTransitions, _ segment: Segment, side: Side, in stores: inout ConnectionStores
  ) {
    for index in 0..<implied.count {
      let transition = implied[index]
      if transition.cause == .midstream { ends[side].facts.insert(.assumed) }
      if transition.event == .continues { takeBackReset(of: side, in: &stores) }
      ends[side].states.prove(transition.event)
      let isCertain = transition.isCertain && !ends[side].facts.contains(.assumed)
      note(
        side, to: ends[side].proved, transition.cause, isCertain ? .observed : .presumed, segment, in: &stores)
    }
  }
}
