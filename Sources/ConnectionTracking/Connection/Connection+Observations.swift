import PacketDecoding

// Facts out of the ordinary. A plain segment passes with a few comparisons; the others are looked at twice: before the
// endpoints take them, and after.

extension Connection {
  /// True for a segment that merely carries the connection on: the next bytes, the next acknowledgment.
  @inline(__always)
  mutating func isPlain(
    _ segment: Segment, from side: Side, leastIdle: Int64, in stores: inout ConnectionStores
  ) -> Bool {
    let other = peer(of: side)
    guard segment.flags.isSubset(of: [.ack, .psh, .ece, .cwr, .ae]), let acknowledgment = segment.acknowledgment else {
      return false
    }
    return watch.isEmpty && !closing.hasFIN && segment.window != 0
      && segment.sequence == ends[side].next
      && segment.wirePayloadLength <= largestPayload(of: side) && ends[side].hasUsualTimestamp(segment)
      && isPlain(acknowledgment, segment, from: side, to: other, in: &stores)
      && segment.time.nanoseconds &- lastTime(&stores) < leastIdle
  }

  /// True for an acknowledgment of something new, or of nothing where nothing is on its way.
  @inline(__always)
  private mutating func isPlain(
    _ acknowledgment: SequenceNumber, _ segment: Segment, from side: Side, to other: Side,
    in stores: inout ConnectionStores
  ) -> Bool {
    guard ends[other].isKnown else { return ends[side].proved == .established }
    if hasHoles(other, &stores) || acknowledgment > ends[other].next { return false }
    let ahead = acknowledgment.distance(from: ends[other].acknowledged)
    if ahead == 0, segment.wirePayloadLength == 0, acknowledgment != ends[other].next { return false }
    return ahead >= 0 && keepsEdge(acknowledgment, segment.window, of: side, in: &stores)
  }

  /// True where the right edge of the window does not move left.
  mutating func keepsEdge(
    _ acknowledgment: SequenceNumber, _ window: UInt16, of side: Side, in stores: inout ConnectionStores
  ) -> Bool {
    guard let edge = windowEdge(of: side, &stores) else { return true }
    return acknowledgment + Int(window) << ends[side].windowShift >= edge
  }

  /// The most payload one segment of `side` may carry: the peer's MSS.
  @inline(__always)
  mutating func largestPayload(of side: Side) -> Int {
    let size = ends[peer(of: side)].maximumSegmentSize
    return size == 0 ? .max : Int(size)
  }

  /// What comes later than this, in nanoseconds, does not answer: an answer waits for nothing but the line.
  static var longestAnswer: Int64 { 1_000_000_000 }
}

/// What ``Connection/observeAfter(_:from:_:in:)`` compares with.
struct ObservationBasis: Sendable {
  var retransmissions: UInt32 = 0
  var outOfOrder: UInt32 = 0
  var uncaptured: UInt64 = 0
  var acknowledged = SequenceNumber(0)
  var fit = Acceptability.acceptable
  var isOldCopy = false
  var hasNewerTimestamp = false
}

extension Connection {
  /// Looks at `segment` before the endpoints take it.
  ///
  /// - Returns: what ``observeAfter(_:from:_:in:)`` compares with afterwards.
  @inline(__always)
  mutating func observeBefore(
    _ segment: Segment, _ fit: Acceptability, from side: Side, timers: TimerProfile, in stores: inout ConnectionStores
  ) -> ObservationBasis {
    let quiet = segment.time.nanoseconds &- lastTime(&stores)
    if quiet >= stores.observations.leastSilence { noteSilence(quiet, segment, side, in: &stores) }
    noteShape(segment, side, in: &stores)
    if segment.flags.contains(.rst) {
      noteReset(segment, side, timers, in: &stores)
      return basis(side, &stores)
    }
    var basis = basis(side, &stores)
    basis.isOldCopy = ends[side].isNewer(than: segment)
    basis.hasNewerTimestamp = ends[side].clock.isNewer(segment)
    basis.fit = fit
    if watch.contains(.reset) { noteAfterReset(segment, side, in: &stores) }
    if segment.flags.contains(.syn) { noteSYN(segment, side, in: &stores) }
    if closing.hasFIN || segment.flags.contains(.fin) { noteClosing(segment, side, in: &stores) }
    if basis.fit != .acceptable { noteMisfit(basis.fit, segment, side, in: &stores) }
    if watch.contains(.challenge(side)) { noteChallenge(segment, side, in: &stores) }
    noteWindow(segment, side, in: &stores)
    return basis
  }

