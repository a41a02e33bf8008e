import PacketDecoding

// What an ordinary segment changes.

extension BriefRecord {
  /// The flow of `attempt`.
  init(of attempt: inout AttemptRecord) {
    let syn = attempt.syn
    self.init(number: attempt.number, key: attempt.key, side: attempt.side, syn: syn)
    begin(syn, Int(attempt.side), .sentSYN, stage: .opening)
    carry(syn, from: Int(attempt.side))
  }

  /// Takes a segment that has been found ordinary.
  ///
  /// - Parameters:
  ///   - leastSilence: see ``TrackerConfiguration/leastSilence``.
  ///   - closings: where it keeps how it closes.
  @inline(__always)
  mutating func take(
    _ segment: Segment, as step: BriefStep, from side: Int, leastSilence: Int64, in backlog: inout BacklogTable,
    _ closings: inout Slab<BriefClosing>
  ) {
    let quiet = segment.time.nanoseconds &- lastTime
    if quiet >= leastSilence { notePause(quiet, segment, step, side) }
    if step != .plain { move(segment, by: step, from: side, after: quiet, in: &backlog, &closings) }
    carry(segment, from: side)
  }

  private mutating func notePause(_ length: Int64, _ segment: Segment, _ step: BriefStep, _ side: Int) {
    guard step == .plain || step == .proof || step == .acknowledgment else { return }
    pause = BriefPause(ended: segment, by: side, after: length, wasAnswered: stage == .answered)
  }

  /// Takes what every segment brings.
  @inline(__always)
  private mutating func carry(_ segment: Segment, from side: Int) {
    let other = 1 - side
    let length = segment.sequenceLength
    lastTime = segment.time.nanoseconds
    lastFrame = segment.frame
    ends[side].packets &+= 1
    ends[side].bytes &+= UInt32(truncatingIfNeeded: segment.wireLength)
    ends[side].response.answer(segment)
    ends[side].timestamps.update(segment, edge: ends[side].next)
    if length > 0 {
      ends[side].next = segment.sequenceEnd
      ends[side].facts.formUnion([.lastTookSpace, .lastWasNew])
      ends[other].response.ask(segment)
    } else {
      ends[side].facts.subtract([.lastTookSpace, .lastWasNew])
    }
    if segment.wirePayloadLength > 0 {
      ends[side].payloadBytes &+= UInt32(truncatingIfNeeded: segment.wirePayloadLength)
      ends[side].facts.insert(.sentData)
      lastPayload = segment.time.nanoseconds
    }
    ends[side].window.advertise(segment)
    if let acknowledgment = segment.acknowledgment, acknowledgment > ends[other].acknowledged {
      ends[other].acknowledged = acknowledgment
    }
    ends[side].latest = LatestSegment(segment)
    lastSender = UInt8(truncatingIfNeeded: side)
  }

  @inline(never)
  private mutating func move(
    _ segment: Segment, by step: BriefStep, from side: Int, after quiet: Int64, in backlog: inout BacklogTable,
    _ closings: inout Slab<BriefClosing>
  ) {
    switch step {
    case .plain: return
    case .synACK: answer(segment, side, in: &backlog)
    case .acknowledgment:
      stage = .acknowledged
      acknowledgment = BriefMoment(segment, since: first) ?? acknowledgment
      acknowledgmentStamp = segment.options.timestampValue
    case .proof:
      stage = .steady
      proof = BriefMoment(segment, since: first) ?? proof
      backlog.change(server, key.encapsulation, isHalfOpen: false)
    case .firstFIN:
      stage = .closing
      closer = UInt8(truncatingIfNeeded: side)
      closing = closings.insert(BriefClosing(with: segment, after: quiet, lastPayload: lastPayload))
    case .finAcknowledgment, .secondFIN, .lastACK:
      closings[closing].take(segment, as: step, since: last)
      if step != .secondFIN { ends[side].facts.insert(.acknowledgedFINAlone) }
      stage = step == .finAcknowledgment ? .halfClosed : step == .secondFIN ? .closed : .over
    }
  }

  private mutating func answer(_ segment: Segment, _ side: Int, in backlog: inout BacklogTable) {
    begin(segment, side, .sentSYNACK, stage: .answered)
    answer = BriefMoment(segment, since: first) ?? answer
    if backlog.isDoubtful(segment) { ends[side].facts.insert(.mayBeCookie) }
    backlog.change(server, key.encapsulation, isHalfOpen: true)
  }

  /// Takes what a SYN offers; see `negotiate` of ``FlowRecord``.
  private mutating func begin(_ segment: Segment, _ side: Int, _ fact: EndpointFacts, stage: BriefStage) {
    let options = segment.options
    self.stage = stage
    ends[side].facts.insert(fact)
    ends[side].initial = segment.sequence
    ends[side].next = segment.sequence
    ends[side].acknowledged = segment.sequence
    if options.kinds.contains(.windowScale) { ends[side].window.shift = options.windowScale }
    if options.kinds.contains(.maximumSegmentSize) { ends[side].maximumSegmentSize = options.maximumSegmentSize }
    if options.kinds.contains(.sackPermitted) { ends[side].facts.insert(.sackPermitted) }
    if options.kinds.contains(.timestamps) { ends[side].facts.insert(.sentTimestamps) }
    guard stage == .answered else { return }
    if ends[0].window.shift == nil || ends[1].window.shift == nil {
      ends[0].window.shift = nil
      ends[1].window.shift = nil
    }
    ends[0].window.isNegotiated = true
    ends[1].window.isNegotiated = true
  }
}
