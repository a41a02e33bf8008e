import PacketDecoding

// Which incarnation of a four-tuple a SYN belongs to (RFC 9293 §3.6.1 and §3.10.7.4 fourth step, RFC 6191; Linux
// tcp_timewait_state_process).

extension Connection {
  /// True where `segment` begins the next connection of this four-tuple.
  ///
  /// A SYN does so when nothing stands in its way: the peer's socket is gone, or waits in TIME_WAIT and the SYN is
  /// newer than all it saw. Else the peer challenges it, and the exchange belongs to the connection that still stands.
  mutating func isReplaced(by segment: Segment, from side: Side, in stores: inout ConnectionStores) -> Bool {
    guard segment.flags.contains(.syn), !segment.flags.contains(.ack) else { return false }
    let other = peer(of: side)
    if repeatsReopening(segment, side, in: &stores) { return isGoneForGood(ends[other].state) }
    if ends[side].initialSequence == segment.sequence { return false }
    if ends[other].packets == 0 { return ends[side].isKnown }
    switch ends[other].state {
    case nil, .closed, .listen: return ends[side].isKnown || ends[other].isKnown
    case .synSent, .synReceived: return ends[side].isKnown
    case .timeWait: return isNewer(segment, than: side)
    default: return false
    }
  }

  /// True where `segment` takes a SYN that its sender was thought to challenge: whatever it was in before, as a TIME_WAIT
  /// shorter than most stacks', is over, and the next connection has begun.
  mutating func isReplaced(byAnswer segment: Segment, from side: Side, in stores: inout ConnectionStores) -> Bool {
    let opener = peer(of: side)
    guard opener != side, let acknowledgment = segment.acknowledgment, ends[side].initialSequence != segment.sequence
    else { return false }
    if isPending(.reopening, at: opener, &stores) {
      return acknowledgment == stores.extras[extras].ends[opener].reopeningSequence + 1
    }
    return ends[opener].facts.contains(.reopened) && ends[opener].initialSequence.map { $0 + 1 } == acknowledgment
  }

  /// A SYN with another ISN that its peer will not take: the sender's host has lost the connection, or it is forged.
  mutating func opensAnew(_ segment: Segment, side: Side) -> Bool {
    segment.flags.contains(.syn) && !segment.flags.contains(.ack) && ends[side].isKnown
      && ends[side].initialSequence != segment.sequence
  }

  /// Takes such a SYN: presumed at first, proved when it comes again or its sender resets what the peer still holds.
  mutating func reopens(_ segment: Segment, side: Side, in stores: inout ConnectionStores) {
    if isPending(.reopening, at: side, &stores) { return sends(segment, side: side, in: &stores) }
    stores.extras[makeExtras(&stores)].ends[side].reopeningSequence = segment.sequence
    presume(side, .reopening, segment, in: &stores)
  }

  /// The host of `side` has lost the connection and opens anew: a fresh endpoint that has sent its SYN.
  mutating func reopen(_ side: Side, in stores: inout ConnectionStores) {
    let place = makeExtras(&stores)
    let sequence = stores.extras[place].ends[side].reopeningSequence
    // What is left of what passed beyond holes is of another sequence space.
    stores.disorder.remove(&stores.extras[place].ends[side].holes)
    keepWindowEdge(of: peer(of: side), in: &stores)
    let kept = ends[side].facts.intersection([
      .scalesWindow, .hasEdge, .hasOtherEdge, .acknowledgedSince, .lastHadSACK, .isDoubtful, .hasAlternative,
    ])
    ends[side].facts = kept.union([.sentSYN, .reopened, .isKnown, .hasInitial])
    ends[side].initial = sequence
    ends[side].next = sequence + 1
    ends[side].acknowledged = sequence
    ends[side].response.invalidate()
    ends[side].states.reopen()
  }

