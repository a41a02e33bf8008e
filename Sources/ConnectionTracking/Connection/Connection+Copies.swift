import PacketDecoding

// A packet that the capture holds twice (an interface list recorded with `-i any`, a mirror port that copies both ways in
// and out), and other content in the place of what passed before. Both are told by the connection's own last segments:
// 99.99 % of the copies in recorded captures are of one of its sender's last four. A payload is compared where nothing new
// comes with it.

extension Connection {
  /// How long after its sender's last segment a copy can pass, in nanoseconds.
  private static var copySpan: Int64 { 50_000_000 }
  /// The same without an IPv4 identification, which a retransmission would change.
  private static var anonymousCopySpan: Int64 { 2_000_000 }
  /// The same where the flow has shown that the capture holds packets twice.
  private static var expectedCopySpan: Int64 { 10_000_000 }

  /// True for a segment that neither takes new sequence space nor acknowledges anything new: it may be a copy.
  @inline(__always)
  mutating func isNothingNew(_ segment: Segment, from side: Side) -> Bool {
    let other = peer(of: side)
    if segment.flags.contains(.rst) { return marks.contains(.hasReset) }
    guard ends[side].hasSent, segment.sequenceEnd <= ends[side].next else { return false }
    guard let acknowledgment = segment.acknowledgment else { return true }
    return ends[other].isAcknowledged && acknowledgment <= ends[other].acknowledged
  }

  /// Looks whether a segment that brings nothing new is the copy of one that passed, or has another content. Nothing else
  /// comes of a copy.
  mutating func isCopy(
    _ segment: Segment, _ sample: PayloadSample, from side: Side, in stores: inout ConnectionStores
  ) -> Bool {
    if contradicts(segment, sample, from: side), !isProbe(segment, side: side) {
      add(.differentData, segment, side, in: &stores) { $0.bytes = segment.wirePayloadLength }
    }
    let isCopy =
      segment.flags.contains(.rst)
      ? isCopyOfReset(segment, from: side, in: &stores) : isCopy(segment, from: side, in: &stores)
    if isCopy { noteDuplicate(segment, side, in: &stores) }
    return isCopy
  }

  private mutating func isCopy(_ segment: Segment, from side: Side, in stores: inout ConnectionStores) -> Bool {
    let identification = segment.identification ?? 0
    let known = ends[side].identifications
    if known.areOfNoUse || identification == 0 { return isAnonymousCopy(segment, from: side, in: &stores) }
    guard known.contains(identification), isWithin(Self.copySpan, of: ends[side].lastTime, segment) else {
      return false
    }
    return identification != known.last
      || ends[side].kind == ResetShape.Answered(segment)
        && (segment.sequenceEnd == ends[side].next || !ends[side].facts.contains(.lastWasNew)
          || repeatsLast(segment, from: side, in: &stores))
  }

  /// True for a segment that looks like its sender's last one, where the place of that is known.
  mutating func repeatsLast(_ segment: Segment, from side: Side, in stores: inout ConnectionStores) -> Bool {
    guard hasExtras, !segment.flags.contains(.rst), ends[side].kind == ResetShape.Answered(segment) else {
      return false
    }
    let last = stores.extras[attachment].ends[side].last
    return last.time == ends[side].lastTime && last.looksLike(LastSegment(segment))
  }

