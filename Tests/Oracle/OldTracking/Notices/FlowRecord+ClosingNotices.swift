import PacketDecoding

// FINs and RSTs: repeated, displaced, and what comes after them.

extension FlowRecord {
  /// Looks at a segment that carries a FIN or comes after one.
  mutating func noteClosing(_ segment: Segment, _ side: Int, _ store: inout NoticeStore) {
    if let finEnd = ends[side].sending.finEnd {
      if segment.flags.contains(.fin) { noteFINAgain(segment, finEnd, side, &store) }
      if segment.wirePayloadLength > 0, segment.sequence >= finEnd {
        add(.dataAfterFIN, segment, side, &store) { $0.bytes = segment.wirePayloadLength }
      }
    }
    let other = peer(of: side)
    if segment.flags.contains(.fin), ends[side].sending.finEnd == nil { noteCrossing(segment, side, other, &store) }
    guard let peerEnd = ends[other].sending.finEnd, other != side, segment.wirePayloadLength > 0,
      segment.sequenceEnd > ends[side].sending.next
    else { return }
    let knows = segment.acknowledgment.map { $0 >= peerEnd } ?? false
    let since = segment.time.nanoseconds &- ends[other].finTime
    let ignored = ends[side].facts.contains(.acknowledgedFINAlone)
    add(.dataAfterPeerFIN, segment, side, &store, window: .max) { notice in
      notice.bytes = segment.wirePayloadLength
      notice.delay = since
      if knows || ignored { notice.circumstances.insert(.acknowledged) }
    }
  }

  /// The sender of a FIN had not received what its peer had sent by then, or not acknowledged it.
  private mutating func noteCrossing(_ segment: Segment, _ side: Int, _ other: Int, _ store: inout NoticeStore) {
    guard ends[other].latest.kind == .data, ends[other].sending.finEnd == nil,
      let acknowledgment = segment.acknowledgment
    else { return }
    let bytes = ends[other].sending.next.distance(from: acknowledgment)
    let since = segment.time.nanoseconds &- ends[other].latest.time
    guard bytes > 0 else { return }
    add(.finCrossesData, segment, side, &store) { notice in
      notice.bytes = bytes
      notice.delay = since
    }
  }

  private mutating func noteFINAgain(
    _ segment: Segment, _ finEnd: SequenceNumber, _ side: Int, _ store: inout NoticeStore
  ) {
    if segment.sequenceEnd != finEnd {
      return add(.finElsewhere, segment, side, &store) { $0.distance = segment.sequenceEnd.distance(from: finEnd) }
    }
    guard !isOldCopy(segment, from: side) else { return }
    let isAcknowledged = ends[side].sending.isAcknowledged && ends[side].sending.acknowledged >= finEnd
    let since = segment.time.nanoseconds &- ends[side].finTime
    add(.finRepeated, segment, side, &store, window: .max) { notice in
      notice.delay = since
      if isAcknowledged { notice.circumstances.insert(.acknowledged) }
    }
  }

  mutating func noteReset(_ segment: Segment, _ side: Int, _ timers: TimerProfile, _ store: inout NoticeStore) {
    let other = peer(of: side)
    let shape = shape(of: segment, from: side, timers, store)
    let since = segment.time.nanoseconds &- max(ends[other].latest.time, ends[side].latest.time)
    let distance = ends[side].sending.isKnown ? segment.sequence.distance(from: ends[side].sending.contiguous) : 0
    add(.reset, segment, side, &store, window: -1) { notice in
      notice.bytes = segment.wirePayloadLength
      notice.delay = since
      notice.distance = distance
      notice.reset = shape
    }
    if shape.position == .inWindow, !shape.traits.contains(.accepted) { watch.insert(.challenge(other)) }
    watch.insert(.reset)
  }

  private mutating func shape(
    of segment: Segment, from side: Int, _ timers: TimerProfile, _ store: borrowing NoticeStore
  ) -> ResetShape {
    let other = peer(of: side)
    let latest = ends[side].latest
    var shape = ResetShape()
    shape.traits = traits(of: segment, from: side)
    if accepts(segment, from: side, timers: timers) { shape.traits.insert(.accepted) }
    if watch.contains(.reset), store.newest(.reset, role(of: side), in: notices) != nil {
      shape.traits.insert(.repeated)
    }
    if ends[other].latest.time > latest.time || !latest.isKnown { shape.answers = ends[other].latest.kind }
    if ends[side].sending.isKnown {
      shape.position =
        isExact(segment, ends[side].sending) ? .exact : isInWindow(segment, from: side) ? .inWindow : .outsideWindow
    }
    shape.window = segment.window
    shape.lastWindow = latest.window
    if latest.isKnown { shape.timeToLiveDifference = Int16(segment.timeToLive) - Int16(latest.timeToLive) }
    if let probes = store.newest(.keepAlive, role(of: side), in: notices),
      ends[other].latest.time < probes.last.time.nanoseconds
    {
      shape.unansweredProbes = UInt8(clamping: probes.distance)
    }
    return shape
  }

  private mutating func traits(of segment: Segment, from side: Int) -> ResetShape.Traits {
    let other = peer(of: side)
    var traits: ResetShape.Traits = []
    if segment.acknowledgment != nil { traits.insert(.hasACK) }
    if segment.acknowledgment == ends[other].sending.contiguous, ends[other].sending.isKnown {
      traits.insert(.acknowledgesAll)
    }
    if segment.window == 0 { traits.insert(.zeroWindow) }
    if segment.wirePayloadLength > 0 { traits.insert(.hasPayload) }
    if segment.sequence.rawValue == 0 { traits.insert(.zeroSequence) }
    if segment.identification == 0 { traits.insert(.zeroIdentification) }
    if ends[side].latest.isKnown { traits.insert(.hasPredecessor) }
    if let identification = segment.identification, ends[side].latest.isKnown, identification != 0 {
      let step = identification &- ends[side].latest.identification
      if 1...4 ~= step { traits.insert(.continuesIdentification) }
    }
    if ends[side].sending.finEnd != nil { traits.insert(.afterOwnFIN) }
    if ends[other].sending.finEnd != nil { traits.insert(.afterPeerFIN) }
    if ends[side].sending.isAcknowledged, segment.sequence == ends[side].sending.acknowledged {
      traits.insert(.echoesAcknowledgment)
    }
    if ends[side].facts.contains(.sentTimestamps), !segment.options.kinds.contains(.timestamps) {
      traits.insert(.lacksTimestamp)
    }
    return traits
  }

  /// A segment that is no RST, after one.
  mutating func noteAfterReset(_ segment: Segment, _ side: Int, _ store: inout NoticeStore) {
    let own = store.newest(.reset, role(of: side), in: notices)
    let foreign = store.newest(.reset, role(of: peer(of: side)), in: notices)
    guard let reset = [own, foreign].compactMap(\.self).max(by: { $0.first.frame < $1.first.frame }) else { return }
    let isForeign = reset.sender != role(of: side)
    let since = segment.time.nanoseconds(since: reset.first.time)
    add(.segmentAfterReset, segment, side, &store, window: .max) { notice in
      notice.bytes = segment.wirePayloadLength
      notice.delay = since
      if isForeign { notice.circumstances.insert(.afterPeerReset) }
    }
  }
}
