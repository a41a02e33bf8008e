import PacketDecoding

// Which incarnation of a four-tuple a SYN belongs to (RFC 9293 §3.6.1 and §3.10.7.4 fourth step, RFC 6191; Linux
// tcp_timewait_state_process).

extension FlowRecord {
  /// True where `segment` begins the next connection of this four-tuple.
  ///
  /// A SYN does so when nothing stands in its way: the peer's socket is gone, or waits in TIME_WAIT and the SYN is
  /// newer than all it saw. Else the peer challenges it, and the exchange belongs to the connection that still stands.
  mutating func isReplaced(by segment: Segment, from side: Int) -> Bool {
    guard segment.flags.contains(.syn), !segment.flags.contains(.ack) else { return false }
    let other = peer(of: side)
    if repeatsReopening(segment, side) { return isGoneForGood(ends[other].state) }
    if ends[side].sending.initial == segment.sequence { return false }
    if ends[other].counters.packets == 0 { return ends[side].sending.isKnown }
    switch ends[other].state {
    case nil, .closed, .listen: return ends[side].sending.isKnown || ends[other].sending.isKnown
    case .synSent, .synReceived: return ends[side].sending.isKnown
    case .timeWait: return isNewer(segment, than: side)
    default: return false
    }
  }

  /// True where `segment` takes a SYN that its sender was thought to challenge: whatever it was in before, as a TIME_WAIT
  /// shorter than most stacks', is over, and the next connection has begun.
  mutating func isReplaced(byAnswer segment: Segment, from side: Int) -> Bool {
    let opener = peer(of: side)
    guard opener != side, let acknowledgment = segment.acknowledgment, ends[side].sending.initial != segment.sequence
    else { return false }
    if ends[opener].pending.contains(.reopening) { return acknowledgment == ends[opener].reopeningSequence + 1 }
    return ends[opener].facts.contains(.reopened) && ends[opener].sending.initial.map { $0 + 1 } == acknowledgment
  }

  /// A SYN with another ISN that its peer will not take: the sender's host has lost the connection, or it is forged.
  mutating func opensAnew(_ segment: Segment, side: Int) -> Bool {
    segment.flags.contains(.syn) && !segment.flags.contains(.ack) && ends[side].sending.isKnown
      && ends[side].sending.initial != segment.sequence
  }

  /// Takes such a SYN: presumed at first, proved when it comes again or its sender resets what the peer still holds.
  mutating func reopens(_ segment: Segment, side: Int, in store: inout TimelineStore) {
    guard ends[side].pending.contains(.reopening) else {
      ends[side].reopeningSequence = segment.sequence
      return presume(side, .reopening, segment, in: &store)
    }
    sends(segment, side: side, in: &store)
  }

  /// Closes what is left when the next incarnation begins.
  mutating func replace(by segment: Segment, from side: Int, in store: inout TimelineStore) {
    for end in 0..<(isSelfConnect ? 1 : 2) {
      let state = ends[end].state
      guard case .to(let next) = state.after(.replaced) else { continue }
      let evidence: Evidence = end == side ? .observed : .presumed
      note(end, from: state, to: next, .replaced, evidence, segment, in: &store)
      ends[end].replace()
    }
  }

  private mutating func repeatsReopening(_ segment: Segment, _ side: Int) -> Bool {
    let isPending = ends[side].pending.contains(.reopening) && ends[side].reopeningSequence == segment.sequence
    return isPending || ends[side].facts.contains(.reopened) && ends[side].sending.initial == segment.sequence
  }

  private func isGoneForGood(_ state: TCPState?) -> Bool {
    switch state {
    case nil, .closed, .listen: true
    default: false
    }
  }

  /// RFC 6191: newer by its timestamp, or by its sequence number where timestamps say nothing. An old timestamp is
  /// dropped before the number is looked at, as that of another host behind the same address may be.
  private mutating func isNewer(_ segment: Segment, than side: Int) -> Bool {
    if segment.options.kinds.contains(.timestamps), ends[side].facts.contains(.sentTimestamps) {
      if ends[side].timestamps.isNewer(segment) { return true }
      if ends[side].timestamps.isOld(segment) { return false }
    }
    return segment.sequence > ends[side].sending.next
  }
}
