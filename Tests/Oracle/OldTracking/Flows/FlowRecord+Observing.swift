import PacketDecoding

// One segment, from the first look to both ends' new states.

/// What the records of a tracker share.
struct SharedStores: ~Copyable, Sendable {
  var timeline = TimelineStore()
  var disorder = DisorderStore()
  var backlog = BacklogTable()
  var notices = NoticeStore()
  var extras = ExtrasStore()
}

extension FlowRecord {
  /// Takes a segment that `side` sent.
  ///
  /// Most segments only carry an open connection on: no state can change by them, so nothing of states is asked.
  ///
  /// - Parameter sample: of its payload.
  /// - Returns: true where a state or a timer may have changed.
  @inline(__always)
  mutating func observe(
    _ segment: Segment, _ sample: PayloadSample, from side: Int, timers: TimerProfile, in stores: inout SharedStores
  ) -> Bool {
    let other = peer(of: side)
    if isNothingNew(segment, from: side), repeats(segment, sample, from: side, in: &stores) { return false }
    let isPlain = isPlain(segment, from: side, leastIdle: stores.notices.leastIdle)
    if isPlain, segment.time.nanoseconds &- last.time.nanoseconds >= stores.notices.leastSilence {
      pause = Pause(ended: segment, by: side, after: last, ends[side].state, ends[other].state)
    }
    guard isPlain, isSteady else {
      follow(segment, isPlain, from: side, timers: timers, in: &stores)
      remember(segment, sample, from: side, in: &stores.extras)
      return true
    }
    count(segment, side)
    ends[side].response.answer(segment)
    _ = carry(segment, from: side, disorder: &stores.disorder)
    if segment.wirePayloadLength > 0 { lastPayload = segment.time.nanoseconds }
    ends[side].latest = LatestSegment(segment, after: ends[side].latest.identifications)
    remember(segment, sample, from: side, in: &stores.extras)
    return false
  }

  /// Takes a segment by which a state may change.
  @inline(never)
  private mutating func follow(
    _ segment: Segment, _ isPlain: Bool, from side: Int, timers: TimerProfile, in stores: inout SharedStores
  ) {
    let other = peer(of: side)
    let fit = segment.flags.contains(.rst) ? .acceptable : acceptability(segment, from: side)
    let basis = isPlain ? nil : examine(segment, fit, from: side, timers: timers, in: &stores)
    let earlier = (ends[side].state, ends[other].state)
    let hadAnswered = ends[side].facts.contains(.sentSYNACK)
    count(segment, side)
    if segment.flags.isSuperset(of: [.syn, .ack]) { doubtCookie(segment, side: side, &stores.backlog) }
    take(segment, fit, from: side, timers: timers, in: &stores)
    if segment.wirePayloadLength > 0 { lastPayload = segment.time.nanoseconds }
    if let basis { review(segment, from: side, basis, in: &stores) }
    if !segment.flags.contains(.rst) { ends[side].latest = LatestSegment(segment, after: ends[side].latest.identifications) }
    restartTimer(side, from: earlier.0, segment, sent: true, timers)
    if other != side { restartTimer(other, from: earlier.1, segment, sent: false, timers) }
    countHalfOpen(segment, from: side, hadAnswered: hadAnswered, in: &stores.backlog)
    isSteady = !isSelfConnect && ends[0].isSteady && ends[1].isSteady
  }

  @inline(__always)
  private mutating func count(_ segment: Segment, _ side: Int) {
    last = TimelineEntry.Moment(time: segment.time, frame: segment.frame)
    ends[side].counters.count(segment)
  }

  var server: SocketAddress { mutating get { address(of: 1 - Int(clientSide)) } }

  /// Sees to it that a listener's half-open connections are counted: from the first SYN-ACK on, until its sender goes on
  /// with something else, or either end resets it.
  private mutating func countHalfOpen(
    _ segment: Segment, from side: Int, hadAnswered: Bool, in backlog: inout BacklogTable
  ) {
    let isAnswer = segment.flags.isSuperset(of: [.syn, .ack])
    if isHalfOpen, segment.flags.contains(.rst) || (side != Int(clientSide) && !isAnswer) {
      endHalfOpen(in: &backlog)
    } else if isAnswer, side != Int(clientSide), !hadAnswered, ends[side].facts.contains(.sentSYNACK), !isHalfOpen {
      isHalfOpen = true
      halfOpenSince = segment.time.nanoseconds
      backlog.change(server, key.encapsulation, isHalfOpen: true)
    }
  }

  /// Its listener does not hold it half-open any more.
  mutating func endHalfOpen(in backlog: inout BacklogTable) {
    isHalfOpen = false
    backlog.change(server, key.encapsulation, isHalfOpen: false)
  }

  /// A SYN-ACK of a crowded listener may be a cookie; one that comes again is not, for a cookie is never repeated.
  private mutating func doubtCookie(_ segment: Segment, side: Int, _ backlog: inout BacklogTable) {
    if ends[side].facts.contains(.sentSYNACK) {
      ends[side].facts.remove(.mayBeCookie)
    } else if backlog.isDoubtful(segment) {
      ends[side].facts.insert(.mayBeCookie)
    }
  }

  @inline(__always)
  private mutating func take(
    _ segment: Segment, _ fit: Acceptability, from side: Int, timers: TimerProfile, in stores: inout SharedStores
  ) {
    if segment.flags.contains(.rst) {
      resets(segment, side: side, timers: timers, in: &stores.timeline)
      return
    }
    if opensAnew(segment, side: side) {
      if !lacksTimestamps(segment, side: side) { reopens(segment, side: side, in: &stores.timeline) }
      return
    }
    if answersNoSYN(segment, side: side) { return implausibleSegments &+= 1 }
    guard fit == .acceptable || fit == .acknowledgesUnsent else {
      implausibleSegments &+= 1
      return
    }
    guard fit == .acknowledgesUnsent else { return exchange(segment, original: segment, from: side, in: &stores) }
    var believed = segment
    believed.acknowledgment = nil
    exchange(believed, original: segment, from: side, in: &stores)
  }

