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
      closing.noteIdle(before: segment, lastPayload: lastPayload)
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
  private mutating func isRefusal(_ segment: Segment, side: Int) -> Bool {
    let proved = ends[side].proved
    return (proved == .listen || proved == .closed) && !ends[side].facts.contains(.sentSYN)
      && ends[peer(of: side)].sending.synIsCovered(by: segment.acknowledgment)
  }

  private mutating func sendsReset(_ segment: Segment, side: Int, refuses: Bool, in store: inout TimelineStore) {
    let shown = ends[side].state
    guard shown != .closed || !ends[side].pending.isEmpty else { return }
    if ends[side].pending.contains(.reopening), segment.acknowledgment == nil {
      // It resets what its peer still holds of the old connection; its new attempt goes on (RFC 9293 Figure 10).
      return sends(segment, side: side, in: &store)
    }
    switch origin(of: segment, side: side) {
    case .own: break
    case .doubtful: return presume(side, .doubtfulRST, segment, in: &store)
    case .foreign: return
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
        refuses ? TimelineSlot.Settlement.refuted : pendingResetVerdict(pending[index], segment, side: side)
      if verdict != .open { store.settle(pending[index].entry, as: verdict, by: segment) }
    }
    if refuses { ends[side].facts.insert(.refused) }
    ends[side].reset(refuses: refuses)
    let reached = ends[side].state
    if shown != reached { note(side, from: shown, to: reached, .sendsRST, .observed, segment, in: &store) }
  }

  /// A RST carries the acknowledgment of a live socket, so it proves the FIN it covers, and a RST taken before.
  private mutating func pendingResetVerdict(
    _ arrival: PendingArrival, _ segment: Segment, side: Int
  ) -> TimelineSlot.Settlement {
    if arrival.events.contains(.rst) || arrival.events.contains(.doubtfulRST) { return .confirmed }
    let covers = ends[peer(of: side)].sending.finIsCovered(by: segment.acknowledgment)
    return arrival.events.contains(.fin) && covers ? .confirmed : .open
  }

  /// In SYN_SENT a bare RST whose sequence is not ISS + 1 answers an old connection's segment; the attempt goes on
  /// (RFC 9293 §3.10.7.3 first; Figures 8 and 9).
  private mutating func answersStrayACK(_ segment: Segment, side: Int) -> Bool {
    segment.acknowledgment == nil && segment.sequence != ends[side].sending.next
  }

  /// Who sent a RST, as far as its shape tells.
  private enum Origin { case own, doubtful, foreign }

  /// Whether the RST fits what the host it names would send; a forged one or a middlebox's may not.
  ///
  /// A live socket's abort acknowledges and continues its sequence (RFC 9293 §3.10.5). A RST without ACK only answers a
  /// segment that has just come, and takes its sequence from there (§3.10.7.1): with nothing to answer, it is not the
  /// host's.
  private mutating func origin(of segment: Segment, side: Int) -> Origin {
    let sent = ends[side].sending
    let received = ends[peer(of: side)].sending
    // An answer without a socket behind it offers no window.
    if segment.acknowledgment == nil, segment.window != 0 { return .foreign }
    guard sent.isKnown, received.isKnown, ends[side].proved?.isSynchronized == true else { return .own }
    if isOutsideWindow(segment, from: side) { return .foreign }
    if let acknowledgment = segment.acknowledgment {
      let continues =
        segment.sequence >= sent.contiguous && segment.sequence >= sent.acknowledged
        && segment.sequence <= sent.next + receiveWindow(of: peer(of: side))
      return continues && acknowledgment <= received.next && !lacksTimestamps(segment, side: side)
        ? .own : .doubtful
    }
    if sent.isAcknowledged, segment.sequence > sent.acknowledged { return .foreign }
    guard received.outstanding > 0 else {
      return lastSender != side ? .doubtful : .foreign
    }
    // An orphan answers what comes after it has closed, and so does an end that a RST has reached. One that has not
    // closed would acknowledge instead: it has lost the connection, or somebody else answers in its name.
    if ends[side].pending.contains(.rst) { return .own }
    return ends[side].proved == .finWait1 || ends[side].proved == .finWait2 ? .own : .doubtful
  }

  /// Whether the RST takes effect at its receiver, should it arrive.
  mutating func accepts(_ segment: Segment, from side: Int, timers: TimerProfile) -> Bool {
    let sending = ends[side].sending
    let other = peer(of: side)
    switch ends[other].state {
    case .closed, .listen: return false
    case nil: return true
    case .synSent:
      guard let acknowledgment = segment.acknowledgment else { return false }
      return ends[other].sending.synIsCovered(by: acknowledgment) && acknowledgment <= ends[other].sending.next
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
  func isExact(_ segment: Segment, _ sending: SequenceSpace) -> Bool {
    guard sending.isKnown else { return true }
    return segment.sequence == sending.contiguous || segment.sequence == sending.next
      || (sending.isAcknowledged && segment.sequence == sending.acknowledged)
  }

  mutating func isInWindow(_ segment: Segment, from side: Int) -> Bool {
    let sending = ends[side].sending
    guard sending.isKnown else { return true }
    let ahead = segment.sequence.distance(from: sending.contiguous)
    return ahead >= 0 && ahead <= receiveWindow(of: peer(of: side))
  }
}
