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
      segment.flags.contains(.rst) ? isCopyOfReset(segment, from: side, in: &stores) : isCopy(segment, from: side)
    if isCopy { noteDuplicate(segment, side, in: &stores) }
    return isCopy
  }

  private mutating func isCopy(_ segment: Segment, from side: Side) -> Bool {
    let identification = segment.identification ?? 0
    let known = ends[side].identifications
    if known.areOfNoUse || identification == 0 { return isAnonymousCopy(segment, from: side) }
    guard known.contains(identification), isWithin(Self.copySpan, of: ends[side].lastTime, segment) else {
      return false
    }
    return identification != known.last
      || ends[side].kind == ResetShape.Answered(segment)
        && (segment.sequenceEnd == ends[side].next || !ends[side].facts.contains(.lastWasNew))
  }

  /// Nothing but its content tells a copy from an acknowledgment that was really sent twice; and what comes after an answer
  /// is none, for the network delivers both copies first.
  private mutating func isAnonymousCopy(_ segment: Segment, from side: Side) -> Bool {
    segment.sequenceLength > 0 && segment.sequenceEnd == ends[side].next
      && ends[side].facts.contains(.lastWasNew) && ends[side].kind == ResetShape.Answered(segment)
      && ends[side].window == segment.window && ends[side].identifications.last == segment.identification ?? 0
      && (!segment.options.kinds.contains(.timestamps) || segment.options.timestampValue == ends[side].clock.recent)
      && ends[peer(of: side)].lastTime < ends[side].lastTime
      && isWithin(Self.anonymousCopySpan, of: ends[side].lastTime, segment)
  }

  private mutating func isCopyOfReset(
    _ segment: Segment, from side: Side, in stores: inout ConnectionStores
  ) -> Bool {
    let earlier = stores.extras[extras].ends[side]
    let identification = segment.identification ?? 0
    return earlier.resetTime != .min && identification != 0 && identification == earlier.resetIdentification
      && earlier.resetWindow == segment.window && isWithin(Self.copySpan, of: earlier.resetTime, segment)
  }

  /// Remembers a RST, for its copy.
  mutating func rememberReset(_ segment: Segment, from side: Side, in stores: inout ConnectionStores) {
    let place = makeExtras(&stores)
    stores.extras[place].ends[side].resetTime = segment.time.nanoseconds
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
