import PacketDecoding

// What only time does (RFC 9293 §3.10.8; the stack's profile).

extension Connection {
  /// Sets the timer of the state that `side` has entered; whatever it sends in TIME_WAIT, mostly the acknowledgment of the
  /// FIN again, starts its 2MSL anew (RFC 9293 §3.10.7.4, eighth step).
  mutating func restartTimer(
    _ side: Side, from earlier: TCPState?, _ segment: Segment, sent: Bool, _ timers: TimerProfile,
    in stores: inout ConnectionStores
  ) {
    let state = ends[side].state
    guard state != earlier || (state == .timeWait && sent) else {
      return holdHalfClose(side, sent: sent, in: &stores)
    }
    // It outlived the orphan's limit, so it is none.
    if earlier == .closed, state == .finWait2 { ends[side].facts.insert(.heldHalfClose) }
    setDeadline(of: side, deadline(of: side, in: state, from: segment.time, timers), in: &stores)
  }

  /// When the timer of `state` ends that starts now, in nanoseconds; `.max` where it has none.
  private mutating func deadline(
    of side: Side, in state: TCPState?, from now: Timestamp, _ timers: TimerProfile
  ) -> Int64 {
    switch state {
    case .timeWait: now.advanced(byNanoseconds: timers.timeWait).nanoseconds
    case .finWait2 where timers.orphanedFinWait2 != .max && !ends[side].facts.contains(.heldHalfClose):
      now.advanced(byNanoseconds: timers.orphanedFinWait2).nanoseconds
    default: .max
    }
  }

  /// An end that goes on taking data in FIN_WAIT_2 has only shut down its own direction: nothing times it out (Linux
  /// tcp_shutdown; an orphan would answer with RST).
  private mutating func holdHalfClose(_ side: Side, sent: Bool, in stores: inout ConnectionStores) {
    let other = peer(of: side)
    guard sent, ends[side].proved == .finWait2, !ends[other].hasFIN, ends[other].facts.contains(.lastTookSpace) else {
      return
    }
    ends[side].facts.insert(.heldHalfClose)
    setDeadline(of: side, .max, in: &stores)
  }

  /// The earliest timer of the two ends, in nanoseconds; `.max` where none runs.
  mutating func deadline(_ stores: inout ConnectionStores) -> Int64 {
    min(timer, stores.extras[extras].secondDeadline)
  }

  /// Ends the timers that are due.
  mutating func expire(at now: Int64, in stores: inout ConnectionStores) {
    marks.prediction = .none
    for side in Side.both {
      let due = deadline(of: side, &stores)
      guard due <= now else { continue }
      if case .to = ends[side].state.after(.timeout) { timeOut(side, at: due, in: &stores) }
      setDeadline(of: side, .max, in: &stores)
    }
  }

  private mutating func timeOut(_ side: Side, at due: Int64, in stores: inout ConnectionStores) {
    let cause: TransitionCause = ends[side].state == .timeWait ? .timeWaitExpired : .finWait2Expired
    forgetPending(side)
    ends[side].states.timeOut()
    noteTimeout(side, to: ends[side].state, cause, at: due, in: &stores)
  }

  /// True when neither end holds a socket any more.
  var isOver: Bool { mutating get { isGone(ends[.low].state) && (isSelfConnect || isGone(ends[.high].state)) } }

  private func isGone(_ state: TCPState?) -> Bool { state == .closed || state == .listen || state == nil }

  /// When the connection wants to be looked at next, in nanoseconds: its timers, or when it is over and has lingered long
  /// enough for what may still come late (a retransmitted FIN, its ACK, an answer to a RST).
  mutating func nextWake(linger: Int64, _ stores: inout ConnectionStores) -> Int64 {
    let deadline = hasExtras ? deadline(&stores) : timer
    guard isOver else { return deadline }
    return min(deadline, Timestamp(nanoseconds: lastTime(&stores)).advanced(byNanoseconds: linger).nanoseconds)
  }

  /// A connection attempt that nobody answered.
  var isUnanswered: Bool {
    mutating get { ends[clientSide.other].packets == 0 && closing.firstSide == nil }
  }
}
