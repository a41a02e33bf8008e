import PacketDecoding

// What is decided before the table: does a segment fit the connection at all? (RFC 9293 §3.10.7.4, first to fifth
// step; RFC 5961; RFC 7323 §5). A receiver drops what does not, so it moves nobody; and since nobody knows who sent
// it, it proves nothing of the endpoint it names.

/// How a segment fits its connection.
enum Acceptability: Sendable, Equatable {
  case acceptable
  /// Sequence numbers outside the receiver's window (RFC 9293 §3.10.7.4, first step).
  case outsideWindow
  /// Acknowledges what was never sent (fifth step, RFC 5961 §5.2).
  case acknowledgesUnsent
  /// A timestamp from before (RFC 7323 §5.3, R1).
  case oldTimestamp
}

extension FlowRecord {
  /// How `segment`, sent by `side`, fits what is known of both directions. RST is judged in Resets.swift.
  @inline(__always)
  mutating func acceptability(_ segment: Segment, from side: Int) -> Acceptability {
    guard !segment.flags.contains(.syn) else { return .acceptable }
    guard ends[side].sending.isKnown else { return .acceptable }
    if isOutsideWindow(segment, from: side) { return .outsideWindow }
    if ends[side].timestamps.isOld(segment), segment.sequence >= ends[side].sending.contiguous,
      segment.sequenceLength > 0
    {
      return .oldTimestamp
    }
    if acknowledgesUnsent(segment, from: side) { return .acknowledgesUnsent }
    return .acceptable
  }

  /// A connection whose SYNs both offered timestamps carries them in every segment (RFC 7323 §3.2): one without is not
  /// from the endpoint it names, though its peer may take it.
  mutating func lacksTimestamps(_ segment: Segment, side: Int) -> Bool {
    ends[side].facts.contains(.sentTimestamps) && ends[peer(of: side)].facts.contains(.sentTimestamps)
      && segment.options.kinds.isDisjoint(with: [.timestamps, .truncated, .malformed])
  }

  /// Too far from what `side` has sent and its peer awaits, either way.
  @inline(__always)
  mutating func isOutsideWindow(_ segment: Segment, from side: Int) -> Bool {
    let sending = ends[side].sending
    let reach = receiveWindow(of: peer(of: side))
    return segment.sequence.distance(from: sending.next) > reach
      || segment.sequenceEnd.distance(from: sending.isAcknowledged ? sending.acknowledged : sending.contiguous) < -reach
  }

  /// A SYN-ACK that acknowledges anything but the SYN that was sent: its receiver answers with RST (RFC 9293 §3.10.7.3,
  /// first step).
  mutating func answersNoSYN(_ segment: Segment, side: Int) -> Bool {
    guard segment.flags.contains(.syn), let acknowledgment = segment.acknowledgment else { return false }
    let asked = ends[peer(of: side)].sending
    guard asked.initial != nil else { return false }
    return !asked.synIsCovered(by: acknowledgment) || acknowledgment > asked.next
  }

  /// How far beyond the last byte seen a segment can lie. Twice the largest window leaves room for windows that were
  /// not captured; without both SYNs the scale is unknown, and nothing is too far.
  mutating func receiveWindow(of side: Int) -> Int {
    let window = ends[side].window
    return window.isNegotiated ? max(2 * window.largest, 1 << 17) : 1 << 30
  }

  private mutating func acknowledgesUnsent(_ segment: Segment, from side: Int) -> Bool {
    let received = ends[peer(of: side)].sending
    guard let acknowledgment = segment.acknowledgment, received.isKnown else { return false }
    return acknowledgment > received.next
  }
}