  /// Looks at `segment` once the endpoints have taken it.
  @inline(__always)
  mutating func observeAfter(
    _ segment: Segment, from side: Side, _ basis: ObservationBasis, in stores: inout ConnectionStores
  ) {
    guard !segment.flags.contains(.rst), basis.fit == .acceptable || basis.fit == .acknowledgesUnsent else { return }
    let other = peer(of: side)
    if stores.extras[extras].ends[side].retransmittedSegments != basis.retransmissions {
      noteRetransmission(segment, side, basis, in: &stores)
    } else if stores.extras[extras].ends[side].outOfOrderSegments != basis.outOfOrder {
      noteOutOfOrder(segment, side, basis, in: &stores)
    }
    if stores.extras[extras].ends[other].uncapturedBytes != basis.uncaptured {
      let bytes = Int(truncatingIfNeeded: stores.extras[extras].ends[other].uncapturedBytes &- basis.uncaptured)
      add(.uncaptured, segment, side, in: &stores, window: .max) { $0.bytes = bytes }
    }
    if segment.flags.contains(.fin), let finEnd = finEnd(of: side, &stores), contiguous(of: side, &stores) < finEnd {
      let hole = finEnd.distance(from: contiguous(of: side, &stores))
      add(.finBeyondHole, segment, side, in: &stores) { $0.distance = hole }
    }
  }

  private mutating func basis(_ side: Side, _ stores: inout ConnectionStores) -> ObservationBasis {
    ObservationBasis(
      retransmissions: stores.extras[extras].ends[side].retransmittedSegments,
      outOfOrder: stores.extras[extras].ends[side].outOfOrderSegments,
      uncaptured: stores.extras[extras].ends[peer(of: side)].uncapturedBytes, acknowledged: ends[side].acknowledged)
  }

  private mutating func noteSilence(_ quiet: Int64, _ segment: Segment, _ side: Side, in stores: inout ConnectionStores)
  {
    let lastPayload = closing.lastPayload
    if segment.flags.contains(.rst) {
      return add(.silence, segment, side, in: &stores, window: -1) { observation in
        observation.delay = quiet
        observation.distance = lastPayload.map { Observation.idle(segment.time.nanoseconds &- $0) } ?? 0
        observation.circumstances.insert(.endedByRST)
        if segment.flags.contains(.fin) { observation.circumstances.insert(.endedByFIN) }
      }
    }
    weigh(.silence)
    keepPause(before: segment, from: side, isTold: true, in: &stores)
  }

  /// Whether a SYN or FIN that comes again was not sent again, but doubled or held back by the network: a timer had to
  /// run out first, so that identification and timestamp would be newer than those of the last segment.
  mutating func isOldCopy(_ segment: Segment, from side: Side) -> Bool {
    if ends[side].isNewer(than: segment) { return true }
    return segment.options.kinds.contains(.timestamps) && !ends[side].clock.isNewer(segment)
  }

  /// A segment whose checksum is wrong: its receiver drops it, so nothing else comes of it.
  mutating func noteDamaged(_ segment: Segment, _ side: Side, in stores: inout ConnectionStores) {
    add(.badChecksum, segment, side, in: &stores, window: .max)
  }

  /// The same packet twice in the capture: counted, and nothing else comes of it.
  mutating func noteDuplicate(_ segment: Segment, _ side: Side, in stores: inout ConnectionStores) {
    stores.extras[makeExtras(&stores)].ends[side].duplicatePackets &+= 1
    add(.duplicatePacket, segment, side, in: &stores, window: .max)
  }

