import PacketDecoding

// What is decided before the table: does a segment fit the connection at all? (RFC 9293 §3.10.7.4, first to fifth
// step; RFC 5961; RFC 7323 §5). A receiver drops what does not, so it moves nobody; and since nobody knows who sent
// it, it proves nothing of the endpoint it names.

/// How a segment fits its connection.
public enum Acceptability: Sendable, Hashable {
  case acceptable
  /// Sequence numbers outside the receiver's window (RFC 9293 §3.10.7.4, first step).
  case outsideWindow
  /// Acknowledges what was never sent (fifth step, RFC 5961 §5.2).
  case acknowledgesUnsent
  /// A timestamp from before (RFC 7323 §5.3, R1).
  case oldTimestamp
}

extension Connection {
  /// How `segment`, sent by `side`, fits what is known of both directions. RST is judged in Resets.swift.
  @inline(__always)
  mutating func acceptability(
    _ segment: Segment, from side: Side, in stores: inout ConnectionStores
  ) -> Acceptability {
    guard !segment.flags.contains(.syn), ends[side].isKnown else { return .acceptable }
    if isOutsideWindow(segment, from: side, in: &stores) { return .outsideWindow }
    if ends[side].clock.isOld(segment), segment.sequence >= contiguous(of: side, &stores), segment.sequenceLength > 0 {
      return .oldTimestamp
    }
    return acknowledgesUnsent(segment, from: side) ? .acknowledgesUnsent : .acceptable
  }

  /// A connection whose SYNs both offered timestamps carries them in every segment (RFC 7323 §3.2): one without is not
  /// from the endpoint it names, though its peer may take it.
  mutating func lacksTimestamps(_ segment: Segment, side: Side) -> Bool {
    ends[side].facts.contains(.sentTimestamps) && ends[peer(of: side)].facts.contains(.sentTimestamps)
      && segment.options.kinds.isDisjoint(with: [.timestamps, .truncated, .malformed])
  }

  /// Too far from what `side` has sent and its peer awaits, either way.
  @inline(__always)
  mutating func isOutsideWindow(_ segment: Segment, from side: Side, in stores: inout ConnectionStores) -> Bool {
    let reach = largestPlausibleWindow(of: peer(of: side))
    if segment.sequence.distance(from: ends[side].next) > reach { return true }
    let awaited = ends[side].isAcknowledged ? ends[side].acknowledged : contiguous(of: side, &stores)
    return segment.sequenceEnd.distance(from: awaited) < -reach
  }

  /// A SYN-ACK that acknowledges anything but the SYN that was sent: its receiver answers with RST (RFC 9293 §3.10.7.3,
  /// first step).
  mutating func answersNoSYN(_ segment: Segment, side: Side) -> Bool {
    guard segment.flags.contains(.syn), let acknowledgment = segment.acknowledgment else { return false }
    let asked = peer(of: side)
    guard ends[asked].initialSequence != nil else { return false }
    return !ends[asked].synIsCovered(by: acknowledgment) || acknowledgment > ends[asked].next
  }

  /// How far beyond the last byte seen a segment can lie, should the tap have missed an update of the window: twice the
  /// largest that was advertised. Without both SYNs the scale is unknown, and nothing is too far. What the window was that
  /// did pass, ``windowEdge(of:_:)`` tells.
  mutating func largestPlausibleWindow(of side: Side) -> Int {
    marks.contains(.isNegotiated) ? max(2 * Int(ends[side].largestWindow), 1 << 17) : 1 << 30
  }

  /// A bare ACK at ISS + 1 of nothing but the peer's SYN: what a request that is still in SYN_RCVD answers to a segment outside
  /// its window (RFC 9293 §3.10.7.4, first step; Linux tcp_v4_reqsk_send_ack), as well as one that is past it.
  mutating func mayComeFromSYNReceived(_ segment: Segment, side: Side) -> Bool {
    guard ends[side].proved == .synReceived, segment.sequenceLength == 0, let own = ends[side].initialSequence,
      let other = ends[peer(of: side)].initialSequence
    else { return false }
    return segment.sequence == own + 1 && segment.acknowledgment == other + 1
  }

  /// What passes from an end of which nothing is known to one that has sent its SYN, without SYN and without an
  /// acknowledgment of that SYN, belongs to a connection that the one has forgotten (RFC 9293 §3.10.7.3: dropped, or answered
  /// with RST; a FIN in it is never looked at).
  mutating func isFromOldConnection(_ segment: Segment, side: Side) -> Bool {
    let opener = peer(of: side)
    guard opener != side, !segment.flags.contains(.syn), !ends[side].isKnown, ends[opener].initialSequence != nil else {
      return false
    }
    guard let acknowledgment = segment.acknowledgment, ends[opener].synIsCovered(by: acknowledgment) else {
      return true
    }
    return ends[opener].proved == .synSent && acknowledgment > ends[opener].next
  }

  private mutating func acknowledgesUnsent(_ segment: Segment, from side: Side) -> Bool {
    let other = peer(of: side)
    guard let acknowledgment = segment.acknowledgment, ends[other].isKnown else { return false }
    return acknowledgment > ends[other].next
  }
}
