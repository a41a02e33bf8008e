import PacketDecoding

// Facts out of the ordinary. A plain segment passes with a few comparisons; the others are looked at twice: before the
// endpoints take them, and after.

extension FlowRecord {
  /// True for a segment that merely carries the connection on: the next bytes, the next acknowledgment.
  @inline(__always)
  mutating func isPlain(_ segment: Segment, from side: Int, leastIdle: Int64) -> Bool {
    let other = peer(of: side)
    guard segment.flags.isSubset(of: [.ack, .psh, .ece, .cwr, .ae]), let acknowledgment = segment.acknowledgment else {
      return false
    }
    return watch.isEmpty && closing.firstFIN == nil && segment.window != 0
      && segment.sequence == ends[side].sending.next
      && segment.wirePayloadLength <= largestPayload(of: side) && ends[side].hasUsualTimestamp(segment)
      && isPlain(acknowledgment, segment, from: side, to: other)
      && segment.time.nanoseconds &- last.time.nanoseconds < leastIdle
  }

  /// True for an acknowledgment of something new, or of nothing where nothing is on its way.
  @inline(__always)
  private mutating func isPlain(
    _ acknowledgment: SequenceNumber, _ segment: Segment, from side: Int, to other: Int
  ) -> Bool {
    guard ends[other].sending.isKnown else { return ends[side].proved == .established }
    if ends[other].sending.hasHoles || acknowledgment > ends[other].sending.next { return false }
    let ahead = acknowledgment.distance(from: ends[other].sending.acknowledged)
    if ahead == 0, segment.wirePayloadLength == 0, acknowledgment != ends[other].sending.next { return false }
    return ahead >= 0 && ends[side].window.keepsEdge(acknowledgment, segment.window)
  }

  /// The most payload one segment of `side` may carry: the peer's MSS.
  @inline(__always)
  mutating func largestPayload(of side: Int) -> Int {
    let size = ends[peer(of: side)].maximumSegmentSize
    return size == 0 ? .max : Int(size)
  }

  /// What comes later than this, in nanoseconds, does not answer: an answer waits for nothing but the line.
  static var longestAnswer: Int64 { 1_000_000_000 }
}

/// What ``FlowRecord/review(_:from:_:in:)`` compares with.
struct NoticeBasis: Sendable {
  var retransmissions: UInt32 = 0
  var outOfOrder: UInt32 = 0
  var uncaptured: UInt64 = 0
  var acknowledged = SequenceNumber(0)
  var fit = Acceptability.acceptable
  var isOldCopy = false
  var hasNewerTimestamp = false
}

extension FlowRecord {
  /// Looks at `segment` before the endpoints take it.
  ///
  /// - Returns: what ``review(_:from:_:in:)`` compares with afterwards.
  @inline(__always)
  mutating func examine(
    _ segment: Segment, _ fit: Acceptability, from side: Int, timers: TimerProfile, in stores: inout SharedStores
  ) -> NoticeBasis {
    let quiet = segment.time.nanoseconds &- last.time.nanoseconds
    if quiet >= stores.notices.leastSilence { noteSilence(quiet, segment, side, &stores.notices) }
    noteShape(segment, side, &stores.notices)
    if segment.flags.contains(.rst) {
      noteReset(segment, side, timers, &stores.notices)
      return basis(side)
    }
    var basis = basis(side)
    basis.isOldCopy = ends[side].latest.isNewer(than: segment)
    basis.hasNewerTimestamp = ends[side].timestamps.isNewer(segment)
    basis.fit = fit
    if watch.contains(.reset) { noteAfterReset(segment, side, &stores.notices) }
    if segment.flags.contains(.syn) { noteSYN(segment, side, &stores.notices) }
    if closing.firstFIN != nil || segment.flags.contains(.fin) { noteClosing(segment, side, &stores.notices) }
    if basis.fit != .acceptable { noteMisfit(basis.fit, segment, side, &stores.notices) }
    if watch.contains(.challenge(side)) { noteChallenge(segment, side, &stores.notices) }
    noteWindow(segment, side, &stores.notices)
    return basis
  }