  /// Adds an observation about `segment`.
  ///
  /// - Parameters:
  ///   - window: packets of the kind that come closer than this are one observation; 1 s by default.
  ///   - fill: puts in what the kind has to say.
  @inline(never)
  mutating func add(
    _ kind: ObservationKind, _ segment: Segment, _ side: Side, in stores: inout ConnectionStores,
    window: Int64 = 1_000_000_000,
    _ fill: (inout Observation) -> Void = { _ in }
  ) {
    let moment = PacketStamp(time: segment.time, frame: segment.frame)
    var observation = Observation(kind: kind, sender: role(of: side), first: moment)
    observation.senderState = ends[side].state
    observation.receiverState = ends[peer(of: side)].state
    fill(&observation)
    append(observation, window: window, in: &stores)
  }

  /// Adds `observation`, and before it the pause that went before.
  mutating func append(_ observation: Observation, window: Int64, in stores: inout ConnectionStores) {
    let place = makeExtras(&stores)
    tellLastPause(at: place, in: &stores)
    weigh(observation.kind)
    stores.observations.add(observation, to: &stores.extras[place].observations, window: window)
  }

  /// What the observation says of whether a ``FlowDigest`` tells all that is counted of the connection.
  private mutating func weigh(_ kind: ObservationKind) {
    if ObservationKinds.eventful.contains(ObservationKinds(kind)) { marks.insert(.isEventful) }
    if kind == .timeoutRetransmission { marks.insert(.hasTimeout) }
    if kind == .reset { marks.insert(marks.contains(.hasReset) ? .isEventful : .hasReset) }
  }

  /// The newest observation of a kind that `side` sent; nil where there is none.
  mutating func newest(_ kind: ObservationKind, _ side: Side, in stores: inout ConnectionStores) -> Observation? {
    stores.observations.newest(kind, role(of: side), in: stores.extras[extras].observations)
  }

  /// Changes it, where there is one.
  mutating func update(
    _ kind: ObservationKind, _ side: Side, in stores: inout ConnectionStores, _ body: (inout Observation) -> Void
  ) {
    stores.observations.update(kind, role(of: side), in: stores.extras[extras].observations, body)
  }

  /// Keeps the pause that `segment` ends, if it was long enough to be told of.
  @inline(__always)
  mutating func notePause(before segment: Segment, from side: Side, in stores: inout ConnectionStores) {
    let last = lastTime(&stores)
    guard segment.time.nanoseconds &- last >= stores.observations.leastSilence else { return }
    keepPause(before: segment, from: side, isTold: false, in: &stores)
  }

  /// Keeps the pause that a predicted segment ends, as the machine would: a plain segment brings no word of it.
  @inline(__always)
  mutating func notePredictedPause(before segment: Segment, from side: Side, in stores: inout ConnectionStores) {
    let quiet = quiet(before: segment)
    if quiet >= stores.observations.leastSilence { keepPredictedPause(quiet, segment, side, in: &stores) }
  }

  @inline(never)
  private mutating func keepPredictedPause(
    _ quiet: Int64, _ segment: Segment, _ side: Side, in stores: inout ConnectionStores
  ) {
    let isPlain =
      segment.flags.isDisjoint(with: [.syn, .fin]) && !closing.hasFIN && quiet < stores.observations.leastIdle
    if isPlain {
      keepPause(before: segment, from: side, isTold: false, in: &stores)
    } else {
      noteSilence(quiet, segment, side, in: &stores)
    }
  }

  private mutating func keepPause(
    before segment: Segment, from side: Side, isTold: Bool, in stores: inout ConnectionStores
  ) {
    var pause = Pause(
      ended: segment, by: side, after: lastTime(&stores), payload: closing.lastPayload, ends[side].state,
      ends[peer(of: side)].state)
    pause.isTold = isTold
    keep(pause, in: &stores)
  }
}
