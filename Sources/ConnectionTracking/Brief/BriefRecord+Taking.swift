import PacketDecoding

// What an ordinary segment changes.

extension BriefRecord {
  /// Takes a segment that has been found ordinary.
  ///
  /// - Parameters:
  ///   - leastSilence: see ``TrackerConfiguration/leastSilence``.
  ///   - attachments: where it keeps how it closes, and its last pause.
  @inline(__always)
  mutating func take(
    _ segment: inout Segment, as step: BriefStep, from side: Int, leastSilence: Int64, in backlog: inout BacklogTable,
    _ attachments: inout BriefAttachments
  ) {
    let quiet = segment.time.nanoseconds &- lastTime
    if quiet >= leastSilence { notePause(quiet, &segment, step, side, in: &attachments.pauses) }
    if step != .plain { move(&segment, by: step, from: side, in: &backlog, &attachments.closings) }
    carry(&segment, from: side)
  }

  @inline(never)
  private mutating func notePause(
    _ length: Int64, _ segment: inout Segment, _ step: BriefStep, _ side: Int, in pauses: inout Slab<BriefPause>
  ) {
    guard step == .plain || step == .proof || step == .acknowledgment else { return }
    let pause = BriefPause(ended: segment, by: side, after: length, wasAnswered: stage == .answered)
    if self.pause == Slab<BriefPause>.none { self.pause = pauses.insert(pause) } else { pauses[self.pause] = pause }
  }

  /// Takes what every segment brings.
  @inline(__always)
  private mutating func carry(_ segment: inout Segment, from side: Int) {
    take(acknowledgmentOf: segment, from: side)
    if segment.wirePayloadLength > 0 { lastPayload = segment.time.nanoseconds }
    ends[side].send(segment, since: start(of: side))
    note(last: segment, from: side)
  }

  @inline(__always)
  private mutating func note(last segment: Segment, from side: Int) {
    lastFrame = UInt32(truncatingIfNeeded: segment.frame &- first.frame)
    lastSender = side
  }

  @inline(__always)
  private mutating func take(acknowledgmentOf segment: Segment, from side: Int) {
    guard let acknowledgment = segment.acknowledgment else { return }
    let delay = ends[1 - side].take(acknowledgment: acknowledgment, at: segment.time.nanoseconds)
    if let delay { ends[side].note(answerAfter: delay) }
  }

  @inline(never)
  private mutating func move(
    _ segment: inout Segment, by step: BriefStep, from side: Int, in backlog: inout BacklogTable,
    _ closings: inout Slab<PackedClosing>
  ) {
    switch step {
    case .plain: return
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
      closer = side
      closing = closings.insert(PackedClosing(with: segment, closingMoment(of: &segment) ?? BriefMoment()))
    case .finAcknowledgment, .secondFIN, .lastACK:
      closings[closing].take(&segment, as: step, since: last)
      if step != .secondFIN { ends[side].facts.insert(.acknowledgedFINAlone) }
      stage = step == .finAcknowledgment ? .halfClosed : step == .secondFIN ? .closed : .over
    }
  }

  /// The flow of `attempt`, whose SYN `segment` answers; see ``AttemptRecord/isAnswered(by:from:)``.
  ///
  /// - Parameter mayBeCookie: see ``EndpointFacts/mayBeCookie``.
  @inline(__always)
  init(of attempt: inout AttemptRecord, _ key: FlowKey, answeredBy segment: Segment, mayBeCookie: Bool) {
    self.init(of: &attempt, key)
    let side = 1 - clientSide
    stage = .answered
    answer = BriefMoment(segment, since: first) ?? answer
    ends[side] = BriefEnd(SYNOffer(segment), at: segment.time, .synACK)
    if ends[0].windowScale == nil || ends[1].windowScale == nil {
      ends[0].windowScale = nil
      ends[1].windowScale = nil
    }
    if mayBeCookie { ends[side].facts.insert(.mayBeCookie) }
    take(acknowledgmentOf: segment, from: side)
    note(last: segment, from: side)
  }
}
