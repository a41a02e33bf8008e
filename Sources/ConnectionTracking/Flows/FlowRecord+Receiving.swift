import PacketDecoding

// What a segment would do to the endpoint it was sent to.

extension FlowRecord {
  /// Presumes what `segment`, sent by the other end, does to `side` when it arrives.
  mutating func receives(_ segment: Segment, side: Int, acknowledgment: SequenceNumber?, in store: inout TimelineStore) {
    let events = arrivals(segment, side: side, acknowledgment: acknowledgment)
    if !events.isEmpty { presume(side, events, segment, in: &store) }
  }

  /// All that the segment would bring, known already or not: the table says what of it is news.
  private func arrivals(_ segment: Segment, side: Int, acknowledgment: SequenceNumber?) -> ArrivalEvents {
    let end = ends[side]
    let sending = ends[peer(of: side)].sending
    var events: ArrivalEvents = []
    if segment.flags.contains(.syn), !end.facts.contains(.refused) { events.insert(.syn) }
    if end.sending.synIsCovered(by: acknowledgment) || isUnseenHandshake(segment, end) {
      events.insert(.synAcknowledged)
    }
    if end.sending.finIsCovered(by: acknowledgment) { events.insert(.finAcknowledged) }
    if let finEnd = sending.finEnd, sending.contiguous >= finEnd, !end.facts.contains(.finHeld) { events.insert(.fin) }
    return events
  }

  /// A SYN-ACK to an end whose SYN the tap did not see.
  private func isUnseenHandshake(_ segment: Segment, _ end: TCPEndpoint) -> Bool {
    end.proved == nil && segment.flags.isSuperset(of: [.syn, .ack])
  }
}
