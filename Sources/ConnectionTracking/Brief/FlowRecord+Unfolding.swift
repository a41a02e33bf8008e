import PacketDecoding

// A flow in brief becomes the record that the long way would have made of it.

extension FlowRecord {
  /// The record of `brief`, with its timeline and notices in `stores`.
  init(
    unfolding brief: inout BriefRecord, _ closing: BriefClosing?, _ timers: TimerProfile, in stores: inout SharedStores
  ) {
    number = brief.number
    previous = 0
    key = brief.key
    isSelfConnect = false
    orientation = .syn
    clientSide = brief.clientSide
    first = brief.first
    last = TimelineEntry.Moment(time: Timestamp(nanoseconds: brief.lastTime), frame: brief.lastFrame)
    lastSender = Int8(truncatingIfNeeded: brief.lastSender)
    lastPayload = brief.lastPayload
    isSteady = brief.stage == .steady
    ends = .init { side in TCPEndpoint(unfolding: brief.ends[side]) }
    unfoldOpening(brief.stage, &brief, in: &stores)
    pause = brief.pause.length == 0 ? nil : Pause(unfolding: brief.pause, by: brief.role(of: brief.pause.side))
    if let closing { unfoldClosing(brief.stage, closing, Int(brief.closer), timers, in: &stores) }
  }
}

extension BriefRecord {
  func role(of side: Int) -> EndpointRole { side == Int(clientSide) ? .client : .server }
}

extension Pause {
  fileprivate init(unfolding brief: BriefPause, by role: EndpointRole) {
    let server: TCPState = brief.wasAnswered ? .synReceived : .established
    end = brief.end
    length = brief.length
    frame = brief.frame
    side = Int8(truncatingIfNeeded: brief.side)
    senderState = role == .client ? .established : server
    receiverState = role == .client ? server : .established
  }
}

extension TCPEndpoint {
  fileprivate init(unfolding brief: BriefEnd) {
    response = brief.response
    timestamps = brief.timestamps
    latest = brief.latest
    window = brief.window
    facts = brief.facts
    maximumSegmentSize = brief.maximumSegmentSize
    counters.packets = UInt64(brief.packets)
    counters.bytes = UInt64(brief.bytes)
    counters.payloadBytes = UInt64(brief.payloadBytes)
    counters.distinctPayloadBytes = UInt64(brief.payloadBytes)
    guard brief.packets > 0 else { return }
    sending.isKnown = true
    sending.initial = brief.initial
    sending.next = brief.next
    sending.contiguous = brief.next
    sending.acknowledged = brief.acknowledged
    sending.isAcknowledged = brief.acknowledged != brief.initial
  }
}

/// Writes the timeline of a flow in brief.
extension FlowRecord {
  /// What an entry would have to see to be proved; of no use once it is settled.
  private struct Position {
    var number = SequenceNumber(0)
    var stamp: UInt32?
  }

  /// The handshake.
  private mutating func unfoldOpening(_ stage: BriefStage, _ brief: inout BriefRecord, in stores: inout SharedStores) {
    let client = Int(clientSide)
    let server = 1 - client
    ends[client].prove(.closed)
    ends[server].prove(.listen)
    guard stage != .new else { return }
    let answer = brief.answer.moment(since: first)
    let acknowledgment = brief.acknowledgment.moment(since: first)
    let proof = brief.proof.moment(since: first)
    let answerProves = !ends[server].facts.contains(.mayBeCookie)
    shows(client, .closed, .synSent, .sendsSYN, first, in: &stores)
    let firstProof = answerProves ? (stage >= .answered ? answer : nil) : stage >= .steady ? proof : nil
    presumes(server, .listen, .synReceived, .syn, first, provedAt: firstProof, position(ofSYNOf: client), in: &stores)
    guard stage >= .answered else { return }
    noteSilence(answer, since: first, server, .synReceived, .synSent, in: &stores)
    presumes(
      client, .synSent, .established, [.syn, .synAcknowledged], answer,
      provedAt: stage >= .acknowledged ? acknowledgment : nil, position(ofSYNOf: server), in: &stores)
    guard stage >= .acknowledged else { return }
    let position = Position(
      number: brief.ends[client].initial + 1, stamp: stamp(brief.acknowledgmentStamp, of: client))
    presumes(
      server, .synReceived, .established, .synAcknowledged, acknowledgment, provedAt: stage >= .steady ? proof : nil,
      position, in: &stores)
    // Every segment of the client until then brings the acknowledgment again.
    if stage == .acknowledged, ends[client].counters.packets > 2 || !answerProves {
      ends[server].acknowledgedAt = ends[client].latest.time
    }
  }