  /// Nothing but its content tells a copy from what was really sent twice. What comes after an answer is none, for the
  /// network delivers both copies first; unless it bears the time of the first, in a capture that holds packets twice.
  private mutating func isAnonymousCopy(
    _ segment: Segment, from side: Side, in stores: inout ConnectionStores
  ) -> Bool {
    guard ends[side].kind == ResetShape.Answered(segment), ends[side].window == segment.window,
      ends[side].identifications.last == segment.identification ?? 0
    else { return false }
    let hasTimestamps = segment.options.kinds.contains(.timestamps)
    let isNewest =
      segment.sequenceEnd == ends[side].next
      && (!hasTimestamps || segment.options.timestampValue == ends[side].clock.recent)
    let isUnanswered = ends[peer(of: side)].lastTime < ends[side].lastTime
    if isNewest, segment.sequenceLength > 0, ends[side].facts.contains(.lastWasNew), isUnanswered,
      isWithin(Self.anonymousCopySpan, of: ends[side].lastTime, segment)
    {
      return true
    }
    guard isUnanswered || hasTimestamps, isWithin(Self.expectedCopySpan, of: ends[side].lastTime, segment) else {
      return false
    }
    return isExpectedCopy(segment, isNewest: isNewest, from: side, in: &stores)
  }

  /// What was sent again, or a pure ACK, is often sent twice: only in a capture that holds packets twice is one the copy of
  /// the one before, and only one.
  private mutating func isExpectedCopy(
    _ segment: Segment, isNewest: Bool, from side: Side, in stores: inout ConnectionStores
  ) -> Bool {
    guard hasCopies(&stores), stores.extras[attachment].ends[side].copiedTime != ends[side].lastTime else {
      return false
    }
    let isKept = stores.extras[attachment].ends[side].last.time == ends[side].lastTime
    let isSame =
      isKept
      ? repeatsLast(segment, from: side, in: &stores)
      : isNewest && segment.acknowledgment == ends[peer(of: side)].acknowledged
    if isSame { stores.extras[attachment].ends[side].copiedTime = ends[side].lastTime }
    return isSame
  }

  /// A packet of this flow is in the capture twice.
  private mutating func hasCopies(_ stores: inout ConnectionStores) -> Bool {
    hasExtras && Side.both.contains { stores.extras[attachment].ends[$0].duplicatePackets > 0 }
  }

  /// Without an identification one RST often looks like the other, where several segments are answered: it is the copy of
  /// the one before only in a capture that holds packets twice.
  private mutating func isCopyOfReset(
    _ segment: Segment, from side: Side, in stores: inout ConnectionStores
  ) -> Bool {
    let earlier = stores.extras[extras].ends[side]
    let identification = segment.identification ?? 0
    guard earlier.resetTime != .min, identification == earlier.resetIdentification,
      earlier.resetWindow == segment.window
    else { return false }
    if identification != 0 { return isWithin(Self.copySpan, of: earlier.resetTime, segment) }
    guard hasCopies(&stores), earlier.copiedResetTime != earlier.resetTime,
      earlier.resetSequence == segment.sequence, earlier.resetAcknowledgment == segment.acknowledgment,
      isWithin(Self.expectedCopySpan, of: earlier.resetTime, segment)
    else { return false }
    stores.extras[makeExtras(&stores)].ends[side].copiedResetTime = earlier.resetTime
    return true
  }

  /// Remembers a RST, for its copy.
  mutating func rememberReset(_ segment: Segment, from side: Side, in stores: inout ConnectionStores) {
    let place = makeExtras(&stores)
    stores.extras[place].ends[side].resetTime = segment.time.nanoseconds
    stores.extras[place].ends[side].resetSequence = segment.sequence
    stores.extras[place].ends[side].resetAcknowledgment = segment.acknowledgment
    stores.extras[place].ends[side].resetIdentification = segment.identification ?? 0
    stores.extras[place].ends[side].resetWindow = segment.window
  }

  private func isWithin(_ span: Int64, of time: Int64, _ segment: Segment) -> Bool {
    let gap = segment.time.nanoseconds(since: Timestamp(nanoseconds: time))
    return gap <= span && gap >= -span
  }

  /// Whether the payload is another than the last one, which passed at its place.
  private mutating func contradicts(_ segment: Segment, _ sample: PayloadSample, from side: Side) -> Bool {
    segment.wirePayloadLength > 0 && segment.sequenceEnd == ends[side].next && payloads[side].contradicts(sample)
  }
}
