import PacketDecoding

// Bytes: which are new, which come again, which are missing.

extension Connection {
  /// Places `segment` in its direction's sequence space.
  mutating func trackBytes(_ segment: Segment, side: Side, in stores: inout ConnectionStores) {
    let length = segment.sequenceLength
    guard length > 0 else { return }
    let end = segment.sequenceEnd
    let hasHoles = hasHoles(side, &stores)
    let contiguous = contiguous(of: side, &stores)
    let begins = segment.sequence == contiguous && !hasHoles
    let isNewest = end > ends[side].next
    var edge = begins ? end : contiguous
    let new = begins ? length : place(segment, side: side, &edge, in: &stores)
    if isNewest { setNext(of: side, end, in: &stores) }
    setContiguous(of: side, edge, in: &stores)
    if segment.flags.contains(.fin), !ends[side].hasFIN { noteFIN(segment, side: side, in: &stores) }
    count(segment, new: new, isNewest: isNewest, side: side, in: &stores)
  }

  private mutating func noteFIN(_ segment: Segment, side: Side, in stores: inout ConnectionStores) {
    if segment.sequenceEnd == ends[side].next {
      ends[side].facts.insert(.hasFIN)
    } else {
      setFINEnd(of: side, segment.sequenceEnd, in: &stores)
    }
    let time = segment.time.nanoseconds
    if extras == ExtrasStore.none, finTime(of: side, &stores) == time { return }
    stores.extras[makeExtras(&stores)].ends[side].finTime = time
  }

  /// Places a segment that does not simply continue, and says how much of it is new.
  private mutating func place(
    _ segment: Segment, side: Side, _ contiguous: inout SequenceNumber, in stores: inout ConnectionStores
  ) -> Int {
    let end = segment.sequenceEnd
    guard end > contiguous else { return 0 }
    let start = segment.sequence < contiguous ? contiguous : segment.sequence
    let extras = makeExtras(&stores)
    let new = stores.disorder.insert(from: start, to: end, at: &stores.extras[extras].ends[side].holes)
    if start == contiguous {
      contiguous =
        stores.disorder.advance(from: contiguous, to: contiguous, at: &stores.extras[extras].ends[side].holes).end
    }
    return new
  }

  private mutating func count(
    _ segment: Segment, new: Int, isNewest: Bool, side: Side, in stores: inout ConnectionStores
  ) {
    let markers = isNewest ? segment.sequenceLength - segment.wirePayloadLength : 0
    let distinct = min(max(0, new - markers), segment.wirePayloadLength)
    stores.pass.distinct = distinct
    if distinct > 0, isNewest { ends[side].facts.insert(.sentData) }
    if new == 0 {
      guard !isProbe(segment, side: side) || isAwaited(segment, side: side) else { return }
      // What comes again may fill the hole that a FIN waits behind, or is that FIN.
      let other = peer(of: side)
      ends[other].facts.remove(.finHeld)
      let extras = makeExtras(&stores)
      stores.extras[extras].ends[other].repeatedAt = segment.time.nanoseconds
      stores.extras[extras].ends[side].retransmittedSegments &+= 1
      stores.pass.verdict = .repeated
    } else if !isNewest {
      stores.extras[makeExtras(&stores)].ends[side].outOfOrderSegments &+= 1
      stores.pass.verdict = .outOfOrder
    }
    let again = segment.wirePayloadLength - distinct
    guard again > 0 else { return }
    stores.extras[makeExtras(&stores)].ends[side].retransmittedBytes &+= UInt64(truncatingIfNeeded: again)
  }

  /// Whether the byte in `segment` is still to be acknowledged, and the peer has room for it: what looks like a probe is
  /// sent again for its own sake.
  private mutating func isAwaited(_ segment: Segment, side: Side) -> Bool {
    ends[side].isAcknowledged && ends[side].acknowledged < segment.sequenceEnd && ends[peer(of: side)].window > 0
  }

  /// A keepalive probe: SEG.SEQ = SND.NXT - 1 with at most one byte (RFC 9293 §3.8.4).
  mutating func isProbe(_ segment: Segment, side: Side) -> Bool {
    segment.wirePayloadLength <= 1 && segment.flags.isDisjoint(with: [.syn, .fin, .rst])
      && segment.sequence == ends[side].next - 1
  }

  /// Takes what `side` acknowledges of its peer.
  ///
  /// - Returns: the acknowledgment where it can be believed: nil for one of bytes that were never sent.
  mutating func acknowledge(
    _ segment: Segment, by side: Side, in stores: inout ConnectionStores
  ) -> SequenceNumber? {
    let other = peer(of: side)
    guard let acknowledgment = segment.acknowledgment else { return nil }
    let isFirst = !ends[other].isAcknowledged
    if isFirst, !ends[other].isKnown { ends[other].next = acknowledgment }
    if isFirst || acknowledgment > ends[other].acknowledged {
      ends[other].acknowledged = acknowledgment
      ends[other].facts.insert(.isAcknowledged)
    }
    if ends[other].isKnown, hasHoles(other, &stores) { closeHoles(upTo: acknowledgment, side: other, in: &stores) }
    return acknowledgment
  }

  /// What the peer has acknowledged it has received, though the tap never saw it.
  private mutating func closeHoles(
    upTo acknowledgment: SequenceNumber, side: Side, in stores: inout ConnectionStores
  ) {
    let edge = contiguous(of: side, &stores)
    guard acknowledgment > edge else { return }
    let extras = makeExtras(&stores)
    let (end, missing) = stores.disorder.advance(
      from: edge, to: acknowledgment, at: &stores.extras[extras].ends[side].holes)
    setContiguous(of: side, end, in: &stores)
    stores.extras[extras].ends[side].uncapturedBytes &+= UInt64(truncatingIfNeeded: missing)
  }
}