  /// The FINs and their acknowledgments.
  private mutating func unfoldClosing(
    _ stage: BriefStage, _ closing: BriefClosing, _ closer: Int, _ timers: TimerProfile, in stores: inout SharedStores
  ) {
    let other = 1 - closer
    self.closing = closing.path
    wake = closing.wake
    ends[closer].sending.finEnd = stage >= .closing ? ends[closer].sending.next : nil
    ends[closer].finTime = closing.firstFIN.time.nanoseconds
    noteSilence(closing.firstFIN, length: closing.pause, closer, .established, .established, [.endedByFIN], in: &stores)
    shows(closer, .established, .finWait1, .sendsFIN, closing.firstFIN, in: &stores)
    let wasAlone = ends[other].facts.contains(.acknowledgedFINAlone)
    let arrival = wasAlone ? closing.acknowledgment : stage >= .closed ? closing.secondFIN : nil
    presumes(other, .established, .closeWait, .fin, closing.firstFIN, provedAt: arrival, in: &stores)
    if wasAlone { unfoldHalfClose(stage, closing, closer, timers, in: &stores) }
    if stage >= .closed { unfoldSecondFIN(stage, closing, closer, wasAlone, timers, in: &stores) }
    if stage == .over { unfoldLastACK(closing, closer, timers, in: &stores) }
  }

  private mutating func unfoldHalfClose(
    _ stage: BriefStage, _ closing: BriefClosing, _ closer: Int, _ timers: TimerProfile, in stores: inout SharedStores
  ) {
    let other = 1 - closer
    let moment = closing.acknowledgment
    noteSilence(moment, since: closing.firstFIN, other, .closeWait, .finWait1, in: &stores)
    let end = ends[other].sending.next
    let position = Position(
      number: stage >= .closed ? end - 1 : end, stamp: stamp(closing.acknowledgmentStamp, of: other))
    presumes(
      closer, .finWait1, .finWait2, .finAcknowledged, moment, provedAt: stage == .over ? closing.lastACK : nil,
      position,
      in: &stores)
    if timers.orphanedFinWait2 != .max {
      ends[closer].deadline = moment.time.advanced(byNanoseconds: timers.orphanedFinWait2).nanoseconds
    }
  }

  private mutating func unfoldSecondFIN(
    _ stage: BriefStage, _ closing: BriefClosing, _ closer: Int, _ wasAlone: Bool, _ timers: TimerProfile,
    in stores: inout SharedStores
  ) {
    let other = 1 - closer
    let moment = closing.secondFIN
    let earlier = wasAlone ? closing.acknowledgment : closing.firstFIN
    let waiting: TCPState = wasAlone ? .finWait2 : .finWait1
    noteSilence(moment, since: earlier, other, .closeWait, waiting, [.endedByFIN], in: &stores)
    ends[other].sending.finEnd = ends[other].sending.next
    ends[other].finTime = moment.time.nanoseconds
    shows(other, .closeWait, .lastAck, .sendsFIN, moment, in: &stores)
    if wasAlone { ends[closer].acknowledgedAt = moment.time.nanoseconds }
    presumes(
      closer, waiting, .timeWait, wasAlone ? .fin : [.finAcknowledged, .fin], moment,
      provedAt: stage == .over ? closing.lastACK : nil, in: &stores)
    ends[closer].deadline = moment.time.advanced(byNanoseconds: timers.timeWait).nanoseconds
  }

