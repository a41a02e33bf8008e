import PacketDecoding

// Bytes again, in another order or out of place; acknowledgments and windows that do not fit.

extension Connection {
  /// RTO of the stacks in use is 200 ms at least; what comes sooner after its sender's last segment was no timeout.
  private static var leastTimeout: Int64 { 180_000_000 }

  /// Lines put segments out of order by less than this, as a rule, where the time of an answer is not known.
  private static var longestReordering: Int64 { 3_000_000 }

  mutating func noteRetransmission(
    _ segment: Segment, _ side: Side, _ basis: ObservationBasis, in stores: inout ConnectionStores
  ) {
    guard segment.wirePayloadLength > 0, !segment.flags.contains(.syn), !lacksTimestamps(segment, side: side),
      !basis.isOldCopy, !isCopy(segment, side, basis)
    else { return }
    let isKnown = ends[side].isAcknowledged && segment.sequenceEnd <= basis.acknowledged
    let isUnheard = ends[peer(of: side)].lastTime < ends[side].lastTime
    let kind = isKnown ? .spuriousRetransmission : cause(segment, side, basis, in: &stores)
    let run = unanswered(kind, segment, side, in: &stores)
    add(kind, segment, side, in: &stores) { observation in
      observation.bytes = segment.wirePayloadLength
      observation.distance = run.count
      if isUnheard { observation.circumstances.insert(.peerSilent) }
    }
    if run.count > 0 { update(kind, side, in: &stores) { $0.delay = run.duration } }
  }

  /// How many timeouts in a row the peer has let pass without a word, this one with them, and for how long.
  private mutating func unanswered(
    _ kind: ObservationKind, _ segment: Segment, _ side: Side, in stores: inout ConnectionStores
  ) -> (count: Int, duration: Int64) {
    guard kind == .timeoutRetransmission else { return (0, 0) }
    guard let earlier = newest(kind, side, in: &stores),
      ends[peer(of: side)].lastTime < earlier.last.time.nanoseconds
    else { return (1, 0) }
    return (earlier.distance &+ 1, earlier.delay &+ segment.time.nanoseconds(since: earlier.last.time))
  }

  /// What is sent again bears the time of that; what bears an old one was doubled or held back on the way.
  private mutating func isCopy(_ segment: Segment, _ side: Side, _ basis: ObservationBasis) -> Bool {
    segment.options.kinds.contains(.timestamps) && !basis.hasNewerTimestamp
      && segment.time.nanoseconds &- ends[side].lastTime > Self.longestReordering
  }

  /// Why a segment comes again (RFC 6298 §5, RFC 5681 §3.2, RFC 6675).
  private mutating func cause(
    _ segment: Segment, _ side: Side, _ basis: ObservationBasis, in stores: inout ConnectionStores
  ) -> ObservationKind {
    let other = peer(of: side)
    let pause = segment.time.nanoseconds &- ends[side].lastTime
    if pause >= Self.leastTimeout { return .timeoutRetransmission }
    if stores.extras[extras].ends[other].duplicates.demand(basis.acknowledged)
      || ends[other].facts.contains(.lastHadSACK)
    {
      return .fastRetransmission
    }
    // After a timeout everything outstanding goes out again.
    if let timeout = newest(.timeoutRetransmission, side, in: &stores),
      segment.time.nanoseconds(since: timeout.last.time) < Self.longestAnswer
    {
      return .timeoutRetransmission
    }
    return .otherRetransmission
  }

  /// Below what has passed, but new: it was overtaken, or lost before the tap and sent again.
  mutating func noteOutOfOrder(
    _ segment: Segment, _ side: Side, _ basis: ObservationBasis, in stores: inout ConnectionStores
  ) {
    guard segment.wirePayloadLength > 0 else { return }
    let cause = cause(segment, side, basis, in: &stores)
    let isOvertaken = wasOvertaken(segment, side, basis, in: &stores)
    let kind: ObservationKind =
      cause == .otherRetransmission || isOvertaken || !ends[peer(of: side)].hasSent ? .outOfOrder : cause
    add(kind, segment, side, in: &stores) { $0.bytes = segment.wirePayloadLength }
  }

