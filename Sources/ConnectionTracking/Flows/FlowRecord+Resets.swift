import PacketDecoding

// RST: what it says of its sender, and whether its receiver takes it (RFC 9293 §3.10.7, RFC 5961 §3.2; Linux
// tcp_validate_incoming, tcp_reset_check, tcp_timewait_state_process).

extension FlowRecord {
  /// Takes a RST of `side`.
  mutating func resets(_ segment: Segment, side: Int, timers: TimerProfile, in store: inout TimelineStore) {
    let other = peer(of: side)
    let isTaken = accepts(segment, from: side, timers: timers)
    let refuses = isRefusal(segment, side: side)
    let senderLived = isOpen(ends[side].state)
    let receiverLived = isOpen(ends[other].state)
    sendsReset(segment, side: side, refuses: refuses, in: &store)
    if isTaken { presume(other, .rst, segment, in: &store) }
    if (senderLived && ends[side].state == .closed) || (receiverLived && isTaken) {
      closing.reset(by: side, refuses: refuses)
    }
  }

  private func isOpen(_ state: TCPState?) -> Bool {
    switch state {
    case .closed, .listen, .timeWait: false
    default: true
    }
  }

  /// A RST that answers a SYN: no socket listens there, or something on the way says so.
  private func isRefusal(_ segment: Segment, side: Int) -> Bool {
    let end = ends[side]
    return (end.proved == .listen || end.proved == .closed) && !end.facts.contains(.sentSYN)
      && ends[peer(of: side)].sending.synIsCovered(by: segment.acknowledgment)
  }

  private mutating func sendsReset(_ segment: Segment, side: Int, refuses: Bool, in store: inout TimelineStore) {
    let shown = ends[side].state
    guard shown != .closed || !ends[side].pending.isEmpty else { return }
    guard isOwnReset(segment, side: side) else {
      return presume(side, .doubtfulRST, segment, in: &store)
    }
    if shown == .synSent, answersStrayACK(segment, side: side) { return }
    closeByReset(segment, side: side, refuses: refuses, shown: shown, in: &store)
  }

  private mutating func closeByReset(
    _ segment: Segment, side: Int, refuses: Bool, shown: TCPState?, in store: inout TimelineStore
  ) {
    let pending = ends[side].pending
    for index in 0..<pending.count {
      let verdict =
        refuses ? TimelineStore.Settlement.refuted : pendingResetVerdict(pending[index], segment, side: side)
      if verdict != .open { store.settle(pending[index].entry, as: verdict, by: segment) }
    }
    ends[side].pending.removeAll()
    ends[side].beforeClosed = refuses ? nil : ends[side].proved
    if refuses { ends[side].facts.insert(.refused) }
    ends[side].proved = .closed
    if shown != .closed { note(side, from: shown, to: .closed, .sendsRST, .observed, segment, in: &store) }
  }

  /// A RST carries the acknowledgment of a live socket, so it proves the FIN it covers, and a RST taken before.
  private func pendingResetVerdict(
    _ arrival: PendingArrival, _ segment: Segment, side: Int
  ) -> TimelineStore.Settlement {
    if arrival.events.contains(.rst) || arrival.events.contains(.doubtfulRST) { return .confirmed }
    let covers = ends[peer(of: side)].sending.finIsCovered(by: segment.acknowledgment)
    return arrival.events.contains(.fin) && covers ? .confirmed : .open
  }

  /// In SYN_SENT a bare RST whose sequence is not ISS + 1 answers an old connection's segment; the attempt goes on
  /// (RFC 9293 §3.10.7.3 first; Figures 8 and 9).
  private func answersStrayACK(_ segment: Segment, side: Int) -> Bool {
    segment.acknowledgment == nil && segment.sequence != ends[side].sending.next
  }

  /// True where the RST fits what its sender's host would send; a forged one may not.
  ///
  /// A live socket's abort acknowledges and continues its sequence. A stateless answer takes its sequence from the
  /// acknowledgment of the segment it answers, which came just before.
  private func isOwnReset(_ segment: Segment, side: Int) -> Bool {
    let end = ends[side]
    let other = ends[peer(of: side)]
    guard end.sending.isKnown, other.sending.isKnown else { return true }
    guard end.state?.isSynchronized == true else { return true }
    if let acknowledgment = segment.acknowledgment {
      let ahead = segment.sequence.distance(from: end.sending.acknowledged)
      return ahead >= 0 && segment.sequence <= end.sending.next + receiveWindow(of: peer(of: side))
        && acknowledgment <= other.sending.next && segment.sequence >= end.sending.contiguous
    }
    return other.facts.contains(.lastTookSpace) && other.lastSent >= end.lastSent
      && end.sending.isAcknowledged && segment.sequence == end.sending.acknowledged
  }

  /// Whether the RST takes effect at its receiver, should it arrive.
  private func accepts(_ segment: Segment, from side: Int, timers: TimerProfile) -> Bool {
    let sending = ends[side].sending
    let receiver = ends[peer(of: side)]
    switch receiver.state {
    case .closed, .listen: return false
    case nil: return true
    case .synSent:
      guard let acknowledgment = segment.acknowledgment else { return false }
      return receiver.sending.synIsCovered(by: acknowledgment) && acknowledgment <= receiver.sending.next
    case .synReceived, .finWait2: return isInWindow(segment, from: side)
    case .timeWait: return timers.resetEndsTimeWait && (!sending.isKnown || segment.sequence == sending.contiguous)
    case .closeWait, .closing, .lastAck:
      // Linux takes a RST at RCV.NXT - 1 after a FIN: some senders do not count their own.
      if let finEnd = sending.finEnd, segment.sequence == finEnd - 1 { return true }
      return isExact(segment, sending)
    case .established, .finWait1: return isExact(segment, sending)
    }
  }

  /// RST at RCV.NXT, as far as it is known: what has passed, what has been acknowledged, or beyond a hole the right
  /// edge of the last SACK block.
  private func isExact(_ segment: Segment, _ sending: SequenceSpace) -> Bool {
    guard sending.isKnown else { return true }
    return segment.sequence == sending.contiguous || segment.sequence == sending.next
      || (sending.isAcknowledged && segment.sequence == sending.acknowledged)
  }

  private func isInWindow(_ segment: Segment, from side: Int) -> Bool {
    let sending = ends[side].sending
    guard sending.isKnown else { return true }
    let ahead = segment.sequence.distance(from: sending.contiguous)
    return ahead >= 0 && ahead <= receiveWindow(of: peer(of: side))
  }
}
