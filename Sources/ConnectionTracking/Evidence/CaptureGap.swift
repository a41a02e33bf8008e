import PacketDecoding

// When the capture misses something, an end may be further on than it seems.

extension Connection {
  /// Says so when `segment` shows that something did not pass the tap which a FIN may be in: bytes of the peer that its
  /// sender acknowledges, or bytes of its own that it has gone beyond. Says also when that is over.
  @inline(__always)
  mutating func noteCaptureGap(_ segment: Segment, side: Side, in stores: inout ConnectionStores) {
    let isDoubtful = missesPeer(segment, side: side) || mayFollowUnseenFIN(segment, side: side)
    if isDoubtful == ends[side].facts.contains(.isDoubtful) { return }
    if !isDoubtful { return closeCaptureGap(segment, side: side, in: &stores) }
    guard ends[side].pending.isEmpty, ends[side].proved.after(.unseenBytes) == .uncertain else { return }
    note(side, to: ends[side].proved, .unseenBytes, .presumed, segment, in: &stores)
    ends[side].facts.insert(.isDoubtful)
  }

  private mutating func closeCaptureGap(_ segment: Segment, side: Side, in stores: inout ConnectionStores) {
    let doubt = newestMove(in: &stores) {
      $0.side == side && $0.isPresumed && ($0.cause == .unseenBytes || $0.cause == .presumptionRefuted)
    }
    settle(doubt, as: .confirmed, by: segment, in: &stores)
    ends[side].facts.remove(.isDoubtful)
  }

  @inline(__always)
  private mutating func missesPeer(_ segment: Segment, side: Side) -> Bool {
    let other = peer(of: side)
    guard let acknowledgment = segment.acknowledgment,
      !ends[other].facts.isDisjoint(with: [.isKnown, .isAcknowledged])
    else { return false }
    return acknowledgment > ends[other].next
  }
}