  private mutating func exchange(
    _ segment: Segment, original: Segment, from side: Int, in stores: inout SharedStores
  ) {
    let other = peer(of: side)
    if !ends[side].sending.isKnown { ends[side].sending.begin(at: segment) }
    if segment.flags.contains(.syn) { negotiate(segment, side: side) }
    ends[side].response.answer(segment)
    let canMove = !segment.flags.isDisjoint(with: [.syn, .fin]) || !ends[0].isSettled || !ends[1].isSettled
    if canMove { noteClose(segment, side: side) }
    if segment.flags.contains(.syn) || !lacksTimestamps(segment, side: side) {
      if canMove { sends(segment, side: side, in: &stores.timeline) }
      doubt(original, side: side, in: &stores.timeline)
    }
    let acknowledgment = carry(segment, from: side, disorder: &stores.disorder)
    guard canMove else { return }
    receives(segment, side: other, acknowledgment: acknowledgment, in: &stores.timeline)
    pinMidstream(segment, in: &stores.timeline)
  }

  /// Takes what moves no state: the sequence space, the acknowledgment, the clocks and the window.
  ///
  /// - Returns: the acknowledgment, where there is one.
  @inline(__always)
  private mutating func carry(
    _ segment: Segment, from side: Int, disorder: inout DisorderStore
  ) -> SequenceNumber? {
    let known = ends[side].sending.next
    let edge = ends[side].sending.contiguous
    account(segment, side: side, disorder: &disorder)
    ask(segment, side: side, known: known)
    ends[side].timestamps.update(segment, edge: edge)
    ends[side].window.advertise(segment)
    lastSender = Int8(truncatingIfNeeded: side)
    return acknowledge(segment, by: side, disorder: &disorder)
  }

  /// Starts or spoils the measurement of the receiver's response time.
  @inline(__always)
  private mutating func ask(_ segment: Segment, side: Int, known: SequenceNumber) {
    let other = peer(of: side)
    let takesSpace = segment.sequenceLength > 0
    let isNew = takesSpace && segment.sequenceEnd > known
    if takesSpace { ends[side].facts.insert(.lastTookSpace) } else { ends[side].facts.remove(.lastTookSpace) }
    if isNew { ends[side].facts.insert(.lastWasNew) } else { ends[side].facts.remove(.lastWasNew) }
    guard takesSpace, other != side else { return }
    if isNew { ends[other].response.ask(segment) } else { ends[other].response.forget() }
  }

  /// Takes what a SYN offers (RFC 9293 §3.7.1, RFC 7323 §2.2 and §3.2, RFC 2018 §2).
  private mutating func negotiate(_ segment: Segment, side: Int) {
    let options = segment.options
    let isAnsweredFirst = !ends[side].facts.contains(.sentSYNACK)
    ends[side].facts.insert(segment.flags.contains(.ack) ? .sentSYNACK : .sentSYN)
    if ends[side].sending.initial == nil { ends[side].sending.initial = segment.sequence }
    ends[side].window.shift = options.kinds.contains(.windowScale) ? options.windowScale : nil
    if options.kinds.contains(.maximumSegmentSize) { ends[side].maximumSegmentSize = options.maximumSegmentSize }
    if options.kinds.contains(.sackPermitted) { ends[side].facts.insert(.sackPermitted) }
    if options.kinds.contains(.timestamps) { ends[side].facts.insert(.sentTimestamps) }
    let other = peer(of: side)
    if isAnsweredFirst, ends[other].sending.synDataIsCovered(by: segment.acknowledgment) {
      ends[side].facts.insert(.openedFast)
    }
    guard other != side, !ends[other].facts.isDisjoint(with: [.sentSYN, .sentSYNACK]) else { return }
    if ends[side].window.shift == nil || ends[other].window.shift == nil {
      ends[side].window.shift = nil
      ends[other].window.shift = nil
    }
    ends[side].window.isNegotiated = true
    ends[other].window.isNegotiated = true
  }

  @inline(__always)
  private mutating func noteClose(_ segment: Segment, side: Int) {
    let covers = ends[peer(of: side)].sending.finIsCovered(by: segment.acknowledgment)
    if segment.flags.contains(.fin), ends[side].sending.finEnd == nil {
      let alone = ends[side].facts.contains(.acknowledgedFINAlone)
      closing.noteIdle(before: segment, lastPayload: lastPayload)
      closing.fin(from: side, coversPeer: covers, acknowledgedAlone: alone)
    } else if covers {
      ends[side].facts.insert(.acknowledgedFINAlone)
    }
  }

  /// A connection taken up mid-stream is ESTABLISHED for certain once both ends have sent payload since: neither
  /// can have sent its FIN before.
  @inline(__always)
  private mutating func pinMidstream(_ segment: Segment, in store: inout TimelineStore) {
    guard ends[0].facts.contains(.assumed) || ends[1].facts.contains(.assumed) else { return }
    guard ends[0].facts.contains(.sentData), ends[1].facts.contains(.sentData) else { return }
    for side in 0..<2 where ends[side].facts.contains(.assumed) {
      ends[side].facts.remove(.assumed)
      store.settle(ends[side].midstreamEntry, as: .confirmed, by: segment)
    }
  }
}
