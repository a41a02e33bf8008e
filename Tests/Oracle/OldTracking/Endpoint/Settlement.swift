import PacketDecoding

// What an endpoint's own segment says of the arrivals that were presumed (protocol facts: RFC 9293 §3.10.7, and what
// stacks repeat when nothing reached them).

/// When a pending arrival passed, and what would show that it arrived.
struct ArrivalProof: Sendable {
  var time: Int64
  /// An acknowledgment beyond it shows it.
  var position: SequenceNumber
  /// So does the echo of a later TSval than this.
  var stamp: UInt32?
}

/// What a segment of an endpoint says of one pending arrival.
enum ArrivalVerdict: Sendable { case proved, refuted, open }

extension TCPEndpoint {
  /// What `segment`, sent by this endpoint, says of `arrival`.
  ///
  /// - Parameters:
  ///   - proof: what would show it; from the entry that presumes it.
  ///   - peer: the other direction: what this endpoint may acknowledge.
  mutating func verdict(
    on arrival: PendingArrival, _ proof: ArrivalProof, by segment: Segment, peer: SequenceSpace
  ) -> ArrivalVerdict {
    let events = arrival.events
    // What came again may have arrived where the first copy was lost: the newest copy must have had its time.
    let newest = max(proof.time, events.contains(.fin) ? repeatedAt : acknowledgedAt)
    let isLate = timestamps.sentTime(of: segment) &- newest > response.settled
    if events.contains(.reopening) { return verdictOnReopening(segment) }
    if !events.isDisjoint(with: [.rst, .doubtfulRST, .unreachable]) { return verdictOnReset(segment, isLate: isLate) }
    if mayFollowUnseenFIN(segment) { return .open }
    if isShown(events, proof, by: segment, peer: peer) { return .proved }
    if events.contains(.fin), reportsHole(segment, peer: peer) { return .refuted }
    return isLate && isContradicted(events, by: segment, peer: peer) ? .refuted : .open
  }

  /// True where `segment` could only be sent by an endpoint that `events` had reached.
  private mutating func isShown(
    _ events: ArrivalEvents, _ proof: ArrivalProof, by segment: Segment, peer: SequenceSpace
  ) -> Bool {
    if events.contains(.fin) { return peer.finIsCovered(by: segment.acknowledgment) }
    if events.contains(.synAcknowledged), !facts.contains(.openedFast) {
      return segment.flags.isDisjoint(with: [.syn, .rst])
    }
    if events.contains(.syn) {
      return peer.synIsCovered(by: segment.acknowledgment)
        && !(facts.contains(.mayBeCookie) && segment.flags.contains(.syn))
    }
    // The acknowledgment of a FIN, or of a SYN that opened fast, has arrived when something its peer sent with it or
    // after it is acknowledged, or the timestamp of something later is echoed.
    guard let acknowledgment = segment.acknowledgment else { return false }
    if acknowledgment > proof.position { return true }
    guard let stamp = proof.stamp, segment.options.kinds.contains(.timestamps) else { return false }
    return Int32(bitPattern: segment.options.timestampEcho &- stamp) > 0
  }

  /// True where `segment`, sent when `events` should long have arrived, shows that they had not.
  private mutating func isContradicted(_ events: ArrivalEvents, by segment: Segment, peer: SequenceSpace) -> Bool {
    if events.contains(.fin) {
      return isNewest(segment) && segment.acknowledgment.map { $0 >= peer.acknowledged } ?? false
    }
    if events.contains(.synAcknowledged) { return segment.flags.contains(.syn) }
    if events.contains(.finAcknowledged) {
      return segment.flags.contains(.fin) && sending.finEnd == segment.sequenceEnd
    }
    return false
  }

  /// True where something of this endpoint did not pass before `segment`, and a FIN may be in it: the endpoint may be
  /// further on than it seems. Before a FIN there is none.
  mutating func mayFollowUnseenFIN(_ segment: Segment) -> Bool {
    sending.isKnown && segment.sequence > sending.next && segment.wirePayloadLength == 0
      && segment.flags.isDisjoint(with: [.syn, .fin, .rst])
  }

  /// A SACK block beyond the newest acknowledgment: something before it is missing, so a FIN cannot have been taken,
  /// unless what is missing is on its way again.
  private mutating func reportsHole(_ segment: Segment, peer: SequenceSpace) -> Bool {
    guard let acknowledgment = segment.acknowledgment, acknowledgment >= peer.acknowledged else { return false }
    guard segment.time.nanoseconds &- repeatedAt > response.settled else { return false }
    return (0..<segment.options.sackBlocks.count).contains { index in
      segment.options.sackBlocks[index].map { $0.left > acknowledgment } ?? false
    }
  }

  /// RST has taken effect when the endpoint answers for a socket that is gone; not when it goes on.
  private mutating func verdictOnReset(_ segment: Segment, isLate: Bool) -> ArrivalVerdict {
    if segment.flags.contains(.rst) { return .proved }
    return isLate ? .refuted : .open
  }

  /// A host that opens anew repeats its SYN, or resets what its peer still sends; one whose SYN was forged goes on.
  private mutating func verdictOnReopening(_ segment: Segment) -> ArrivalVerdict {
    if segment.flags.contains(.rst) { return .proved }
    if segment.flags.contains(.syn) { return segment.sequence == reopeningSequence ? .proved : .open }
    return segment.sequence == reopeningSequence + 1 ? .proved : .refuted
  }

  /// True where nothing this endpoint sent earlier could have been overtaken: the segment is not from before.
  private mutating func isNewest(_ segment: Segment) -> Bool {
    segment.sequenceEnd >= sending.next && !timestamps.isOld(segment)
  }
}
