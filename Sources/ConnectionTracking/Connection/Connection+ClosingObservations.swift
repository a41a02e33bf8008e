import PacketDecoding

// FINs and RSTs: repeated, displaced, and what comes after them.

extension Connection {
  /// Looks at a segment that carries a FIN or comes after one.
  mutating func noteClosing(_ segment: Segment, _ side: Side, in stores: inout ConnectionStores) {
    if let finEnd = finEnd(of: side, &stores) {
      if segment.flags.contains(.fin) { noteFINAgain(segment, finEnd, side, in: &stores) }
      if segment.wirePayloadLength > 0, segment.sequence >= finEnd {
        add(.dataAfterFIN, segment, side, in: &stores) { $0.bytes = segment.wirePayloadLength }
      }
    }
    let other = peer(of: side)
    if segment.flags.contains(.fin), !ends[side].hasFIN { noteCrossing(segment, side, other, in: &stores) }
    guard let peerEnd = finEnd(of: other, &stores), other != side, segment.wirePayloadLength > 0,
      segment.sequenceEnd > ends[side].next
    else { return }
    let knows = segment.acknowledgment.map { $0 >= peerEnd } ?? false
    let since = segment.time.nanoseconds &- finTime(of: other, &stores)
    let ignored = ends[side].facts.contains(.acknowledgedFINAlone)
    let isKnown = knows || ignored
    let earlier = newest(.dataAfterPeerFIN, side, in: &stores)
    let learned = isKnown && earlier?.circumstances.contains(.acknowledged) == false
    add(.dataAfterPeerFIN, segment, side, in: &stores, window: learned ? -1 : .max) { observation in
      observation.bytes = segment.wirePayloadLength
      observation.delay = since
      if isKnown { observation.circumstances.insert(.acknowledged) }
    }
  }

  /// The sender of a FIN had not received what its peer had sent by then, or not acknowledged it.
  private mutating func noteCrossing(_ segment: Segment, _ side: Side, _ other: Side, in stores: inout ConnectionStores)
  {
    guard ends[other].kind == .data, !ends[other].hasFIN,
      let acknowledgment = segment.acknowledgment
    else { return }
    let bytes = ends[other].next.distance(from: acknowledgment)
    let since = segment.time.nanoseconds &- ends[other].lastTime
    guard bytes > 0 else { return }
    let idle = idle(beforeDataOf: other, unseenBy: side, in: &stores)
    add(.finCrossesData, segment, side, in: &stores) { observation in
      observation.bytes = bytes
      observation.delay = since
      observation.distance = Observation.idle(idle)
    }
  }

  /// How long the connection had been idle when `sender` sent what `receiver` has not acknowledged: since the last
  /// payload where a pause tells, else since the last packet of `receiver`; 0 where `receiver` sent something meanwhile.
  private mutating func idle(
    beforeDataOf sender: Side, unseenBy receiver: Side, in stores: inout ConnectionStores
  ) -> Int64 {
    let heard = ends[receiver].hasSent ? ends[receiver].lastTime : first.time.nanoseconds
    if let pause = newestPause(&stores), pause.side == sender, pause.end > heard {
      return pause.sincePayload ?? pause.length
    }
    if let silence = newest(.silence, sender, in: &stores), silence.last.time.nanoseconds > heard {
      return max(silence.delay, Int64(silence.distance))
    }
    return max(0, ends[sender].lastTime &- heard)
  }

  private mutating func noteFINAgain(
    _ segment: Segment, _ finEnd: SequenceNumber, _ side: Side, in stores: inout ConnectionStores
  ) {
    if segment.sequenceEnd != finEnd {
      return add(.finElsewhere, segment, side, in: &stores) { $0.distance = segment.sequenceEnd.distance(from: finEnd) }
    }
    guard !isOldCopy(segment, from: side) else { return }
    let isAcknowledged = ends[side].isAcknowledged && ends[side].acknowledged >= finEnd
    let since = segment.time.nanoseconds &- finTime(of: side, &stores)
    add(.finRepeated, segment, side, in: &stores, window: .max) { observation in
      observation.delay = since
      if isAcknowledged { observation.circumstances.insert(.acknowledged) }
    }
  }

