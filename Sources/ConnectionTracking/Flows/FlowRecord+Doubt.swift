import PacketDecoding

// When the capture misses something, an end may be further on than it seems.

extension FlowRecord {
  /// Says so when `segment` shows that something did not pass the tap which a FIN may be in: bytes of the peer that its
  /// sender acknowledges, or bytes of its own that it has gone beyond. Says also when that is over.
  @inline(__always)
  mutating func doubt(_ segment: Segment, side: Int, in store: inout TimelineStore) {
    let isDoubtful = missesPeer(segment, side: side) || ends[side].mayFollowUnseenFIN(segment)
    if ends[side].doubtEntry != TimelineStore.none {
      guard !isDoubtful else { return }
      store.settle(ends[side].doubtEntry, as: .confirmed, by: segment)
      ends[side].doubtEntry = TimelineStore.none
    } else if isDoubtful, ends[side].pending.isEmpty, ends[side].proved.after(.unseenBytes) == .uncertain {
      let state = ends[side].proved
      ends[side].doubtEntry = note(side, from: state, to: state, .unseenBytes, .presumed, segment, in: &store)
    }
  }

  private mutating func missesPeer(_ segment: Segment, side: Int) -> Bool {
    let received = ends[peer(of: side)].sending
    guard let acknowledgment = segment.acknowledgment, received.isKnown || received.isAcknowledged else { return false }
    return acknowledgment > received.next
  }
}
