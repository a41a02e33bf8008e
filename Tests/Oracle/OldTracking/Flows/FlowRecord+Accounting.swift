import PacketDecoding

// Bytes: which are new, which come again, which are missing.

extension FlowRecord {
  /// Places `segment` in its direction's sequence space.
  mutating func account(_ segment: Segment, side: Int, disorder: inout DisorderStore) {
    let length = segment.sequenceLength
    guard length > 0 else { return }
    let end = segment.sequenceEnd
    let begins = segment.sequence == ends[side].sending.contiguous && !ends[side].sending.hasHoles
    let isNewest = end > ends[side].sending.next
    let new = begins ? length : place(segment, side: side, disorder: &disorder)
    if begins { ends[side].sending.contiguous = end }
    if isNewest { ends[side].sending.next = end }
    if segment.flags.contains(.fin), ends[side].sending.finEnd == nil {
      ends[side].sending.finEnd = end
      ends[side].finTime = segment.time.nanoseconds
    }
    count(segment, new: new, isNewest: isNewest, side: side)
  }

  /// Places a segment that does not simply continue, and says how much of it is new.
  private mutating func place(_ segment: Segment, side: Int, disorder: inout DisorderStore) -> Int {
    let contiguous = ends[side].sending.contiguous
    let end = segment.sequenceEnd
    guard end > contiguous else { return 0 }
    let start = segment.sequence < contiguous ? contiguous : segment.sequence
    // What is left from before a reboot is of another sequence space.
    if !ends[side].sending.hasHoles { disorder.remove(&ends[side].holes) }
    let new = disorder.insert(from: start, to: end, at: &ends[side].holes)
    if start == contiguous {
      let edge = disorder.advance(from: contiguous, to: contiguous, at: &ends[side].holes).end
      ends[side].sending.contiguous = edge
    }
    ends[side].sending.hasHoles = ends[side].holes != DisorderStore.none
    return new
  }

  private mutating func count(_ segment: Segment, new: Int, isNewest: Bool, side: Int) {
    let markers = isNewest ? segment.sequenceLength - segment.wirePayloadLength : 0
    let distinct = min(max(0, new - markers), segment.wirePayloadLength)
    ends[side].counters.distinctPayloadBytes &+= UInt64(truncatingIfNeeded: distinct)
    // Written once only: the compiler writes a byte of the facts, and who reads them whole soon after waits for it.
    if distinct > 0, isNewest, !ends[side].facts.contains(.sentData) { ends[side].facts.insert(.sentData) }
    if new == 0 {
      guard !isProbe(segment, side: side) || isAwaited(segment, side: side) else { return }
      // What comes again may fill the hole that a FIN waits behind, or is that FIN.
      ends[peer(of: side)].facts.remove(.finHeld)
      ends[peer(of: side)].repeatedAt = segment.time.nanoseconds
      ends[side].counters.retransmittedSegments &+= 1
    } else if !isNewest {
      ends[side].counters.outOfOrderSegments &+= 1
    }
    let again = segment.wirePayloadLength - distinct
    ends[side].counters.retransmittedBytes &+= UInt64(truncatingIfNeeded: again)
  }

  /// Whether the byte in `segment` is still to be acknowledged, and the peer has room for it: what looks like a probe is
  /// sent again for its own sake.
  private mutating func isAwaited(_ segment: Segment, side: Int) -> Bool {
    ends[side].sending.isAcknowledged && ends[side].sending.acknowledged < segment.sequenceEnd
      && ends[peer(of: side)].latest.window > 0
  }

  /// A keepalive probe: SEG.SEQ = SND.NXT - 1 with at most one byte (RFC 9293 §3.8.4).
  mutating func isProbe(_ segment: Segment, side: Int) -> Bool {
    segment.wirePayloadLength <= 1 && segment.flags.isDisjoint(with: [.syn, .fin, .rst])
      && segment.sequence == ends[side].sending.next - 1
  }

  /// Takes what `side` acknowledges of its peer.
  ///
  /// - Returns: the acknowledgment where it can be believed: nil for one of bytes that were never sent.
  mutating func acknowledge(_ segment: Segment, by side: Int, disorder: inout DisorderStore) -> SequenceNumber? {
    let other = peer(of: side)
    guard let acknowledgment = segment.acknowledgment else { return nil }
    let isFirst = !ends[other].sending.isAcknowledged
    if isFirst, !ends[other].sending.isKnown { ends[other].sending.next = acknowledgment }
    if isFirst || acknowledgment > ends[other].sending.acknowledged {
      ends[other].sending.acknowledged = acknowledgment
      ends[other].sending.isAcknowledged = true
    }
    if ends[other].sending.isKnown, ends[other].sending.hasHoles {
      closeHoles(upTo: acknowledgment, side: other, &disorder)
    }
    return acknowledgment
  }

  /// What the peer has acknowledged it has received, though the tap never saw it.
  private mutating func closeHoles(upTo acknowledgment: SequenceNumber, side: Int, _ disorder: inout DisorderStore) {
    let contiguous = ends[side].sending.contiguous
    guard acknowledgment > contiguous else { return }
    let (end, missing) = disorder.advance(from: contiguous, to: acknowledgment, at: &ends[side].holes)
    ends[side].sending.contiguous = end
    ends[side].sending.hasHoles = ends[side].holes != DisorderStore.none
    ends[side].counters.uncapturedBytes &+= UInt64(truncatingIfNeeded: missing)
  }
}