  mutating func noteReset(_ segment: Segment, _ side: Side, _ timers: TimerProfile, in stores: inout ConnectionStores) {
    let other = peer(of: side)
    let shape = shape(of: segment, from: side, timers, in: &stores)
    let since = segment.time.nanoseconds &- max(ends[other].lastTime, ends[side].lastTime)
    let distance = ends[side].isKnown ? segment.sequence.distance(from: contiguous(of: side, &stores)) : 0
    add(.reset, segment, side, in: &stores, window: -1) { observation in
      observation.bytes = segment.wirePayloadLength
      observation.delay = since
      observation.distance = distance
      observation.reset = shape
    }
    if shape.position == .inWindow, !shape.traits.contains(.accepted) { watch.insert(.challenge(other)) }
    watch.insert(.reset)
  }

  private mutating func shape(
    of segment: Segment, from side: Side, _ timers: TimerProfile, in stores: inout ConnectionStores
  ) -> ResetShape {
    let other = peer(of: side)
    var shape = ResetShape()
    shape.traits = traits(of: segment, from: side, in: &stores)
    if accepts(segment, from: side, timers: timers, in: &stores) { shape.traits.insert(.accepted) }
    if watch.contains(.reset), newest(.reset, side, in: &stores) != nil {
      shape.traits.insert(.repeated)
    }
    if ends[other].lastTime > ends[side].lastTime || !ends[side].hasSent { shape.answers = ends[other].kind }
    if ends[side].isKnown {
      shape.position =
        isExact(segment, from: side, in: &stores)
        ? .exact : isInWindow(segment, from: side, in: &stores) ? .inWindow : .outsideWindow
    }
    shape.window = segment.window
    shape.lastWindow = ends[side].window
    if ends[side].hasSent { shape.timeToLiveDifference = Int16(segment.timeToLive) - Int16(ends[side].timeToLive) }
    if let probes = newest(.keepAlive, side, in: &stores),
      ends[other].lastTime < probes.last.time.nanoseconds
    {
      shape.unansweredProbes = UInt8(clamping: probes.distance)
    }
    return shape
  }

  private mutating func traits(
    of segment: Segment, from side: Side, in stores: inout ConnectionStores
  ) -> ResetShape.Traits {
    let other = peer(of: side)
    var traits: ResetShape.Traits = []
    if segment.acknowledgment != nil { traits.insert(.hasACK) }
    if segment.acknowledgment == contiguous(of: other, &stores), ends[other].isKnown {
      traits.insert(.acknowledgesAll)
    }
    if segment.window == 0 { traits.insert(.zeroWindow) }
    if segment.wirePayloadLength > 0 { traits.insert(.hasPayload) }
    if segment.sequence.rawValue == 0 { traits.insert(.zeroSequence) }
    if segment.identification == 0 { traits.insert(.zeroIdentification) }
    if ends[side].hasSent { traits.insert(.hasPredecessor) }
    if ends[side].isContinued(by: segment) { traits.insert(.continuesIdentification) }
    if ends[side].carriesOn(with: segment) { traits.insert(.carriesOn) }
    if ends[side].hasFIN { traits.insert(.afterOwnFIN) }
    if ends[other].hasFIN { traits.insert(.afterPeerFIN) }
    if ends[side].isAcknowledged, segment.sequence == ends[side].acknowledged {
      traits.insert(.echoesAcknowledgment)
    }
    if ends[side].facts.contains(.sentTimestamps), !segment.options.kinds.contains(.timestamps) {
      traits.insert(.lacksTimestamp)
    }
    return traits
  }

  /// A segment that is no RST, after one.
  mutating func noteAfterReset(_ segment: Segment, _ side: Side, in stores: inout ConnectionStores) {
    let own = newest(.reset, side, in: &stores)
    let foreign = newest(.reset, peer(of: side), in: &stores)
    guard let reset = [own, foreign].compactMap(\.self).max(by: { $0.first.frame < $1.first.frame }) else { return }
    let isForeign = reset.sender != role(of: side)
    let since = segment.time.nanoseconds(since: reset.first.time)
    add(.segmentAfterReset, segment, side, in: &stores, window: .max) { observation in
      observation.bytes = segment.wirePayloadLength
      observation.delay = since
      if isForeign { observation.circumstances.insert(.afterPeerReset) }
    }
  }
}
