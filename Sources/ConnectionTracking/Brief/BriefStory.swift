import PacketDecoding

/// What a flow in brief went through: its timeline, and the pauses that are told of.
///
/// Not copyable, for the reason ``TCPEndpoint`` gives.
struct BriefStory: ~Copyable {
  struct Step {
    var slot: TimelineSlot
    /// What would reach the endpoint; none for what its own segment shows.
    var events: ArrivalEvents
  }

  /// As many as the longest way has: the handshake, then four segments that close, and the end of TIME_WAIT.
  var steps: [11 of Step]
  var count = 0
  var notices: [FlowNotice] = []
  /// The pause that has not been told of.
  var pause: Pause?
  let clientSide: Int
  let leastSilence: Int64

  init(of brief: inout BriefRecord, _ closing: BriefClosing?, _ pause: BriefPause?, leastSilence: Int64) {
    let blank = Step(slot: TimelineEntry.blank.slot, events: [])
    steps = .init(repeating: blank)
    clientSide = brief.clientSide
    self.leastSilence = leastSilence
    open(&brief)
    if let pause { self.pause = Pause(of: pause, by: role(of: pause.side)) }
    if let closing { close(&brief, closing) }
  }

  @inline(__always)
  mutating func step(_ index: Int) -> Step { steps[index] }

  /// `side` leaves TIME_WAIT at `time`, in nanoseconds.
  mutating func leaveTimeWait(_ side: Int, at time: Int64) {
    let proof = ArrivalProof(time: time, position: SequenceNumber(0), stamp: nil)
    let slot = TimelineSlot(
      side: side, from: .timeWait, to: .closed, .timeWaitExpired, .timer, frame: 0, proof)
    add(Step(slot: slot, events: []))
  }

  func role(of side: Int) -> EndpointRole { side == clientSide ? .client : .server }
}

extension Pause {
  fileprivate init(of brief: BriefPause, by role: EndpointRole) {
    let server: TCPState = brief.wasAnswered ? .synReceived : .established
    end = brief.end
    length = brief.length
    frame = brief.frame
    side = Int8(truncatingIfNeeded: brief.side)
    senderState = role == .client ? .established : server
    receiverState = role == .client ? server : .established
  }
}

// MARK: - The way

extension BriefStory {
  private mutating func open(_ brief: inout BriefRecord) {
    let client = brief.clientSide
    let server = 1 - client
    let stage = brief.stage
    let (answer, proof) = (brief.answer.moment(since: brief.first), brief.proof.moment(since: brief.first))
    let isCookie = brief.ends[server].facts.contains(.mayBeCookie)
    let synProof = isCookie ? (stage >= .steady ? proof : nil) : stage >= .answered ? answer : nil
    shows(client, .closed, .synSent, .sendsSYN, brief.first)
    presumes(server, .listen, .synReceived, .syn, brief.proof(ofSYNOf: client, at: brief.first), provedAt: synProof)
    guard stage >= .answered else { return }
    let acknowledgment = brief.acknowledgment.moment(since: brief.first)
    noteSilence(answer, since: brief.first, server, .synReceived, .synSent)
    presumes(
      client, .synSent, .established, [.syn, .synAcknowledged], brief.proof(ofSYNOf: server, at: answer),
      provedAt: stage >= .acknowledged ? acknowledgment : nil)
    guard stage >= .acknowledged else { return }
    let needed = brief.proof(
      at: acknowledgment, beyond: brief.initial(of: client) + 1, brief.acknowledgmentStamp, of: client)
    presumes(
      server, .synReceived, .established, .synAcknowledged, needed, provedAt: stage >= .steady ? proof : nil)
  }

  private mutating func close(_ brief: inout BriefRecord, _ closing: BriefClosing) {
    let (closer, other) = (brief.closer, 1 - brief.closer)
    let isAlone = brief.isFINAcknowledgedAlone
    let fin = closing.firstFIN
    let arrival = isAlone ? closing.acknowledgment : brief.stage >= .closed ? closing.secondFIN : nil
    noteSilence(fin, length: closing.pause, closer, .established, .established, [.endedByFIN])
    shows(closer, .established, .finWait1, .sendsFIN, fin)
    presumes(other, .established, .closeWait, .fin, BriefProof(fin), provedAt: arrival)
    let lastACK = brief.stage == .over ? closing.lastACK : nil
    if isAlone { halfClose(&brief, closing, provedAt: lastACK) }
    guard brief.stage >= .closed else { return }
    let waiting: TCPState = isAlone ? .finWait2 : .finWait1
    let second = closing.secondFIN
    noteSilence(second, since: isAlone ? closing.acknowledgment : fin, other, .closeWait, waiting, [.endedByFIN])
    shows(other, .closeWait, .lastAck, .sendsFIN, second)
    presumes(
      closer, waiting, .timeWait, isAlone ? .fin : [.finAcknowledged, .fin], BriefProof(second), provedAt: lastACK)
    guard let lastACK else { return }
    noteSilence(lastACK, since: second, closer, .timeWait, .lastAck)
    let needed = brief.proof(at: lastACK, beyond: brief.ends[closer].next, closing.lastStamp, of: closer)
    presumes(other, .lastAck, .closed, .finAcknowledged, needed, provedAt: nil)
  }

  /// The first FIN was acknowledged by a segment of its own.
  private mutating func halfClose(
    _ brief: inout BriefRecord, _ closing: BriefClosing, provedAt proved: TimelineEntry.Moment?
  ) {
    let (closer, other) = (brief.closer, 1 - brief.closer)
    let end = brief.stage >= .closed ? brief.ends[other].next - 1 : brief.ends[other].next
    noteSilence(closing.acknowledgment, since: closing.firstFIN, other, .closeWait, .finWait1)
    let needed = brief.proof(at: closing.acknowledgment, beyond: end, closing.acknowledgmentStamp, of: other)
    presumes(closer, .finWait1, .finWait2, .finAcknowledged, needed, provedAt: proved)
  }
}
