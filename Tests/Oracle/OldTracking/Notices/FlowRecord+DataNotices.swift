import PacketDecoding

// Bytes again, in another order or out of place; acknowledgments and windows that do not fit.

extension FlowRecord {
  /// RTO of the stacks in use is 200 ms at least; what comes sooner after its sender's last segment was no timeout.
  private static var leastTimeout: Int64 { 180_000_000 }

  /// Lines put segments out of order by less than this, as a rule, where the time of an answer is not known.
  private static var longestReordering: Int64 { 3_000_000 }

  mutating func noteRetransmission(
    _ segment: Segment, _ side: Int, _ basis: NoticeBasis, _ store: inout NoticeStore
  ) {
    guard segment.wirePayloadLength > 0, !segment.flags.contains(.syn), !lacksTimestamps(segment, side: side),
      !basis.isOldCopy, !isCopy(segment, side, basis)
    else { return }
    let isKnown = ends[side].sending.isAcknowledged && segment.sequenceEnd <= basis.acknowledged
    let isUnheard = ends[peer(of: side)].latest.time < ends[side].latest.time
    let kind = isKnown ? .spuriousRetransmission : cause(segment, side, basis, store)
    let run = unanswered(kind, segment, side, store)
    add(kind, segment, side, &store) { notice in
      notice.bytes = segment.wirePayloadLength
      notice.distance = run.count
      if isUnheard { notice.circumstances.insert(.peerSilent) }
    }
    if run.count > 0 { store.update(kind, role(of: side), in: notices) { $0.delay = run.duration } }
  }

  /// How many timeouts in a row the peer has let pass without a word, this one with them, and for how long.
  private mutating func unanswered(
    _ kind: NoticeKind, _ segment: Segment, _ side: Int, _ store: borrowing NoticeStore
  ) -> (count: Int, duration: Int64) {
    guard kind == .timeoutRetransmission else { return (0, 0) }
    guard let earlier = store.newest(kind, role(of: side), in: notices),
      ends[peer(of: side)].latest.time < earlier.last.time.nanoseconds
    else { return (1, 0) }
    return (earlier.distance &+ 1, earlier.delay &+ segment.time.nanoseconds(since: earlier.last.time))
  }

  /// What is sent again bears the time of that; what bears an old one was doubled or held back on the way.
  private mutating func isCopy(_ segment: Segment, _ side: Int, _ basis: NoticeBasis) -> Bool {
    segment.options.kinds.contains(.timestamps) && !basis.hasNewerTimestamp
      && segment.time.nanoseconds &- ends[side].latest.time > Self.longestReordering
  }

  /// Why a segment comes again (RFC 6298 §5, RFC 5681 §3.2, RFC 6675).
  private mutating func cause(
    _ segment: Segment, _ side: Int, _ basis: NoticeBasis, _ store: borrowing NoticeStore
  ) -> NoticeKind {
    let other = peer(of: side)
    let pause = segment.time.nanoseconds &- ends[side].latest.time
    if pause >= Self.leastTimeout { return .timeoutRetransmission }
    if ends[other].duplicates.demand(basis.acknowledged) || ends[other].latest.hasSACK { return .fastRetransmission }
    // After a timeout everything outstanding goes out again.
    if let timeout = store.newest(.timeoutRetransmission, role(of: side), in: notices),
      segment.time.nanoseconds(since: timeout.last.time) < Self.longestAnswer
    {
      return .timeoutRetransmission
    }
    return .otherRetransmission
  }

  /// Below what has passed, but new: it was overtaken, or lost before the tap and sent again.
  mutating func noteOutOfOrder(_ segment: Segment, _ side: Int, _ basis: NoticeBasis, _ store: inout NoticeStore) {
    guard segment.wirePayloadLength > 0 else { return }
    let cause = cause(segment, side, basis, store)
    let isOvertaken = wasOvertaken(segment, side, basis)
    let kind: NoticeKind =
      cause == .otherRetransmission || isOvertaken || !ends[peer(of: side)].latest.isKnown ? .outOfOrder : cause
    add(kind, segment, side, &store) { $0.bytes = segment.wirePayloadLength }
  }

  /// Whether a segment below what has passed was sent before that. Its IPv4 identification says so. Without one: what
  /// was sent again has waited for an answer, so that its timestamp is newer than that of the last byte in order; and
  /// one or two ACKs prompt nothing sooner than their receiver ever answered.
  private mutating func wasOvertaken(_ segment: Segment, _ side: Int, _ basis: NoticeBasis) -> Bool {
    if let identification = segment.identification, identification != 0, ends[side].latest.identification != 0 {
      return basis.isOldCopy
    }
    if segment.options.kinds.contains(.timestamps), !basis.hasNewerTimestamp { return true }
    let shortest = ends[side].response.shortest
    let answerTime = max(Self.longestReordering, shortest ?? 0)
    return ends[peer(of: side)].duplicates.count < 3 && segment.time.nanoseconds &- ends[side].latest.time < answerTime
  }

  mutating func noteMisfit(_ fit: Acceptability, _ segment: Segment, _ side: Int, _ store: inout NoticeStore) {
    let other = peer(of: side)
    switch fit {
    case .acceptable: return
    case .acknowledgesUnsent:
      let beyond = segment.acknowledgment.map { $0.distance(from: ends[other].sending.next) } ?? 0
      add(.ackOfUnsent, segment, side, &store) { $0.distance = beyond }
    case .oldTimestamp:
      let age = Int(Int32(bitPattern: ends[side].timestamps.recent &- segment.options.timestampValue))
      add(.oldTimestamp, segment, side, &store) { $0.distance = age }
    case .outsideWindow:
      let distance = segment.sequence.distance(from: ends[side].sending.next)
      add(.outsideWindow, segment, side, &store) { notice in
        notice.distance = distance
        notice.bytes = segment.wirePayloadLength
      }
    }
    watch.insert(.challenge(other))
  }

