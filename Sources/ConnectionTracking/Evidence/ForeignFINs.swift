import PacketDecoding

// A FIN that was not its sender's: shown by the peer, who takes data at its number (RFC 9293 §3.10.7.4, seventh and eighth
// step: after a FIN nothing more is taken).

extension Connection {
  /// True where `segment`, of the peer, acknowledges what `side` sent at the number of its FIN and beyond.
  @inline(__always)
  mutating func goesBeyondFIN(_ segment: Segment, of side: Side, in stores: inout ConnectionStores) -> Bool {
    guard ends[side].facts.contains(.hasPassedFIN), let acknowledgment = segment.acknowledgment,
      let finEnd = finEnd(of: side, &stores)
    else { return false }
    return acknowledgment > finEnd && acknowledgment <= ends[side].next
  }

  /// The FIN of `side` was never its own: both ends are where they were without it.
  mutating func forgetFIN(of side: Side, by segment: Segment, in stores: inout ConnectionStores) {
    let other = peer(of: side)
    marks.insert(.isEventful)
    closing.takeBackFIN(of: side, payload: ends[side].lastTime)
    ends[side].facts.subtract([.hasFIN, .hasPassedFIN])
    ends[other].facts.subtract([.finHeld, .acknowledgedFINAlone])
    stores.extras[makeExtras(&stores)].ends[side].finTime = .min
    // Its own next segment will confirm it.
    goBack(side, by: .sendsBeyondFIN, without: .finAcknowledged, segment, .presumed, in: &stores)
    if other != side { goBack(other, by: .receivesBeyondFIN, without: .fin, segment, .observed, in: &stores) }
  }

  /// Takes `side` back by `event`; what is pending there with `arrival` in it is so no more, and refuted where `segment` is its
  /// own; the rest stays pending.
  private mutating func goBack(
    _ side: Side, by event: EndpointEvent, without arrival: ArrivalEvents, _ segment: Segment, _ evidence: Evidence,
    in stores: inout ConnectionStores
  ) {
    let shown = ends[side].state
    let moves = presumedMoves(of: side, in: &stores)
    var open = PresumptionList()
    for index in 0..<moves.count {
      let presumption = presumption(index, at: moves[index], of: side, &stores)
      if presumption.events.isDisjoint(with: arrival) {
        open.append(presumption)
      } else if evidence == .observed {
        settle(moves[index], as: .refuted, by: segment, in: &stores)
      }
    }
    expectNothing(side)
    ends[side].states.prove(event)
    for index in 0..<open.count { keepExpecting(open[index], at: side, in: &stores) }
    let reached = ends[side].state
    guard reached != shown else { return }
    note(side, to: reached, .presumptionRefuted, evidence, segment, in: &stores)
    if evidence == .presumed { ends[side].facts.insert(.isDoubtful) }
  }
}
