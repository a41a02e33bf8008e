import PacketDecoding

// Header prediction (Van Jacobson; RFC 7323 §5.6): most segments carry a connection on as it should go, and are told
// from all others by a few comparisons. What is predicted, the machine would take just so, without an observation; a
// test holds the one against the other.

/// What is predicted of a connection's next segment, by how far it has come.
enum Prediction: UInt8, Sendable {
  /// Nothing.
  case none
  /// The client's ACK of the SYN-ACK.
  case handshake
  /// More of the client, or the first of the server, which shows that the handshake is over.
  case proof
  /// More of either end, or the first FIN.
  case data
  /// The acknowledgment of the first FIN, alone or with the second FIN.
  case finAnswer
  /// The second FIN, the first being acknowledged.
  case secondFIN
  /// The acknowledgment of the second FIN.
  case lastACK
  /// The first SYN; see `Connection+Opening.swift`.
  case opening
  /// Its SYN-ACK.
  case answer

  /// Whether it is of a connection that has opened.
  @inline(__always)
  var isOfSegments: Bool { rawValue &- 1 < Prediction.lastACK.rawValue }
}

extension Connection {
  /// True for a segment that is what ``Prediction`` says, and in order.
  @inline(__always)
  mutating func isPredicted(_ segment: Segment, from side: Side) -> Bool {
    guard marks.prediction.isOfSegments, segment.flags.isSubset(of: [.ack, .fin, .psh, .ece, .cwr, .ae]),
      let acknowledgment = segment.acknowledgment
    else { return false }
    let frames = segment.frame &- first.frame
    let isInOrder = ends.withPair(side.index) { end, peer in end.isInOrder(segment, acknowledgment, to: &peer) }
    return isInOrder && frames <= UInt64(UInt32.max) && quiet(before: segment) >= 0
      && isExpected(segment, acknowledgment, from: side)
  }

  /// How long nothing was seen before `segment`, in nanoseconds; less than 0 where the clock was set back.
  @inline(__always)
  func quiet(before segment: Segment) -> Int64 {
    segment.time.nanoseconds &- ends[Side(isHigh: marks.contains(.lastIsHigh))].lastTime
  }

  /// True for what ``Prediction`` says, of a segment that is in order.
  @inline(__always)
  private mutating func isExpected(
    _ segment: Segment, _ acknowledgment: SequenceNumber, from side: Side
  ) -> Bool {
    if marks.prediction == .data, !segment.flags.contains(.fin) { return true }
    return isExpectedMove(segment, acknowledgment, from: side)
  }

  private mutating func isExpectedMove(
    _ segment: Segment, _ acknowledgment: SequenceNumber, from side: Side
  ) -> Bool {
    guard LogEntry.hasRoom(for: segment, since: first), log.count < UInt16(Self.mostMoves / 2) else { return false }
    let isFIN = segment.flags.contains(.fin)
    let acknowledgesAll = acknowledgment == ends[side.other].next
    let isEmpty = segment.wirePayloadLength == 0
    switch marks.prediction {
    case .none, .opening, .answer: return false
    case .handshake: return side == clientSide && !isFIN && isEmpty && acknowledgesAll
    case .proof: return !isFIN
    case .data: return acknowledgesAll
    case .finAnswer: return side != closing.firstFIN && isEmpty && acknowledgesAll
    case .secondFIN: return side != closing.firstFIN && isFIN && isEmpty && acknowledgesAll
    case .lastACK: return side == closing.firstFIN && !isFIN && isEmpty && acknowledgesAll
    }
  }

  /// Takes a predicted segment.
  @inline(__always)
  mutating func takePredicted(
    _ segment: Segment, _ sample: PayloadSample, from side: Side, timers: TimerProfile,
    in stores: inout ConnectionStores
  ) -> PacketVerdict.Kind {
    notePredictedPause(before: segment, from: side, in: &stores)
    guard marks.prediction == .data, !segment.flags.contains(.fin) else {
      return takeMove(segment, sample, from: side, timers: timers, in: &stores)
    }
    carryOn(segment, sample, from: side)
    return .predicted
  }

  /// Takes what every segment brings that is in order.
  @inline(__always)
  private mutating func carryOn(_ segment: Segment, _ sample: PayloadSample, from side: Side) {
    let isNegotiated = marks.contains(.isNegotiated)
    ends.withPair(side.index) { end, peer in end.carryOn(segment, to: &peer, isNegotiated: isNegotiated) }
    if segment.wirePayloadLength > 0 {
      closing.notePayload(at: segment.time.nanoseconds)
      payloads[side] = sample
    }
    marks.setLast(side)
    lowerLastFrame = UInt32(truncatingIfNeeded: segment.frame &- first.frame)
  }
}

