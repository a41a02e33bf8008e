import PacketDecoding

// What only time does (RFC 9293 §3.10.8; the stack's profile).

extension FlowRecord {
  /// Sets the timer of the state that `side` has entered; one that acknowledges the FIN again in TIME_WAIT starts its
  /// 2MSL anew (RFC 9293 §3.10.7.4, eighth step).
  mutating func restartTimer(
    _ side: Int, from earlier: TCPState?, _ segment: Segment, sent: Bool, _ timers: TimerProfile
  ) {
    let state = ends[side].state
    guard state != earlier || (state == .timeWait && sent) else { return holdHalfClose(side, segment, sent: sent) }
    let now = segment.time
    // It outlived the orphan's limit, so it is none.
    if earlier == .closed, state == .finWait2 { ends[side].facts.insert(.heldHalfClose) }
    switch state {
    case .timeWait: ends[side].deadline = now.advanced(byNanoseconds: timers.timeWait).nanoseconds
    case .finWait2 where timers.orphanedFinWait2 != .max && !ends[side].facts.contains(.heldHalfClose):
      ends[side].deadline = now.advanced(byNanoseconds: timers.orphanedFinWait2).nanoseconds
    default: ends[side].deadline = .max
    }
  }

  /// An end that goes on taking data in FIN_WAIT_2 has only shut down its own direction: nothing times it out (Linux
  /// tcp_shutdown; an orphan would answer with RST).
  private mutating func holdHalfClose(_ side: Int, _ segment: Segment, sent: Bool) {
    guard sent, ends[side].proved == .finWait2, ends[peer(of: side)].sending.finEnd == nil else { return }
    guard ends[peer(of: side)].facts.contains(.lastTookSpace) else { return }
    ends[side].facts.insert(.heldHalfClose)
    ends[side].deadline = .max
  }

  /// The earliest timer of the two ends, in nanoseconds; `.max` where none runs.
  var deadline: Int64 { mutating get { min(ends[0].deadline, ends[1].deadline) } }

  /// Ends the timers that are due.
  mutating func expire(at now: Int64, in store: inout TimelineStore) {
    for side in 0..<2 where ends[side].deadline <= now {
      timeOut(side, in: &store)
      ends[side].deadline = .max
    }
  }

  private mutating func timeOut(_ side: Int, in store: inout TimelineStore) {
    let state = ends[side].state
    guard case .to(let next) = state.after(.timeout) else { return }
    noteTimeout(side, from: state, to: next, state == .timeWait ? .timeWaitExpired : .finWait2Expired, in: &store)
    ends[side].timeOut()
  }

  /// True when neither end holds a socket any more.
  var isOver: Bool { mutating get { isGone(ends[0].state) && (isSelfConnect || isGone(ends[1].state)) } }

  private mutating func isGone(_ state: TCPState?) -> Bool { state == .closed || state == .listen || state == nil }
}

extension FlowRecord {
  /// When the record wants to be looked at next, in nanoseconds: its timers, or when it is over and has lingered long
  /// enough for what may still come late (a retransmitted FIN, its ACK, an answer to a RST).
  mutating func nextWake(linger: Int64) -> Int64 {
    isOver ? min(deadline, last.time.advanced(byNanoseconds: linger).nanoseconds) : deadline
  }

  /// A connection attempt that nobody answered.
  var isUnanswered: Bool {
    mutating get { ends[1 - Int(clientSide)].counters.packets == 0 && closing.firstSide == nil }
  }
}
