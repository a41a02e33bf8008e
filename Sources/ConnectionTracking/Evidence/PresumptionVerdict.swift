import PacketDecoding

// What an endpoint's own segment says of the arrivals that were presumed (protocol facts: RFC 9293 §3.10.7, and what
// stacks repeat when nothing reached them).

/// What a segment of an endpoint says of one pending arrival.
enum PresumptionVerdict: Sendable { case proved, refuted, open }

extension Connection {
  /// What `segment`, sent by `side`, says of an arrival that is pending there.
  mutating func verdict(
    on presumption: Presumption, _ segment: Segment, side: Side, in stores: inout ConnectionStores
  ) -> PresumptionVerdict {
    let events = presumption.events
    if events.contains(.reopening) { return verdictOnReopening(segment, side: side, in: &stores) }
    if !events.isDisjoint(with: [.rst, .doubtfulRST, .unreachable]) {
      if segment.flags.contains(.rst) { return .proved }
      return isSentAfter(presumption, segment, side: side, in: &stores) ? .refuted : .open
    }
    if mayFollowUnseenFIN(segment, side: side) { return .open }
    if isShown(presumption, by: segment, side: side, in: &stores) { return .proved }
    if events.contains(.fin), reportsHole(segment, side: side, in: &stores) { return .refuted }
    if events.contains(.synAcknowledged), echoesThirdACK(segment, side: side, in: &stores) { return .refuted }
    let isLate =
      isLate(segment, for: presumption, side: side, in: &stores)
      || repeatsFINAgain(segment, for: presumption, side: side, in: &stores)
    return isLate && isContradicted(events, by: segment, side: side, in: &stores) ? .refuted : .open
  }

  /// True where `segment` repeats a FIN that was repeated before after its ACK had passed, and no ACK of it has passed for
  /// longer than a retransmission timeout: were its sender's timestamps as late as they seem, so many would not have
  /// crossed that ACK.
  private mutating func repeatsFINAgain(
    _ segment: Segment, for presumption: Presumption, side: Side, in stores: inout ConnectionStores
  ) -> Bool {
    guard presumption.events.contains(.finAcknowledged), segment.flags.contains(.fin),
      let repeats = newest(.finRepeated, side, in: &stores), repeats.count > 1,
      repeats.circumstances.contains(.acknowledged)
    else { return false }
    return segment.time.nanoseconds &- max(passed(presumption, &stores), acknowledgedAt(of: side, &stores))
      > 500_000_000
  }

  /// True where `segment` was surely sent when what is presumed should long have arrived. What came again may have arrived
  /// where the first copy was lost: the newest copy must have had its time.
  private mutating func isLate(
    _ segment: Segment, for presumption: Presumption, side: Side, in stores: inout ConnectionStores
  ) -> Bool {
    let again =
      presumption.events.contains(.fin)
      ? stores.extras[extras].ends[side].repeatedAt : acknowledgedAt(of: side, &stores)
    return isSettled(since: max(passed(presumption, &stores), again), segment, side: side)
  }

  /// True where `segment` was surely sent after the RST or the ICMP error that is presumed should have arrived: late, or with
  /// an acknowledgment of what its sender sent after it. Such a one is never sent again for its own sake.
  private mutating func isSentAfter(
    _ presumption: Presumption, _ segment: Segment, side: Side, in stores: inout ConnectionStores
  ) -> Bool {
    if let acknowledgment = segment.acknowledgment, let proof = presumption.proof,
      acknowledgment > proof.position, acknowledgment <= ends[peer(of: side)].next
    {
      return true
    }
    let passed =
      presumption.events.contains(.unreachable)
      ? passed(presumption, &stores)
      : stores.extras[extras].ends[presumption.events.contains(.rst) ? peer(of: side) : side].resetTime
    return isSettled(since: passed, segment, side: side)
  }

  private mutating func passed(_ presumption: Presumption, _ stores: inout ConnectionStores) -> Int64 {
    presumption.place == .none ? .min : moment(of: presumption.place, &stores).time.nanoseconds
  }

  private mutating func isSettled(since time: Int64, _ segment: Segment, side: Side) -> Bool {
    ends[side].clock.sentTime(of: segment) &- time > ends[side].response.settled
  }

