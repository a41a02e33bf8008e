import PacketDecoding

// One segment, from the first look to both ends' new states.

extension Connection {
  /// Takes a segment that `side` sent.
  ///
  /// Most segments only carry an open connection on: no state can change by them, so nothing of states is asked.
  ///
  /// - Parameter sample: of its payload.
  /// - Returns: what the segment was.
  @inline(__always)
  mutating func process(
    _ segment: Segment, _ sample: PayloadSample, from side: Side, timers: TimerProfile,
    in stores: inout ConnectionStores
  ) -> PacketVerdict.Kind {
    if isPredicted(segment, from: side) {
      return takePredicted(segment, sample, from: side, timers: timers, in: &stores)
    }
    if opensInOrder(segment, from: side, in: &stores) {
      takeOpening(segment, from: side, in: &stores)
      return .moved
    }
    return processUnpredicted(segment, sample, from: side, timers: timers, in: &stores)
  }

  /// The one machine: whatever a segment does to a connection, it does here.
  @inline(never)
  private mutating func processUnpredicted(
    _ segment: Segment, _ sample: PayloadSample, from side: Side, timers: TimerProfile,
    in stores: inout ConnectionStores
  ) -> PacketVerdict.Kind {
    stores.pass = Pass()
    if isNothingNew(segment, from: side) || repeatsLast(segment, from: side, in: &stores),
      isCopy(segment, sample, from: side, in: &stores)
    {
      return .copied
    }
    if segment.flags.contains(.syn), watch.contains(.reset) { triesAgain(segment, from: side) }
    let other = peer(of: side)
    let isPlain = isPlain(segment, from: side, leastIdle: stores.observations.leastIdle, in: &stores)
    if isPlain { notePause(before: segment, from: side, in: &stores) }
    let fit = segment.flags.contains(.rst) ? .acceptable : acceptability(segment, from: side, in: &stores)
    stores.pass.edge = windowEdge(of: side, &stores)
    let basis = isPlain ? nil : observeBefore(segment, fit, from: side, timers: timers, in: &stores)
    let earlier = (ends[side].state, ends[other].state)
    let hadAnswered = ends[side].facts.contains(.sentSYNACK)
    let moves = log.count
    count(segment, from: side, in: &stores)
    if segment.window == 0, segment.flags.isDisjoint(with: [.syn, .rst, .fin]) {
      stores.extras[makeExtras(&stores)].ends[side].zeroWindows &+= 1
    }
    if segment.flags.isSuperset(of: [.syn, .ack]) { doubtCookie(segment, side: side, in: &stores) }
    take(segment, fit, from: side, timers: timers, in: &stores)
    if segment.wirePayloadLength > 0 { closing.notePayload(at: segment.time.nanoseconds) }
    if let basis { observeAfter(segment, from: side, basis, in: &stores) }
    remember(segment, sample, from: side, in: &stores)
    restartTimer(side, from: earlier.0, segment, sent: true, timers, in: &stores)
    if other != side { restartTimer(other, from: earlier.1, segment, sent: false, timers, in: &stores) }
    countHalfOpen(segment, from: side, hadAnswered: hadAnswered, in: &stores)
    marks.prediction = stores.predictsSegments && !awaitsOvertaken(&stores) ? nextPrediction() : .none
    return stores.pass.verdict == .carried && log.count != moves ? .moved : stores.pass.verdict
  }

  /// Keeps what later segments are compared with.
  @inline(__always)
  private mutating func remember(
    _ segment: Segment, _ sample: PayloadSample, from side: Side, in stores: inout ConnectionStores
  ) {
    let unknown = segment.wirePayloadLength - stores.pass.distinct
    if unknown != 0 {
      stores.extras[makeExtras(&stores)].ends[side].repeatedPayloadBytes &+= UInt64(truncatingIfNeeded: unknown)
    }
    if segment.wirePayloadLength > 0, segment.sequenceEnd == ends[side].next { payloads[side] = sample }
    if segment.flags.contains(.rst) {
      rememberReset(segment, from: side, in: &stores)
    } else {
      noteAcknowledgment(by: side, in: &stores)
      ends[side].remember(segment)
      if hasExtras { stores.extras[attachment].ends[side].last = LastSegment(segment) }
      if let edge = stores.pass.edge { setWindowEdge(of: side, edge, in: &stores) }
    }
    noteLast(segment, from: side, in: &stores)
  }

  // MARK: Half-open connections

  /// Sees to it that a listener's half-open connections are counted: from the first SYN-ACK on, until its sender goes on
  /// with something else, or either end resets it.
  private mutating func countHalfOpen(
    _ segment: Segment, from side: Side, hadAnswered: Bool, in stores: inout ConnectionStores
  ) {
    let isAnswer = segment.flags.isSuperset(of: [.syn, .ack])
    if marks.contains(.isHalfOpen) {
      if segment.flags.contains(.rst) || (side != clientSide && !isAnswer) {
        endHalfOpen(ConnectionKey(segment), in: &stores)
      }
    } else if isAnswer, side != clientSide, !hadAnswered, ends[side].facts.contains(.sentSYNACK) {
      marks.insert(.isHalfOpen)
      stores.pass.opensHalf = true
      stores.backlog.change(segment.source, segment.encapsulation, isHalfOpen: true)
    }
  }