extension TCPEndpoint {
  /// True for a segment of this end that continues what it has sent, brings something, and has nothing odd about it.
  @inline(__always)
  fileprivate mutating func isInOrder(
    _ segment: Segment, _ acknowledgment: SequenceNumber, to peer: inout TCPEndpoint
  ) -> Bool {
    let payload = segment.wirePayloadLength
    let ahead = acknowledgment.distance(from: peer.acknowledged)
    let counted = packets | bytes | payloadBytes
    return segment.sequence == next && segment.window != 0
      && (peer.maximumSegmentSize == 0 || payload <= Int(peer.maximumSegmentSize))
      && (ahead > 0 || ahead == 0 && (payload > 0 || segment.flags.contains(.fin)))
      && acknowledgment <= peer.next && hasUsualTimestamp(segment)
      // The right edge of the window does not move left, as far as it follows from the last segment.
      && (!facts.contains(.hasEdge)
        || acknowledgment + Int(segment.window) << windowShift >= peer.acknowledged + windowBytes)
      // What is counted in 32 bits has room.
      && counted >> 31 == 0 && UInt(bitPattern: segment.wireLength | payload) >> 31 == 0
  }

  /// Sends such a segment.
  @inline(__always)
  fileprivate mutating func carryOn(_ segment: Segment, to peer: inout TCPEndpoint, isNegotiated: Bool) {
    let length = segment.wirePayloadLength
    packets &+= 1
    bytes &+= UInt32(truncatingIfNeeded: segment.wireLength)
    response.finish(segment)
    if let acknowledgment = segment.acknowledgment { peer.acknowledged = acknowledgment }
    var facts = facts
    if length > 0 || segment.flags.contains(.fin) {
      payloadBytes &+= UInt32(truncatingIfNeeded: length)
      next = segment.sequenceEnd
      facts.formUnion([.lastTookSpace, .lastWasNew])
      if length > 0 { facts.insert(.sentData) }
      peer.response.start(segment)
    } else {
      facts.subtract([.lastTookSpace, .lastWasNew])
    }
    if isNegotiated { facts.insert(.hasEdge) }
    self.facts = facts
    if segment.options.kinds.contains(.timestamps) { clock.update(segment) }
    largestWindow = max(largestWindow, UInt32(segment.window) << UInt32(isNegotiated ? windowShift : 0))
    remember(segment)
  }
}

// MARK: - What moves

extension Connection {
  /// Takes a predicted segment that moves an end, or proves where one is: the same events as the machine finds, and where
  /// they lead the table says.
  @inline(never)
  private mutating func takeMove(
    _ segment: Segment, _ sample: PayloadSample, from side: Side, timers: TimerProfile,
    in stores: inout ConnectionStores
  ) -> PacketVerdict.Kind {
    let other = side.other
    if marks.prediction == .proof, side == clientSide {
      carryOn(segment, sample, from: side)
      ends[other].facts.insert(.acknowledgedSince)
      return .predicted
    }
    let earlier = (ends[side].state, ends[other].state)
    guard var entry = LogEntry(PacketStamp(segment), since: first) else { return .carried }
    confirmArrivals(at: side, by: Int(log.count), in: &stores)
    if segment.flags.contains(.fin) { sendFIN(segment, from: side, &entry, in: &stores) }
    carryOn(segment, sample, from: side)
    ends[other].facts.insert(.isAcknowledged)
    bringEvents(of: segment, to: other, &entry, in: &stores)
    var block = log
    stores.log.append(entry, to: &block)
    log = block
    if segment.flags.contains(.fin), hasExtras {
      stores.extras[attachment].ends[side].finTime = segment.time.nanoseconds
    }
    restartTimer(side, from: earlier.0, segment, sent: true, timers, in: &stores)
    restartTimer(other, from: earlier.1, segment, sent: false, timers, in: &stores)
    goOn(from: side, segment, in: &stores)
    return .moved
  }

  /// Everything pending at `side` has arrived: `entry` is that of the segment which shows it.
  @inline(__always)
  private mutating func confirmArrivals(at side: Side, by entry: Int, in stores: inout ConnectionStores) {
    if ends[side].pending.isEmpty { return }
    let moves = presumedMoves(of: side, in: &stores)
    for index in 0..<moves.count {
      ends[side].states.prove(pendingEvents(index, of: side, &stores))
      stores.log[log, moves[index].entry][moves[index].move].settle(as: .confirmed, by: entry)
    }
    forgetPending(side)
  }

  private mutating func sendFIN(
    _ segment: Segment, from side: Side, _ entry: inout LogEntry, in stores: inout ConnectionStores
  ) {
    closing.noteIdle(before: segment)
    closing.fin(
      from: side, coversPeer: ends[side.other].hasFIN,
      acknowledgedAlone: ends[side].facts.contains(.acknowledgedFINAlone))
    ends[side].facts.insert(.hasFIN)
    ends[side].states.prove(.sendsFIN)
    entry.append(LogMove(side: side, to: ends[side].proved, .sendsFIN, .observed))
  }