  /// True where `segment` could only be sent by an endpoint that the arrival had reached.
  private mutating func isShown(
    _ presumption: Presumption, by segment: Segment, side: Side, in stores: inout ConnectionStores
  ) -> Bool {
    let events = presumption.events
    if events.contains(.fin) { return finIsCovered(of: peer(of: side), by: segment.acknowledgment, &stores) }
    if events.contains(.synAcknowledged), !ends[side].facts.contains(.openedFast) {
      return segment.flags.isDisjoint(with: [.syn, .rst])
        && !(ends[side].facts.contains(.mayChallenge) && mayComeFromSYNReceived(segment, side: side))
    }
    if events.contains(.syn) {
      return ends[peer(of: side)].synIsCovered(by: segment.acknowledgment)
        && !(ends[side].facts.contains(.mayBeCookie) && segment.flags.contains(.syn))
    }
    // The acknowledgment of a FIN, or of a SYN that opened fast, has arrived when something its peer sent with it or
    // after it is acknowledged, or the timestamp of something later is echoed.
    guard let acknowledgment = segment.acknowledgment, let proof = presumption.proof else { return false }
    if acknowledgment > proof.position { return true }
    guard let stamp = proof.stamp, segment.options.kinds.contains(.timestamps) else { return false }
    return Int32(bitPattern: segment.options.timestampEcho &- stamp) > 0
  }

  /// True where `segment`, sent when `events` should long have arrived, shows that they had not.
  private mutating func isContradicted(
    _ events: ArrivalEvents, by segment: Segment, side: Side, in stores: inout ConnectionStores
  ) -> Bool {
    if events.contains(.fin) {
      return isNewest(segment, side: side)
        && segment.acknowledgment.map { $0 >= ends[peer(of: side)].acknowledged } ?? false
    }
    if events.contains(.synAcknowledged) { return segment.flags.contains(.syn) }
    if events.contains(.finAcknowledged) {
      return segment.flags.contains(.fin) && finEnd(of: side, &stores) == segment.sequenceEnd
    }
    return false
  }

  /// True where something of `side` did not pass before `segment`, and a FIN may be in it: the endpoint may be
  /// further on than it seems. Before a FIN there is none.
  @inline(__always)
  mutating func mayFollowUnseenFIN(_ segment: Segment, side: Side) -> Bool {
    ends[side].isKnown && segment.sequence > ends[side].next && segment.wirePayloadLength == 0
      && segment.flags.isDisjoint(with: [.syn, .fin, .rst])
  }

  /// A SYN-ACK that echoes a timestamp later than the SYN's: the ACK of the SYN-ACK had come, and has opened nothing, as where
  /// the listener waits for data or its accept queue is full (Linux tcp_check_req).
  mutating func echoesThirdACK(_ segment: Segment, side: Side, in stores: inout ConnectionStores) -> Bool {
    let opener = peer(of: side)
    guard segment.flags.isSuperset(of: [.syn, .ack]), segment.options.kinds.contains(.timestamps),
      ends[opener].facts.contains(.sentTimestamps), stores.extras[extras].ends[opener].retransmittedSegments == 0
    else { return false }
    return ends[opener].clock.isAfterFirst(segment.options.timestampEcho)
  }

  /// A SACK block beyond the newest acknowledgment: something before it is missing, so a FIN cannot have been taken,
  /// unless what is missing is on its way again.
  private mutating func reportsHole(_ segment: Segment, side: Side, in stores: inout ConnectionStores) -> Bool {
    guard let acknowledgment = segment.acknowledgment, acknowledgment >= ends[peer(of: side)].acknowledged else {
      return false
    }
    let repeatedAt = stores.extras[extras].ends[side].repeatedAt
    guard segment.time.nanoseconds &- repeatedAt > ends[side].response.settled else { return false }
    return (0..<segment.options.sackBlocks.count).contains { index in
      segment.options.sackBlocks[index].map { $0.left > acknowledgment } ?? false
    }
  }

  /// A host that opens anew repeats its SYN, or resets what its peer still sends; one whose SYN was forged goes on.
  private mutating func verdictOnReopening(
    _ segment: Segment, side: Side, in stores: inout ConnectionStores
  ) -> PresumptionVerdict {
    if segment.flags.contains(.rst) { return .proved }
    let sequence = stores.extras[extras].ends[side].reopeningSequence
    if segment.flags.contains(.syn) { return segment.sequence == sequence ? .proved : .open }
    return segment.sequence == sequence + 1 ? .proved : .refuted
  }

  /// True where nothing this endpoint sent earlier could have been overtaken: the segment is not from before.
  private mutating func isNewest(_ segment: Segment, side: Side) -> Bool {
    segment.sequenceEnd >= ends[side].next && !ends[side].clock.isOld(segment)
  }
}