  /// A SYN-ACK of a crowded listener may be a cookie; one that comes again is not, for a cookie is never repeated.
  private mutating func doubtCookie(_ segment: Segment, side: Side, in stores: inout ConnectionStores) {
    if ends[side].facts.contains(.sentSYNACK) {
      ends[side].facts.remove(.mayBeCookie)
    } else if stores.backlog.isDoubtful(segment) {
      ends[side].facts.insert(.mayBeCookie)
    }
  }

  // MARK: What its ends take

  private mutating func take(
    _ segment: Segment, _ fit: Acceptability, from side: Side, timers: TimerProfile, in stores: inout ConnectionStores
  ) {
    if segment.flags.contains(.rst) { return resets(segment, side: side, timers: timers, in: &stores) }
    if opensAnew(segment, side: side) {
      if !lacksTimestamps(segment, side: side) { reopens(segment, side: side, in: &stores) }
      return
    }
    if answersNoSYN(segment, side: side) { return stores.pass.verdict = .unacceptable(.acknowledgesUnsent) }
    if isFromOldConnection(segment, side: side) { return takeOld(segment, side: side, in: &stores) }
    stores.pass.opensNothing =
      timers.dropsSYNFIN && segment.flags.isSuperset(of: [.syn, .fin]) && !segment.flags.contains(.ack)
    switch fit {
    case .acceptable: exchange(segment, original: segment, from: side, in: &stores)
    case .acknowledgesUnsent:
      var believed = segment
      believed.acknowledgment = nil
      noteOvertaking(segment, by: side, in: &stores)
      exchange(believed, original: segment, from: side, in: &stores)
    case .outsideWindow, .oldTimestamp:
      ends[peer(of: side)].facts.insert(.mayChallenge)
      stores.pass.verdict = .unacceptable(fit)
    }
  }

  private mutating func exchange(
    _ segment: Segment, original: Segment, from side: Side, in stores: inout ConnectionStores
  ) {
    let other = peer(of: side)
    if !ends[side].isKnown { ends[side].begin(at: segment) }
    if goesBeyondFIN(segment, of: other, in: &stores) { forgetFIN(of: other, by: segment, in: &stores) }
    if segment.flags.contains(.syn) { negotiate(segment, side: side, in: &stores) }
    ends[side].response.finish(segment)
    let canMove = !segment.flags.isDisjoint(with: [.syn, .fin]) || !ends[.low].isSettled || !ends[.high].isSettled
    if canMove { noteClose(segment, side: side, in: &stores) }
    if segment.flags.contains(.syn) || !lacksTimestamps(segment, side: side) {
      if canMove { sends(segment, side: side, in: &stores) }
      noteCaptureGap(original, side: side, in: &stores)
    }
    let acknowledgment = updateSequence(segment, from: side, in: &stores)
    guard canMove, !stores.pass.opensNothing else { return }
    receives(segment, side: other, acknowledgment: acknowledgment, in: &stores)
    if segment.flags.contains(.fin) { takeOvertakingACK(of: segment, from: side, in: &stores) }
    confirmMidstream(segment, in: &stores)
  }

  /// Takes what moves no state: the sequence space, the acknowledgment, the clocks and the window.
  ///
  /// - Returns: the acknowledgment, where there is one.
  private mutating func updateSequence(
    _ segment: Segment, from side: Side, in stores: inout ConnectionStores
  ) -> SequenceNumber? {
    let known = ends[side].next
    let edge = contiguous(of: side, &stores)
    trackBytes(segment, side: side, in: &stores)
    timeAnswer(to: segment, from: side, known: known, in: &stores)
    ends[side].clock.update(segment, edge: edge)
    advertise(segment, from: side, in: &stores)
    marks.insert(.hasSender)
    marks.set(.lastSenderIsHigh, side == .high)
    return acknowledge(segment, by: side, in: &stores)
  }

  /// Takes the window that `segment` advertises (RFC 9293 §3.8.6, RFC 7323 §2.2).
  private mutating func advertise(_ segment: Segment, from side: Side, in stores: inout ConnectionStores) {
    let isNegotiated = marks.contains(.isNegotiated)
    let isScaled = isNegotiated && !segment.flags.contains(.syn)
    let bytes = Int(segment.window) << (isScaled ? ends[side].windowShift : 0)
    ends[side].largestWindow = max(ends[side].largestWindow, UInt32(truncatingIfNeeded: bytes))
    guard isNegotiated, let acknowledgment = segment.acknowledgment else { return }
    let edge = acknowledgment + bytes
    stores.pass.edge = stores.pass.edge.map { edge > $0 ? edge : $0 } ?? edge
  }