  /// What the segment does to its receiver, should it arrive.
  private mutating func bringEvents(
    of segment: Segment, to side: Side, _ entry: inout LogEntry, in stores: inout ConnectionStores
  ) {
    let events = predictedEvents(of: segment)
    if ends[side].pending.isEmpty { forgetAcknowledgment(of: side, in: &stores) }
    let isPending = !ends[side].pending.isEmpty
    if !events.isEmpty {
      var presumption = Presumption(events: events)
      if mayNeedProof(events, at: side) { presumption.proof = proof(by: segment, at: side) }
      keepExpecting(presumption, at: side, in: &stores)
      entry.append(LogMove(side: side, to: ends[side].state, events.cause, .presumed))
    }
    if isPending { ends[side].facts.insert(.acknowledgedSince) }
  }

  @inline(__always)
  private func predictedEvents(of segment: Segment) -> ArrivalEvents {
    let isFIN = segment.flags.contains(.fin)
    return switch marks.prediction {
    case .none, .proof, .opening, .answer: []
    case .handshake: .synAcknowledged
    case .data: .fin
    case .finAnswer: isFIN ? [.finAcknowledged, .fin] : .finAcknowledged
    case .secondFIN: .fin
    case .lastACK: .finAcknowledged
    }
  }

  /// What is predicted next.
  private mutating func goOn(from side: Side, _ segment: Segment, in stores: inout ConnectionStores) {
    let isFIN = segment.flags.contains(.fin)
    switch marks.prediction {
    case .none, .opening, .answer: break
    case .handshake: marks.prediction = .proof
    case .proof:
      marks.prediction = .data
      if marks.contains(.isHalfOpen) { endHalfOpen(ConnectionKey(segment), in: &stores) }
    case .data: marks.prediction = .finAnswer
    case .finAnswer:
      if !isFIN { ends[side].facts.insert(.acknowledgedFINAlone) }
      marks.prediction = isFIN ? .lastACK : .secondFIN
    case .secondFIN: marks.prediction = .lastACK
    case .lastACK:
      ends[side].facts.insert(.acknowledgedFINAlone)
      marks.prediction = .none
    }
  }

  /// What the machine leaves to be predicted.
  mutating func nextPrediction() -> Prediction {
    let outside: EndpointFacts = [
      .assumed, .finHeld, .reopened, .openedFast, .hasGap, .hasPassedFIN, .hasOtherEdge, .isDoubtful,
      .hasAlternative, .heldHalfClose, .refused,
    ]
    guard ends[.low].facts.intersection(outside).isEmpty, ends[.high].facts.intersection(outside).isEmpty,
      ends[.low].facts.isSuperset(of: .isKnown), ends[.high].facts.isSuperset(of: .isKnown), watch.isEmpty,
      !isSelfConnect,
      !marks.contains(.lastIsElsewhere), closing.reset == nil,
      // Mid-stream, the peer may have acknowledged what was never seen, half of the sequence space away.
      ends[.low].next >= ends[.low].acknowledged, ends[.high].next >= ends[.high].acknowledged
    else { return .none }
    return closing.hasFIN ? nextPredictionOfClose() : nextPredictionOfData()
  }

  private mutating func nextPredictionOfData() -> Prediction {
    let (client, server) = (clientSide, clientSide.other)
    guard !ends[client].hasFIN, !ends[server].hasFIN else { return .none }
    switch (ends[client].proved, ends[server].proved) {
    case (.established, .established):
      return ends[.low].pending.isEmpty && ends[.high].pending.isEmpty && ends[.low].isAcknowledged
        && ends[.high].isAcknowledged
        ? .data : .none
    case (.synSent, .synReceived):
      return ends[client].pending == .synACK && ends[server].pending.isEmpty && orientation == .syn ? .handshake : .none
    case (.synSent, .listen):
      // What may be a cookie shows no socket in SYN_RCVD.
      return ends[client].pending == .synACK && ends[server].pending == .syn && orientation == .syn ? .handshake : .none
    case (.established, .synReceived), (.established, .listen):
      let isOpening =
        ends[server].pending == .acknowledgmentOfSYN || ends[server].pending == .synThenAcknowledgment
      return ends[client].pending.isEmpty && isOpening && ends[server].isAcknowledged && ends[client].isAcknowledged
        ? .proof : .none
    default: return .none
    }
  }

  private mutating func nextPredictionOfClose() -> Prediction {
    guard let closer = closing.firstFIN, ends[closer].proved == .finWait1, ends[closer].hasFIN,
      ends[.low].isAcknowledged, ends[.high].isAcknowledged
    else { return .none }
    let other = closer.other
    switch (ends[other].proved, ends[other].hasFIN) {
    case (.established, false):
      return ends[closer].pending.isEmpty && ends[other].pending == .fin ? .finAnswer : .none
    case (.closeWait, false):
      return ends[closer].pending == .acknowledgmentOfFIN && ends[other].pending.isEmpty ? .secondFIN : .none
    case (.lastAck, true):
      let isExpected = ends[closer].pending == .bothOfFIN || ends[closer].pending == .acknowledgmentThenFIN
      return isExpected && ends[other].pending.isEmpty ? .lastACK : .none
    default: return .none
    }
  }
}