  /// Whether a segment below what has passed was sent before that. Its IPv4 identification says so. Without one: what
  /// was sent again has waited for an answer, so that its timestamp is newer than that of the last byte in order; and
  /// one or two ACKs prompt nothing sooner than their receiver ever answered.
  private mutating func wasOvertaken(
    _ segment: Segment, _ side: Side, _ basis: ObservationBasis, in stores: inout ConnectionStores
  ) -> Bool {
    if let identification = segment.identification, identification != 0, ends[side].identifications.last != 0 {
      return basis.isOldCopy
    }
    if segment.options.kinds.contains(.timestamps), !basis.hasNewerTimestamp { return true }
    let shortest = ends[side].response.shortest
    let answerTime = max(Self.longestReordering, shortest ?? 0)
    return stores.extras[extras].ends[peer(of: side)].duplicates.count < 3
      && segment.time.nanoseconds &- ends[side].lastTime < answerTime
  }

  mutating func noteMisfit(_ fit: Acceptability, _ segment: Segment, _ side: Side, in stores: inout ConnectionStores) {
    let other = peer(of: side)
    switch fit {
    case .acceptable: return
    case .acknowledgesUnsent:
      let beyond = segment.acknowledgment.map { $0.distance(from: ends[other].next) } ?? 0
      add(.ackOfUnsent, segment, side, in: &stores) { $0.distance = beyond }
    case .oldTimestamp:
      let age = Int(Int32(bitPattern: ends[side].clock.recent &- segment.options.timestampValue))
      add(.oldTimestamp, segment, side, in: &stores) { $0.distance = age }
    case .outsideWindow:
      let distance = segment.sequence.distance(from: ends[side].next)
      add(.outsideWindow, segment, side, in: &stores) { observation in
        observation.distance = distance
        observation.bytes = segment.wirePayloadLength
      }
    }
    watch.insert(.challenge(other))
  }

  /// The first segment of an end that was sent something it may not take: a pure ACK that says nothing new is its
  /// challenge (RFC 9293 §3.10.7.4, RFC 5961 §3 to §5).
  mutating func noteChallenge(_ segment: Segment, _ side: Side, in stores: inout ConnectionStores) {
    watch.remove(.challenge(side))
    let other = peer(of: side)
    guard segment.sequenceLength == 0, segment.sequence == ends[side].next,
      let acknowledgment = segment.acknowledgment, acknowledgment <= ends[other].next
    else { return }
    let since = segment.time.nanoseconds &- lastTime(&stores)
    guard since < Self.longestAnswer else { return }
    add(.challengeACK, segment, side, in: &stores, window: 10_000_000_000) { $0.delay = since }
  }
}

extension Connection {
  /// How far left the right edge of the window moves, where that is more than the rounding of the scale (RFC 7323 §2.4);
  /// from there on it counts as the edge.
  private mutating func shrinkWindow(
    of side: Side, to acknowledgment: SequenceNumber, _ window: UInt16, in stores: inout ConnectionStores
  ) -> Int? {
    let shift = ends[side].windowShift
    let new = acknowledgment + Int(window) << shift
    guard let edge = stores.pass.edge, new < edge else { return nil }
    stores.pass.edge = new
    let shrunk = edge.distance(from: new)
    return shrunk > 1 << shift ? shrunk : nil
  }