  /// The first segment of an end that was sent something it may not take: a pure ACK that says nothing new is its
  /// challenge (RFC 9293 §3.10.7.4, RFC 5961 §3 to §5).
  mutating func noteChallenge(_ segment: Segment, _ side: Int, _ store: inout NoticeStore) {
    watch.remove(.challenge(side))
    let other = peer(of: side)
    guard segment.sequenceLength == 0, segment.sequence == ends[side].sending.next,
      let acknowledgment = segment.acknowledgment, acknowledgment <= ends[other].sending.next
    else { return }
    let since = segment.time.nanoseconds &- last.time.nanoseconds
    guard since < Self.longestAnswer else { return }
    add(.challengeACK, segment, side, &store, window: 10_000_000_000) { $0.delay = since }
  }
}

extension FlowRecord {
  /// Windows, probes and acknowledgments that repeat themselves.
  @inline(__always)
  mutating func noteWindow(_ segment: Segment, _ side: Int, _ store: inout NoticeStore) {
    guard !segment.flags.contains(.syn) else { return }
    let other = peer(of: side)
    if watch.contains(.zeroWindow(other)) {
      store.update(.zeroWindow, role(of: other), in: notices) { $0.count += 1 }
    } else if isProbe(segment, side: side), ends[side].sending.acknowledged == ends[side].sending.next {
      noteKeepAlive(segment, side, &store)
    }
    noteZeroWindow(segment, side, &store)
    noteAcknowledgment(segment, side, &store)
    if segment.wirePayloadLength > 0, !ends[other].facts.contains(.sentSYNACK), ends[side].proved == .synSent {
      add(.dataBeforeEstablished, segment, side, &store) { $0.bytes = segment.wirePayloadLength }
    }
    let agreed = ends[0].facts.contains(.sentTimestamps) && ends[1].facts.contains(.sentTimestamps)
    if agreed, !segment.options.kinds.contains(.timestamps), !segment.options.kinds.contains(.truncated) {
      add(.missingTimestamp, segment, side, &store, window: .max)
    }
  }

  @inline(__always)
  private mutating func noteZeroWindow(_ segment: Segment, _ side: Int, _ store: inout NoticeStore) {
    let moment = TimelineEntry.Moment(time: segment.time, frame: segment.frame)
    if watch.contains(.zeroWindow(side)) {
      store.update(.zeroWindow, role(of: side), in: notices) { notice in
        notice.last = moment
        if segment.window != 0 { notice.circumstances.remove(.open) }
      }
      if segment.window != 0 { watch.remove(.zeroWindow(side)) }
    } else if segment.window == 0, !segment.flags.contains(.fin), ends[side].latest.window > 0 {
      add(.zeroWindow, segment, side, &store, window: -1) { notice in
        notice.count = 0
        notice.circumstances.insert(.open)
      }
      watch.insert(.zeroWindow(side))
    }
  }

  private mutating func noteKeepAlive(_ segment: Segment, _ side: Int, _ store: inout NoticeStore) {
    let role = role(of: side)
    let earlier = store.newest(.keepAlive, role, in: notices)
    let isUnanswered = earlier.map { ends[peer(of: side)].latest.time < $0.last.time.nanoseconds } ?? false
    let run = isUnanswered ? (earlier?.distance ?? 0) + 1 : 1
    let since = earlier.map { segment.time.nanoseconds(since: $0.last.time) } ?? 0
    let soFar = isUnanswered ? (earlier?.delay ?? 0) &+ since : 0
    add(.keepAlive, segment, side, &store, window: .max) { notice in
      notice.distance = run
      notice.bytes = segment.wirePayloadLength
      if segment.wirePayloadLength > 0 { notice.circumstances.insert(.garbageByte) }
    }
    store.update(.keepAlive, role, in: notices) { $0.delay = soFar }
  }

  @inline(__always)
  private mutating func noteAcknowledgment(_ segment: Segment, _ side: Int, _ store: inout NoticeStore) {
    let other = peer(of: side)
    guard let acknowledgment = segment.acknowledgment, ends[other].sending.isAcknowledged else { return }
    let ahead = acknowledgment.distance(from: ends[other].sending.acknowledged)
    if ahead == 0, segment.sequenceLength == 0, ends[other].sending.outstanding > 0,
      segment.window == ends[side].latest.window
    {
      ends[side].duplicates.add(acknowledgment)
      if ends[side].duplicates.count >= 3 {
        add(.duplicateACKs, segment, side, &store, window: ends[side].duplicates.count == 3 ? -1 : .max)
      }
    } else if ahead < -receiveWindow(of: side) {
      add(.ackFarBehind, segment, side, &store) { $0.distance = ahead }
    }
    // An acknowledgment that was overtaken looks like a window that shrinks; one that advances was not. The window of
    // Multipath TCP begins at the DATA_ACK of the whole connection (RFC 8684 §3.3.1).
    if ahead > 0, segment.sequence == ends[side].sending.next, segment.flags.isDisjoint(with: [.fin]),
      closing.firstFIN == nil, !segment.options.kinds.contains(.multipath),
      let shrunk = ends[side].window.shrink(to: acknowledgment, segment.window)
    {
      add(.windowShrunk, segment, side, &store) { $0.distance = shrunk }
    }
  }
}
