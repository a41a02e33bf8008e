import PacketDecoding

// A packet that the capture holds twice (an interface list recorded with `-i any`, a mirror port that copies both ways in
// and out), and other content in the place of what passed before. Both are told by the flow's own last segments: 99.99 %
// of the copies in recorded captures are of one of its sender's last four.

extension FlowRecord {
  /// How far apart the copies of a packet can be, in nanoseconds.
  private static var copySpan: Int64 { 50_000_000 }
  /// The same without an IPv4 identification, which a retransmission would change.
  private static var anonymousCopySpan: Int64 { 2_000_000 }

  /// True for a segment that neither takes new sequence space nor acknowledges anything new: it may be a copy.
  @inline(__always)
  mutating func isNothingNew(_ segment: Segment, from side: Int) -> Bool {
    let other = peer(of: side)
    if segment.flags.contains(.rst) { return extras != ExtrasStore.none }
    guard ends[side].latest.isKnown, segment.sequenceEnd <= ends[side].sending.next else { return false }
    guard let acknowledgment = segment.acknowledgment else { return true }
    return ends[other].sending.isAcknowledged && acknowledgment <= ends[other].sending.acknowledged
  }

  /// Looks whether a segment that brings nothing new is the copy of one that passed, or has another content. Nothing else
  /// comes of a copy.
  @inline(never)
  mutating func repeats(
    _ segment: Segment, _ sample: PayloadSample, from side: Int, in stores: inout SharedStores
  ) -> Bool {
    if contradicts(segment, sample, from: side), !isProbe(segment, side: side) {
      add(.differentData, segment, side, &stores.notices) { $0.bytes = segment.wirePayloadLength }
    }
    let isCopy =
      segment.flags.contains(.rst)
      ? isCopy(segment, ofRST: stores.extras[extras].ends[side].reset) : isCopy(segment, from: side)
    if isCopy { noteDuplicate(segment, side, &stores.notices) }
    return isCopy
  }

  /// Remembers a segment that was taken, for its copy and for other content in its place.
  @inline(__always)
  mutating func remember(_ segment: Segment, _ sample: PayloadSample, from side: Int, in store: inout ExtrasStore) {
    if segment.wirePayloadLength > 0, segment.sequenceEnd == ends[side].sending.next { ends[side].payload = sample }
    if segment.flags.contains(.rst) {
      store.make(&extras)
      store[extras].ends[side].reset = LatestSegment(segment, after: Identifications())
    }
  }

  private mutating func isCopy(_ segment: Segment, from side: Int) -> Bool {
    let latest = ends[side].latest
    let identification = segment.identification ?? 0
    if latest.identifications.areOfNoUse || identification == 0 { return isAnonymousCopy(segment, from: side) }
    guard latest.identifications.contains(identification), isWithin(Self.copySpan, of: latest, segment) else {
      return false
    }
    return identification != latest.identification || latest.kind == LatestSegment.kind(of: segment)
      && (segment.sequenceEnd == ends[side].sending.next || !ends[side].facts.contains(.lastWasNew))
  }

  /// Nothing but its content tells a copy from an acknowledgment that was really sent twice; and what comes after an answer
  /// is none, for the network delivers both copies first.
  private mutating func isAnonymousCopy(_ segment: Segment, from side: Int) -> Bool {
    let latest = ends[side].latest
    let other = peer(of: side)
    return segment.sequenceLength > 0 && segment.sequenceEnd == ends[side].sending.next
      && ends[side].facts.contains(.lastWasNew) && latest.kind == LatestSegment.kind(of: segment)
      && latest.window == segment.window && latest.identification == segment.identification ?? 0
      && (!segment.options.kinds.contains(.timestamps)
        || segment.options.timestampValue == ends[side].timestamps.recent)
      && ends[other].latest.time < latest.time && isWithin(Self.anonymousCopySpan, of: latest, segment)
  }

  private func isCopy(_ segment: Segment, ofRST reset: LatestSegment) -> Bool {
    let identification = segment.identification ?? 0
    return reset.isKnown && identification != 0 && identification == reset.identification
      && reset.window == segment.window && isWithin(Self.copySpan, of: reset, segment)
  }

  private func isWithin(_ span: Int64, of latest: LatestSegment, _ segment: Segment) -> Bool {
    let gap = segment.time.nanoseconds(since: Timestamp(nanoseconds: latest.time))
    return gap <= span && gap >= -span
  }

  /// Whether the payload is another than the last one, which passed at its place.
  private mutating func contradicts(_ segment: Segment, _ sample: PayloadSample, from side: Int) -> Bool {
    segment.wirePayloadLength > 0 && segment.sequenceEnd == ends[side].sending.next
      && ends[side].payload.contradicts(sample)
  }
}