  /// Windows, probes and acknowledgments that repeat themselves.
  @inline(__always)
  mutating func noteWindow(_ segment: Segment, _ side: Side, in stores: inout ConnectionStores) {
    guard !segment.flags.contains(.syn) else { return }
    let other = peer(of: side)
    if watch.contains(.zeroWindow(other)) {
      update(.zeroWindow, other, in: &stores) { observation in
        observation.count += 1
        observation.distance += 1
      }
    } else if isProbe(segment, side: side), ends[side].acknowledged == ends[side].next {
      noteKeepAlive(segment, side, in: &stores)
    }
    noteZeroWindow(segment, side, in: &stores)
    noteAcknowledgment(segment, side, in: &stores)
    if segment.wirePayloadLength > 0, !ends[other].facts.contains(.sentSYNACK), ends[side].proved == .synSent {
      add(.dataBeforeEstablished, segment, side, in: &stores) { $0.bytes = segment.wirePayloadLength }
    }
    let agreed = ends[.low].facts.contains(.sentTimestamps) && ends[.high].facts.contains(.sentTimestamps)
    if agreed, !segment.options.kinds.contains(.timestamps), !segment.options.kinds.contains(.truncated) {
      add(.missingTimestamp, segment, side, in: &stores, window: .max)
    }
  }

  @inline(__always)
  private mutating func noteZeroWindow(_ segment: Segment, _ side: Side, in stores: inout ConnectionStores) {
    let moment = PacketStamp(time: segment.time, frame: segment.frame)
    if watch.contains(.zeroWindow(side)) {
      update(.zeroWindow, side, in: &stores) { observation in
        observation.last = moment
        observation.distance = 0
        if segment.window != 0 { observation.circumstances.remove(.open) }
      }
      if segment.window != 0 { watch.remove(.zeroWindow(side)) }
    } else if segment.window == 0, !segment.flags.contains(.fin), ends[side].window > 0 || !ends[side].hasFIN {
      add(.zeroWindow, segment, side, in: &stores, window: -1) { observation in
        observation.count = 0
        observation.circumstances.insert(.open)
      }
      watch.insert(.zeroWindow(side))
    }
  }

  private mutating func noteKeepAlive(_ segment: Segment, _ side: Side, in stores: inout ConnectionStores) {
    let earlier = newest(.keepAlive, side, in: &stores)
    let isUnanswered = earlier.map { ends[peer(of: side)].lastTime < $0.last.time.nanoseconds } ?? false
    let run = isUnanswered ? (earlier?.distance ?? 0) + 1 : 1
    let since = earlier.map { segment.time.nanoseconds(since: $0.last.time) } ?? 0
    let soFar = isUnanswered ? (earlier?.delay ?? 0) &+ since : 0
    add(.keepAlive, segment, side, in: &stores, window: .max) { observation in
      observation.distance = run
      observation.bytes = segment.wirePayloadLength
      if segment.wirePayloadLength > 0 { observation.circumstances.insert(.garbageByte) }
    }
    update(.keepAlive, side, in: &stores) { $0.delay = soFar }
  }

  @inline(__always)
  private mutating func noteAcknowledgment(_ segment: Segment, _ side: Side, in stores: inout ConnectionStores) {
    let other = peer(of: side)
    guard let acknowledgment = segment.acknowledgment, ends[other].isAcknowledged else { return }
    let ahead = acknowledgment.distance(from: ends[other].acknowledged)
    if ahead == 0, segment.sequenceLength == 0, ends[other].outstanding > 0,
      segment.window == ends[side].window
    {
      let place = makeExtras(&stores)
      stores.extras[place].ends[side].duplicates.add(acknowledgment)
      let count = stores.extras[place].ends[side].duplicates.count
      if count >= 3 { add(.duplicateACKs, segment, side, in: &stores, window: count == 3 ? -1 : .max) }
    } else if ahead < -largestPlausibleWindow(of: side) {
      add(.ackFarBehind, segment, side, in: &stores) { $0.distance = ahead }
    }
    // An acknowledgment that was overtaken looks like a window that shrinks; one that advances was not. The window of
    // Multipath TCP begins at the DATA_ACK of the whole connection (RFC 8684 §3.3.1).
    if ahead > 0, segment.sequence == ends[side].next, segment.flags.isDisjoint(with: [.fin]),
      !closing.hasFIN, !segment.options.kinds.contains(.multipath),
      let shrunk = shrinkWindow(of: side, to: acknowledgment, segment.window, in: &stores)
    {
      add(.windowShrunk, segment, side, in: &stores) { $0.distance = shrunk }
    }
  }
}