  private mutating func unfoldLastACK(
    _ closing: BriefClosing, _ closer: Int, _ timers: TimerProfile, in stores: inout SharedStores
  ) {
    let other = 1 - closer
    let moment = closing.lastACK
    noteSilence(moment, since: closing.secondFIN, closer, .timeWait, .lastAck, in: &stores)
    let position = Position(number: ends[closer].sending.next, stamp: stamp(closing.lastStamp, of: closer))
    presumes(other, .lastAck, .closed, .finAcknowledged, moment, provedAt: nil, position, in: &stores)
    ends[closer].deadline = moment.time.advanced(byNanoseconds: timers.timeWait).nanoseconds
  }

  private mutating func position(ofSYNOf side: Int) -> Position {
    Position(
      number: ends[side].sending.initial ?? SequenceNumber(0), stamp: stamp(ends[side].timestamps.firstValue, of: side))
  }

  private mutating func stamp(_ value: UInt32, of side: Int) -> UInt32? {
    ends[side].facts.contains(.sentTimestamps) ? value : nil
  }

  /// A step that `side`'s own segment shows.
  private mutating func shows(
    _ side: Int, _ from: TCPState, _ to: TCPState, _ cause: TransitionCause, _ moment: TimelineEntry.Moment,
    in stores: inout SharedStores
  ) {
    let proof = ArrivalProof(time: moment.time.nanoseconds, position: SequenceNumber(0), stamp: nil)
    let slot = TimelineSlot(side: side, from: from, to: to, cause, .observed, frame: moment.frame, proof)
    _ = stores.timeline.append(slot, to: &timeline)
    ends[side].prove(to)
  }

  /// A step that a segment to `side` would bring, and that `side`'s segment at `proved` shows.
  private mutating func presumes(
    _ side: Int, _ from: TCPState, _ to: TCPState, _ events: ArrivalEvents, _ moment: TimelineEntry.Moment,
    provedAt proved: TimelineEntry.Moment?, _ position: Position = Position(), in stores: inout SharedStores
  ) {
    let proof = ArrivalProof(time: moment.time.nanoseconds, position: position.number, stamp: position.stamp)
    var slot = TimelineSlot(side: side, from: from, to: to, events.cause, .presumed, frame: moment.frame, proof)
    if let proved { slot.settle(as: .confirmed, at: proved) }
    let entry = stores.timeline.append(slot, to: &timeline)
    if proved == nil {
      ends[side].expect(PendingArrival(events: events, entry: entry), leadingTo: to)
    } else {
      ends[side].prove(to)
    }
  }

  private mutating func noteSilence(
    _ moment: TimelineEntry.Moment, since earlier: TimelineEntry.Moment, _ side: Int, _ sender: TCPState,
    _ receiver: TCPState, _ circumstances: FlowNotice.Circumstances = [], in stores: inout SharedStores
  ) {
    let length = moment.time.nanoseconds(since: earlier.time)
    noteSilence(moment, length: length, side, sender, receiver, circumstances, in: &stores)
  }

  private mutating func noteSilence(
    _ moment: TimelineEntry.Moment, length: Int64, _ side: Int, _ sender: TCPState, _ receiver: TCPState,
    _ circumstances: FlowNotice.Circumstances = [], in stores: inout SharedStores
  ) {
    guard length >= stores.notices.leastSilence else { return }
    var notice = FlowNotice(kind: .silence, sender: role(of: side), first: moment)
    notice.delay = length
    notice.circumstances = circumstances
    notice.senderState = sender
    notice.receiverState = receiver
    notePause(&stores.notices)
    stores.notices.add(notice, to: &notices, window: -1)
  }
}