  /// The TIME_WAIT that a SYN of `side` is thought to end.
  mutating func timeWait(against side: Side) -> EarlierTimeWait? {
    let other = peer(of: side)
    guard other != side, ends[other].state == .timeWait else { return nil }
    return EarlierTimeWait(side: other, sequence: ends[other].next, acknowledgment: ends[side].next)
  }

  /// Takes a segment of an old connection, which moves nobody, but for one of a TIME_WAIT that has not made way after all: no
  /// listener took the SYN, or its own rules forbade it (Linux tcp_timewait_state_process, tcp_v4_rcv).
  mutating func takeOld(_ segment: Segment, side: Side, in stores: inout ConnectionStores) {
    stores.pass.verdict = .unacceptable(.acknowledgesUnsent)
    guard let earlier = stores.extras[extras].earlierTimeWait, earlier.side == side,
      segment.sequence == earlier.sequence, segment.acknowledgment == earlier.acknowledgment,
      case .to = ends[side].proved.after(.answersFromTimeWait)
    else { return }
    let moves = presumedMoves(of: side, in: &stores)
    for index in 0..<moves.count { settle(moves[index], as: .refuted, by: segment, in: &stores) }
    expectNothing(side)
    ends[side].states.prove(.answersFromTimeWait)
    note(side, to: ends[side].state, .presumptionRefuted, .observed, segment, in: &stores)
  }

  /// A RST had ended the opening, and it goes on: the same SYN comes again, so that its socket is still there and the RST was
  /// none of its own, as where its kernel knows of no attempt; or its peer, which was back in LISTEN, answers anew
  /// and draws another ISN (RFC 9293 §3.10.7.4, RFC 6528).
  mutating func triesAgain(_ segment: Segment, from side: Side) {
    guard segment.flags.contains(.ack) else {
      let isSame = ends[side].kind == .syn && ends[side].initialSequence == segment.sequence
      if isSame, closing.reset == side { closing = ClosePath() }
      return
    }
    let opener = peer(of: side)
    guard ends[side].facts.contains(.sentSYNACK), ends[side].initialSequence != segment.sequence,
      ends[side].initialSequence.map({ $0 + 1 }) == ends[side].next, ends[opener].kind == .syn,
      ends[opener].synIsCovered(by: segment.acknowledgment)
    else { return }
    ends[side].facts.subtract([.isKnown, .isAcknowledged, .hasInitial, .sentSYNACK])
  }

  /// Closes what is left when the next incarnation begins.
  mutating func replace(by segment: Segment, from side: Side, in stores: inout ConnectionStores) {
    for end in Side.both where end == .low || !isSelfConnect {
      guard case .to(let next) = ends[end].state.after(.replaced) else { continue }
      note(end, to: next, .replaced, end == side ? .observed : .presumed, segment, in: &stores)
      forgetPending(end)
      ends[end].states.replace()
      setDeadline(of: end, .max, in: &stores)
    }
  }

  private mutating func repeatsReopening(
    _ segment: Segment, _ side: Side, in stores: inout ConnectionStores
  ) -> Bool {
    if isPending(.reopening, at: side, &stores),
      stores.extras[extras].ends[side].reopeningSequence == segment.sequence
    {
      return true
    }
    return ends[side].facts.contains(.reopened) && ends[side].initialSequence == segment.sequence
  }

  private func isGoneForGood(_ state: TCPState?) -> Bool {
    switch state {
    case nil, .closed, .listen: true
    default: false
    }
  }

  /// RFC 6191: newer by its timestamp, or by its sequence number where timestamps say nothing. An old timestamp is
  /// dropped before the number is looked at, as that of another host behind the same address may be.
  private mutating func isNewer(_ segment: Segment, than side: Side) -> Bool {
    if segment.options.kinds.contains(.timestamps), ends[side].facts.contains(.sentTimestamps) {
      if ends[side].clock.isNewer(segment) { return true }
      if ends[side].clock.isOld(segment) { return false }
    }
    return segment.sequence > ends[side].next
  }
}
