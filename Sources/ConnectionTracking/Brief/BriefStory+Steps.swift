import PacketDecoding

/// When a segment passed, and what would prove that it arrived; the latter is of no use where nothing asks for it.
struct BriefProof {
  var moment: TimelineEntry.Moment
  var position = SequenceNumber(0)
  var stamp: UInt32?

  init(_ moment: TimelineEntry.Moment) { self.moment = moment }
}

extension BriefRecord {
  mutating func proof(
    at moment: TimelineEntry.Moment, beyond position: SequenceNumber, _ stamp: UInt32, of side: Int
  ) -> BriefProof {
    var proof = BriefProof(moment)
    proof.position = position
    if ends[side].facts.contains(.sentTimestamps) { proof.stamp = stamp }
    return proof
  }

  mutating func proof(ofSYNOf side: Int, at moment: TimelineEntry.Moment) -> BriefProof {
    proof(at: moment, beyond: initial(of: side), ends[side].firstStamp, of: side)
  }
}

extension BriefStory {
  /// A step that `side`'s own segment shows.
  mutating func shows(
    _ side: Int, _ from: TCPState, _ to: TCPState, _ cause: TransitionCause, _ moment: TimelineEntry.Moment
  ) {
    let proof = ArrivalProof(time: moment.time.nanoseconds, position: SequenceNumber(0), stamp: nil)
    let slot = TimelineSlot(side: side, from: from, to: to, cause, .observed, frame: moment.frame, proof)
    add(Step(slot: slot, events: []))
  }

  /// A step that a segment to `side` would bring, and that `side`'s segment at `proved` shows.
  mutating func presumes(
    _ side: Int, _ from: TCPState, _ to: TCPState, _ events: ArrivalEvents, _ needed: BriefProof,
    provedAt proved: TimelineEntry.Moment?
  ) {
    let proof = ArrivalProof(
      time: needed.moment.time.nanoseconds, position: needed.position, stamp: needed.stamp)
    var slot = TimelineSlot(
      side: side, from: from, to: to, events.cause, .presumed, frame: needed.moment.frame, proof)
    if let proved { slot.settle(as: .confirmed, at: proved) }
    add(Step(slot: slot, events: events))
  }

  mutating func add(_ step: Step) {
    guard count < steps.count else { return }
    steps[count] = step
    count += 1
  }

  @inline(__always)
  mutating func noteSilence(
    _ moment: TimelineEntry.Moment, since earlier: TimelineEntry.Moment, _ side: Int, _ sender: TCPState,
    _ receiver: TCPState, _ circumstances: FlowNotice.Circumstances = []
  ) {
    let length = moment.time.nanoseconds(since: earlier.time)
    noteSilence(moment, length: length, side, sender, receiver, circumstances)
  }

  mutating func noteSilence(
    _ moment: TimelineEntry.Moment, length: Int64, _ side: Int, _ sender: TCPState, _ receiver: TCPState,
    _ circumstances: FlowNotice.Circumstances = []
  ) {
    guard length >= leastSilence else { return }
    if let pause { notices.append(pause.notice(by: role(of: Int(pause.side)))) }
    pause = nil
    var notice = FlowNotice(kind: .silence, sender: role(of: side), first: moment)
    notice.delay = length
    notice.circumstances = circumstances
    notice.senderState = sender
    notice.receiverState = receiver
    notices.append(notice)
  }
}
