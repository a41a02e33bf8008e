import PacketDecoding

// RST: what it says of its sender, and whether its receiver takes it (RFC 9293 §3.10.7, RFC 5961 §3.2; Linux
// tcp_validate_incoming, tcp_reset_check, tcp_timewait_state_process).

extension Connection {
  /// Takes a RST of `side`.
  mutating func resets(_ segment: Segment, side: Side, timers: TimerProfile, in stores: inout ConnectionStores) {
    let other = peer(of: side)
    let isTaken = accepts(segment, from: side, timers: timers, in: &stores)
    let refuses = isRefusal(segment, side: side, in: &stores)
    let senderLived = isOpen(ends[side].state)
    let receiverLived = isOpen(ends[other].state)
    sendsReset(segment, side: side, refuses: refuses, in: &stores)
    if isTaken { presume(other, .rst, segment, in: &stores) }
    if (senderLived && ends[side].state == .closed) || (receiverLived && isTaken) {
      closing.noteIdle(before: segment)
      closing.reset(by: side, refuses: refuses, isForeign: stores.pass.isForeign)
    }
  }

  /// `side` goes on, so that no RST has ended it; where none has ended its peer either, none has ended the connection.
  mutating func takeBackReset(of side: Side, in stores: inout ConnectionStores) {
    guard closing.reset != nil else { return }
    let own = newestReset(of: side, in: &stores)
    guard own != .none else { return }
    let other = peer(of: side)
    if other != side, ends[other].state == .closed {
      let place = newestReset(of: other, in: &stores)
      if place != .none, stores.log[log, place.entry][place.move].settlement != .refuted {
        return closing.disown(resetOf: side)
      }
    }
    marks.insert(.isEventful)
    closing.takeBackReset(of: moment(of: own, &stores).time.nanoseconds)
  }

  /// The move by which `side` was last thought to be closed, if a RST made it.
  private mutating func newestReset(of side: Side, in stores: inout ConnectionStores) -> LogPlace {
    let place = newestMove(in: &stores) { $0.side == side && $0.to == .closed }
    guard place != .none else { return .none }
    let cause = stores.log[log, place.entry][place.move].cause
    return cause == .sendsRST || cause == .receivesRST ? place : .none
  }

  private func isOpen(_ state: TCPState?) -> Bool {
    switch state {
    case .closed, .listen, .timeWait: false
    default: true
    }
  }

  /// A RST that answers a SYN: no socket listens there, or something on the way says so.
  private mutating func isRefusal(
    _ segment: Segment, side: Side, in stores: inout ConnectionStores
  ) -> Bool {
    let proved = ends[side].proved
    let stoodInTimeWait = proved == .timeWait && stores.extras[extras].earlierTimeWait != nil
    return (proved == .listen || proved == .closed || stoodInTimeWait) && !ends[side].facts.contains(.sentSYN)
      && ends[peer(of: side)].synIsCovered(by: segment.acknowledgment)
  }

  private mutating func sendsReset(
    _ segment: Segment, side: Side, refuses: Bool, in stores: inout ConnectionStores
  ) {
    let shown = ends[side].state
    guard shown != .closed || !ends[side].pending.isEmpty else { return }
    if segment.acknowledgment == nil, isPending(.reopening, at: side, &stores) {
      // It resets what its peer still holds of the old connection; its new attempt goes on (RFC 9293 Figure 10).
      return sends(segment, side: side, in: &stores)
    }
    switch origin(of: segment, side: side, in: &stores) {
    case .own: break
    case .doubtful: return presume(side, .doubtfulRST, segment, in: &stores)
    case .foreign: return stores.pass.isForeign = true
    }
    if shown == .synSent, answersStrayACK(segment, side: side) { return }
    closeByReset(segment, side: side, refuses: refuses, shown: shown, in: &stores)
  }

  private mutating func closeByReset(
    _ segment: Segment, side: Side, refuses: Bool, shown: TCPState?, in stores: inout ConnectionStores
  ) {
    let moves = presumedMoves(of: side, in: &stores)
    for index in 0..<moves.count {
      let events = pendingEvents(index, of: side, &stores)
      let verdict =
        refuses && !events.isReset
        ? PackedTransition.Settlement.refuted : verdict(on: events, byReset: segment, side, &stores)
      if verdict != .open { settle(moves[index], as: verdict, by: segment, in: &stores) }
    }
    if refuses { ends[side].facts.insert(.refused) }
    expectNothing(side)
    ends[side].states.reset(refuses: refuses)
    let reached = ends[side].state
    if shown != reached { note(side, to: reached, .sendsRST, .observed, segment, in: &stores) }
  }

  /// A RST carries the acknowledgment of a live socket, so it proves the FIN it covers, and a RST taken before.
  private mutating func verdict(
    on events: ArrivalEvents, byReset segment: Segment, _ side: Side, _ stores: inout ConnectionStores
  ) -> PackedTransition.Settlement {
    if events.contains(.rst) || events.contains(.doubtfulRST) { return .confirmed }
    let covers = finIsCovered(of: peer(of: side), by: segment.acknowledgment, &stores)
    return events.contains(.fin) && covers ? .confirmed : .open
  }