  /// Starts or spoils the measurement of the time in which the receiver answers.
  private mutating func timeAnswer(
    to segment: Segment, from side: Side, known: SequenceNumber, in stores: inout ConnectionStores
  ) {
    let other = peer(of: side)
    let takesSpace = segment.sequenceLength > 0
    let isNew = takesSpace && segment.sequenceEnd > known
    ends[side].facts.set(.lastTookSpace, takesSpace)
    ends[side].facts.set(.lastWasNew, isNew)
    guard takesSpace, other != side else { return }
    if isNew {
      if !ends[other].pending.isEmpty { noteSentAfterReset(by: side, from: known, in: &stores) }
      evictProof(of: side, in: &stores)
      ends[other].response.start(segment)
    } else {
      ends[other].response.invalidate()
    }
  }

  /// Takes what a SYN offers (RFC 9293 §3.7.1, RFC 7323 §2.2 and §3.2, RFC 2018 §2).
  private mutating func negotiate(_ segment: Segment, side: Side, in stores: inout ConnectionStores) {
    let options = segment.options
    let isAnsweredFirst = !ends[side].facts.contains(.sentSYNACK)
    ends[side].facts.insert(segment.flags.contains(.ack) ? .sentSYNACK : .sentSYN)
    if ends[side].initialSequence == nil { ends[side].initialSequence = segment.sequence }
    keepWindowEdge(of: peer(of: side), in: &stores)
    ends[side].windowScale = options.kinds.contains(.windowScale) ? options.windowScale : nil
    if options.kinds.contains(.maximumSegmentSize) { ends[side].maximumSegmentSize = options.maximumSegmentSize }
    if options.kinds.contains(.sackPermitted) { ends[side].facts.insert(.sackPermitted) }
    if options.kinds.contains(.timestamps) { ends[side].facts.insert(.sentTimestamps) }
    let other = peer(of: side)
    if isAnsweredFirst, opensFast(segment, by: other) { ends[side].facts.insert(.openedFast) }
    if options.kinds.contains(.fastOpen), options.fastOpenCookieLength > 0, segment.wirePayloadLength == 0 {
      ends[side].facts.insert(.offeredCookie)
    }
    guard other != side, !ends[other].facts.isDisjoint(with: [.sentSYN, .sentSYNACK]) else { return }
    if ends[side].windowScale == nil || ends[other].windowScale == nil {
      ends[side].windowScale = nil
      ends[other].windowScale = nil
    }
    marks.insert(.isNegotiated)
  }

  /// Whether `answer`, a SYN-ACK, may come from a socket that has opened fast.
  private mutating func opensFast(_ answer: Segment, by opener: Side) -> Bool {
    ends[opener].synDataIsCovered(by: answer.acknowledgment)
      || (ends[opener].facts.contains(.offeredCookie) && ends[opener].synIsCovered(by: answer.acknowledgment))
  }

  private mutating func noteClose(_ segment: Segment, side: Side, in stores: inout ConnectionStores) {
    let covers = finIsCovered(of: peer(of: side), by: segment.acknowledgment, &stores)
    if segment.flags.contains(.fin), !segment.flags.contains(.syn), !ends[side].hasFIN {
      closing.noteIdle(before: segment)
      closing.fin(
        from: side, coversPeer: covers, acknowledgedAlone: ends[side].facts.contains(.acknowledgedFINAlone),
        isFirst: !covers && followsItsAnswer(segment, side: side, in: &stores))
    } else if covers {
      ends[side].facts.insert(.acknowledgedFINAlone)
    }
  }

  /// Whether the peer's FIN, which passed before, acknowledges that of `segment`.
  private mutating func followsItsAnswer(_ segment: Segment, side: Side, in stores: inout ConnectionStores) -> Bool {
    let other = peer(of: side)
    guard ends[other].hasFIN, wasOvertaken(segment, of: side, in: &stores) else { return false }
    return stores.extras[extras].ends[side].overtakenTime <= finTime(of: other, &stores)
  }

  /// A connection taken up mid-stream is ESTABLISHED for certain once both ends have sent payload since: neither
  /// can have sent its FIN before.
  private mutating func confirmMidstream(_ segment: Segment, in stores: inout ConnectionStores) {
    guard ends[.low].facts.contains(.assumed) || ends[.high].facts.contains(.assumed) else { return }
    guard ends[.low].facts.contains(.sentData), ends[.high].facts.contains(.sentData) else { return }
    for side in Side.both where ends[side].facts.contains(.assumed) {
      ends[side].facts.remove(.assumed)
      settle(newestPresumed(side, .midstream, in: &stores), as: .confirmed, by: segment, in: &stores)
    }
  }
}

extension Connection {
  /// Its listener does not hold it half-open any more.
  mutating func endHalfOpen(_ key: ConnectionKey, in stores: inout ConnectionStores) {
    marks.remove(.isHalfOpen)
    stores.backlog.change(server(key), key.encapsulation, isHalfOpen: false)
  }
}