  /// Looks at `segment` once the endpoints have taken it.
  @inline(__always)
  mutating func review(
    _ segment: Segment, from side: Int, _ basis: NoticeBasis, in stores: inout SharedStores
  ) {
    guard !segment.flags.contains(.rst), basis.fit == .acceptable || basis.fit == .acknowledgesUnsent else { return }
    let other = peer(of: side)
    if ends[side].counters.retransmittedSegments != basis.retransmissions {
      noteRetransmission(segment, side, basis, &stores.notices)
    } else if ends[side].counters.outOfOrderSegments != basis.outOfOrder {
      noteOutOfOrder(segment, side, basis, &stores.notices)
    }
    if ends[other].counters.uncapturedBytes != basis.uncaptured {
      let bytes = Int(truncatingIfNeeded: ends[other].counters.uncapturedBytes &- basis.uncaptured)
      add(.uncaptured, segment, side, &stores.notices, window: .max) { $0.bytes = bytes }
    }
    if segment.flags.contains(.fin), let finEnd = ends[side].sending.finEnd, ends[side].sending.contiguous < finEnd {
      let hole = finEnd.distance(from: ends[side].sending.contiguous)
      add(.finBeyondHole, segment, side, &stores.notices) { $0.distance = hole }
    }
  }

  private mutating func basis(_ side: Int) -> NoticeBasis {
    NoticeBasis(
      retransmissions: ends[side].counters.retransmittedSegments, outOfOrder: ends[side].counters.outOfOrderSegments,
      uncaptured: ends[peer(of: side)].counters.uncapturedBytes, acknowledged: ends[side].sending.acknowledged)
  }

  private mutating func noteSilence(_ quiet: Int64, _ segment: Segment, _ side: Int, _ store: inout NoticeStore) {
    add(.silence, segment, side, &store, window: -1) { notice in
      notice.delay = quiet
      if segment.flags.contains(.fin) { notice.circumstances.insert(.endedByFIN) }
      if segment.flags.contains(.rst) { notice.circumstances.insert(.endedByRST) }
    }
  }

  /// Whether a SYN or FIN that comes again was not sent again, but doubled or held back by the network: a timer had to
  /// run out first, so that identification and timestamp would be newer than those of the last segment.
  mutating func isOldCopy(_ segment: Segment, from side: Int) -> Bool {
    if ends[side].latest.isNewer(than: segment) { return true }
    return segment.options.kinds.contains(.timestamps) && !ends[side].timestamps.isNewer(segment)
  }

  /// A segment whose checksum is wrong: its receiver drops it, so nothing else comes of it.
  mutating func noteDamaged(_ segment: Segment, _ side: Int, _ store: inout NoticeStore) {
    add(.badChecksum, segment, side, &store, window: .max)
  }

  /// The same packet twice in the capture: counted, and nothing else comes of it.
  mutating func noteDuplicate(_ segment: Segment, _ side: Int, _ store: inout NoticeStore) {
    ends[side].counters.duplicatePackets &+= 1
    add(.duplicatePacket, segment, side, &store, window: .max)
  }

  /// Adds a notice about `segment`.
  ///
  /// - Parameters:
  ///   - window: packets of the kind that come closer than this are one notice; 1 s by default.
  ///   - fill: puts in what the kind has to say.
  @inline(never)
  mutating func add(
    _ kind: NoticeKind, _ segment: Segment, _ side: Int, _ store: inout NoticeStore, window: Int64 = 1_000_000_000,
    _ fill: (inout FlowNotice) -> Void = { _ in }
  ) {
    let moment = TimelineEntry.Moment(time: segment.time, frame: segment.frame)
    var notice = FlowNotice(kind: kind, sender: role(of: side), first: moment)
    notice.senderState = ends[side].state
    notice.receiverState = ends[peer(of: side)].state
    fill(&notice)
    notePause(&store)
    weight.add(kind)
    store.add(notice, to: &notices, window: window)
  }

  /// The pause before what is told of next.
  mutating func notePause(_ store: inout NoticeStore) {
    guard let pause else { return }
    store.add(pause.notice(by: role(of: Int(pause.side))), to: &notices, window: -1)
    self.pause = nil
  }
}