  /// In SYN_SENT a bare RST whose sequence is not ISS + 1 answers an old connection's segment; the attempt goes on
  /// (RFC 9293 §3.10.7.3 first; Figures 8 and 9).
  private mutating func answersStrayACK(_ segment: Segment, side: Side) -> Bool {
    segment.acknowledgment == nil && segment.sequence != ends[side].next
  }

  /// Who sent a RST, as far as its shape tells.
  private enum Origin { case own, doubtful, foreign }

  /// Whether the RST fits what the host it names would send; a forged one or a middlebox's may not.
  ///
  /// A live socket's abort acknowledges and continues its sequence (RFC 9293 §3.10.5). A RST without ACK only answers a
  /// segment that has just come, and takes its sequence from there (§3.10.7.1): with nothing to answer, it is not the
  /// host's. Some stacks abort without an ACK and leave their window in: what carries on from the sender's own packets
  /// is its own all the same.
  private mutating func origin(of segment: Segment, side: Side, in stores: inout ConnectionStores) -> Origin {
    let other = peer(of: side)
    // An answer without a socket behind it offers no window.
    if segment.acknowledgment == nil, segment.window != 0 {
      return ends[side].carriesOn(with: segment) ? .own : .foreign
    }
    guard ends[side].isKnown, ends[other].isKnown, ends[side].proved?.isSynchronized == true else { return .own }
    if isOutsideWindow(segment, from: side, in: &stores) { return .foreign }
    if let acknowledgment = segment.acknowledgment {
      let continues =
        segment.sequence >= contiguous(of: side, &stores) && segment.sequence >= ends[side].acknowledged
        && segment.sequence <= ends[side].next + largestPlausibleWindow(of: other)
      return continues && acknowledgment <= ends[other].next && !lacksTimestamps(segment, side: side)
        ? .own : .doubtful
    }
    if ends[side].carriesOn(with: segment) { return .own }
    if ends[side].isAcknowledged, segment.sequence > ends[side].acknowledged { return .foreign }
    guard ends[other].outstanding > 0 else { return lastSender != side ? .doubtful : .foreign }
    // An orphan answers what comes after it has closed, and so does an end that a RST has reached. One that has not
    // closed would acknowledge instead: it has lost the connection, or somebody else answers in its name.
    if isPending(.rst, at: side, &stores) { return .own }
    return ends[side].proved == .finWait1 || ends[side].proved == .finWait2 ? .own : .doubtful
  }

  /// Whether the RST takes effect at its receiver, should it arrive.
  mutating func accepts(
    _ segment: Segment, from side: Side, timers: TimerProfile, in stores: inout ConnectionStores
  ) -> Bool {
    let other = peer(of: side)
    switch ends[other].state {
    case .closed, .listen: return false
    case nil: return true
    case .synSent:
      guard let acknowledgment = segment.acknowledgment else { return false }
      return ends[other].synIsCovered(by: acknowledgment) && acknowledgment <= ends[other].next
    case .timeWait:
      return timers.resetEndsTimeWait
        && (!ends[side].isKnown || segment.sequence == contiguous(of: side, &stores)
          || segment.sequence == stores.extras[extras].earlierTimeWait?.acknowledgment)
    case .synReceived, .established, .finWait1, .finWait2, .closeWait, .closing, .lastAck:
      return timers.takesInexactReset
        ? acceptsOnLinux(segment, from: side, in: &stores) : isExact(segment, from: side, in: &stores)
    }
  }

  private mutating func acceptsOnLinux(
    _ segment: Segment, from side: Side, in stores: inout ConnectionStores
  ) -> Bool {
    let other = peer(of: side)
    switch ends[other].state {
    case .synReceived:
      // No socket yet but a request, which looks at the acknowledgment before the flags (tcp_check_req).
      if let acknowledgment = segment.acknowledgment, let own = ends[other].initialSequence, own + 1 != acknowledgment {
        return false
      }
      return isInWindow(segment, from: side, in: &stores)
    case .finWait2 where !ends[other].facts.contains(.heldHalfClose):
      return isInWindow(segment, from: side, in: &stores)
    case .closeWait, .closing, .lastAck:
      // Some senders do not count their own FIN.
      if let finEnd = finEnd(of: side, &stores), segment.sequence == finEnd - 1 { return true }
      return isExact(segment, from: side, in: &stores)
    default: return isExact(segment, from: side, in: &stores)
    }
  }

  /// RST at RCV.NXT, as far as it is known: what has passed, what has been acknowledged, or beyond a hole the right
  /// edge of the last SACK block.
  mutating func isExact(_ segment: Segment, from side: Side, in stores: inout ConnectionStores) -> Bool {
    guard ends[side].isKnown else { return true }
    return segment.sequence == contiguous(of: side, &stores) || segment.sequence == ends[side].next
      || (ends[side].isAcknowledged && segment.sequence == ends[side].acknowledged)
  }

  /// From RCV.NXT to the right edge of the window that was advertised, which Linux takes for inside (`tcp_in_window`).
  mutating func isInWindow(_ segment: Segment, from side: Side, in stores: inout ConnectionStores) -> Bool {
    guard ends[side].isKnown else { return true }
    guard segment.sequence >= contiguous(of: side, &stores) else { return false }
    guard let edge = windowEdge(of: peer(of: side), &stores) else {
      return !isOutsideWindow(segment, from: side, in: &stores)
    }
    return segment.sequence <= edge
  }
}
