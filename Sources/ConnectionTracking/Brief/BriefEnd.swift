import PacketDecoding

/// One end of a flow in brief.
///
/// All that passed of it is in order, so that few numbers stand for a ``SequenceSpace``, a ``TimestampClock`` and an
/// ``AdvertisedWindow``. Times but the last one are counted from others, in fewer bits: a flow in which one does not fit
/// is out of the ordinary.
struct BriefEnd: Sendable {
  // In an order that leaves no gaps.
  /// When its last segment passed, in nanoseconds; the least value before any.
  private(set) var time = Int64.min
  /// SND.NXT.
  private(set) var next = SequenceNumber(0)
  /// SND.UNA; the ISN before anything was acknowledged.
  private(set) var acknowledged = SequenceNumber(0)
  /// The end of the segment that its peer is to answer; none is, once that is acknowledged.
  private var awaited = SequenceNumber(0)
  /// From that segment to its last one, in nanoseconds.
  private var sinceAsked: UInt32 = 0
  /// See ``ResponseTime``: how long it took to answer, in microseconds.
  private var longestAnswer: UInt32 = 0
  private var shortestAnswer = UInt32.max
  /// TSval of its SYN and of its last segment.
  private(set) var firstStamp: UInt32 = 0
  private var recentStamp: UInt32 = 0
  private var lowerLead: UInt32 = 0
  private(set) var packets: UInt32 = 0
  private(set) var bytes: UInt32 = 0
  private(set) var payloadBytes: UInt32 = 0
  /// The largest window it ever advertised, in bytes.
  private var largestWindow: UInt32 = 0
  // Of its last segment, as LatestSegment has them.
  private var window: UInt16 = 0
  private var identification: UInt16 = 0
  private(set) var maximumSegmentSize: UInt16 = 0
  var facts: EndpointFacts = []
  private var timeToLive: UInt8 = 0
  /// The shift count of its window, 14 at most, or ``noShift``.
  private var shift = Self.noShift
  private var kind = ResetShape.Answered.nothing
  private var upperLead: UInt8 = 0

  private static let noShift: UInt8 = 0x80
  private static let leadBits: Int64 = 40

  init() {}

  /// An end that has sent its SYN, or its SYN-ACK, and nothing else.
  @inline(__always)
  init(_ offer: SYNOffer, at time: Timestamp, _ kind: ResetShape.Answered) {
    self.time = time.nanoseconds
    self.kind = kind
    next = offer.sequence + 1
    awaited = next
    acknowledged = offer.sequence
    packets = 1
    bytes = UInt32(offer.wireLength)
    window = offer.window
    largestWindow = UInt32(offer.window)
    identification = offer.identification
    timeToLive = offer.timeToLive
    facts = kind == .synACK ? .sentSYNACK : .sentSYN
    if offer.kinds.contains(.windowScale) { shift = offer.windowScale }
    if offer.kinds.contains(.maximumSegmentSize) { maximumSegmentSize = offer.maximumSegmentSize }
    if offer.kinds.contains(.sackPermitted) { facts.insert(.sackPermitted) }
    guard offer.kinds.contains(.timestamps) else { return }
    facts.insert(.sentTimestamps)
    (firstStamp, recentStamp) = (offer.timestampValue, offer.timestampValue)
  }

  /// The shift count of its window; nil where its SYN had none.
  var windowScale: UInt8? {
    get { shift == Self.noShift ? nil : shift }
    set { shift = newValue ?? Self.noShift }
  }

  /// The last window it advertised, in bytes: that of a SYN is not scaled (RFC 7323 §2.2).
  private var windowBytes: Int {
    @inline(__always) get {
      kind == .syn || kind == .synACK ? Int(window) : Int(window) << Int(shift & 15)
    }
  }
  /// How much sooner its SYN would have passed, had it been as quick as its quickest segment, in nanoseconds.
  private var lead: Int64 {
    @inline(__always) get { Int64(upperLead) << 32 | Int64(lowerLead) }
    @inline(__always) set {
      lowerLead = UInt32(truncatingIfNeeded: newValue)
      upperLead = UInt8(truncatingIfNeeded: newValue >> 32)
    }
  }
  /// Something it sent waits for an answer.
  private var isAsking: Bool { acknowledged < awaited }
}

// MARK: - What is ordinary

extension BriefEnd {
  /// Counters are 32 bits wide: a flow is out of the ordinary long before they are full.
  static let mostBytes: UInt32 = 1 << 31

  /// True where what it counts in 32 bits has room for `segment`, which has not passed before its last one.
  @inline(__always)
  func hasRoom(for segment: Segment) -> Bool {
    let time = UInt64(bitPattern: segment.time.nanoseconds &- time) &+ UInt64(sinceAsked)
    return bytes < Self.mostBytes && UInt(bitPattern: segment.wireLength) < UInt(Self.mostBytes)
      && (time <= UInt64(UInt32.max) || !isAsking)
  }

  /// True where the segment has a timestamp that is not older than the last one, or none where none was offered.
  ///
  /// - Parameter start: when its SYN passed, in nanoseconds.
  @inline(__always)
  func hasUsualTimestamp(_ segment: Segment, since start: Int64) -> Bool {
    guard facts.contains(.sentTimestamps) else { return !segment.options.kinds.contains(.timestamps) }
    return segment.options.kinds.contains(.timestamps)
      && Int32(bitPattern: recentStamp &- segment.options.timestampValue) <= 1
      && lead(of: segment, since: start) >> Self.leadBits <= 0
  }

  /// How much sooner its SYN would have passed, had it been as quick as `segment`; see ``TimestampClock``.
  @inline(__always)
  private func lead(of segment: Segment, since start: Int64) -> Int64 {
    let ticks = Int64(Int32(bitPattern: segment.options.timestampValue &- firstStamp))
    return ticks &* 1_000_000 &- (segment.time.nanoseconds &- start)
  }

  /// True where the right edge of the window does not move left.
  ///
  /// - Parameter last: what its last segment acknowledged.
  @inline(__always)
  func keepsEdge(_ acknowledgment: SequenceNumber, _ window: UInt16, since last: SequenceNumber) -> Bool {
    kind == .syn || acknowledgment + Int(window) << Int(shift & 15) >= last + windowBytes
  }
}

// MARK: - What a segment changes

extension BriefEnd {
  /// Its peer acknowledges what lies before `position`.
  ///
  /// - Returns: how long the peer took to answer, in nanoseconds; nil where this was no answer.
  @inline(__always)
  mutating func take(acknowledgment position: SequenceNumber, at time: Int64) -> Int64? {
    let wasAsking = isAsking
    acknowledged = position
    return wasAsking && !isAsking ? time &- self.time &+ Int64(sinceAsked) : nil
  }

  /// It took `delay` nanoseconds to answer.
  @inline(__always)
  mutating func note(answerAfter delay: Int64) {
    let answer = UInt32(clamping: min(delay / 1000, ResponseTime.longest))
    longestAnswer = max(longestAnswer, answer)
    shortestAnswer = min(shortestAnswer, answer)
  }

  /// It sends a segment that is ordinary and no SYN.
  ///
  /// - Parameter start: when its SYN passed, in nanoseconds.
  @inline(__always)
  mutating func send(_ segment: Segment, since start: Int64) {
    let (isFIN, length) = (segment.flags.contains(.fin), segment.wirePayloadLength)
    ask(segment, takesSpace: isFIN || length > 0)
    next = segment.sequenceEnd
    time = segment.time.nanoseconds
    packets &+= 1
    bytes &+= UInt32(truncatingIfNeeded: segment.wireLength)
    payloadBytes &+= UInt32(truncatingIfNeeded: length)
    window = segment.window
    identification = segment.identification ?? 0
    timeToLive = segment.timeToLive
    if segment.options.sackBlocks.isEmpty { facts.remove(.lastHadSACK) } else { facts.insert(.lastHadSACK) }
    kind = isFIN ? .fin : length > 0 ? .data : .ack
    largestWindow = max(largestWindow, UInt32(window) << UInt32(shift & 15))
    guard facts.contains(.sentTimestamps) else { return }
    let lead = lead(of: segment, since: start)
    if lead > self.lead { self.lead = lead }
    let stamp = segment.options.timestampValue
    if Int32(bitPattern: stamp &- recentStamp) > 0 { recentStamp = stamp }
  }

  @inline(__always)
  private mutating func ask(_ segment: Segment, takesSpace: Bool) {
    if isAsking {
      sinceAsked &+= UInt32(truncatingIfNeeded: segment.time.nanoseconds &- time)
    } else if takesSpace {
      awaited = segment.sequenceEnd
      sinceAsked = 0
    }
  }
}

// MARK: - What an endpoint is known by

extension BriefEnd {
  /// The facts as an endpoint has them: those that only its last segment and its counters show, too.
  var allFacts: EndpointFacts {
    var facts = facts.subtracting(.lastHadSACK)
    if packets > 0, kind != .ack { facts.formUnion([.lastTookSpace, .lastWasNew]) }
    if payloadBytes > 0 { facts.insert(.sentData) }
    return facts
  }

  var latest: LatestSegment {
    var latest = LatestSegment()
    latest.time = time
    latest.identification = identification
    latest.window = window
    latest.timeToLive = timeToLive
    latest.kind = kind
    latest.hasSACK = facts.contains(.lastHadSACK)
    return latest
  }

  /// - Parameter start: when its SYN passed, in nanoseconds.
  func clock(since start: Int64) -> TimestampClock {
    guard facts.contains(.sentTimestamps) else { return TimestampClock() }
    return TimestampClock(start: start &- lead, firstStamp, recent: recentStamp)
  }

  /// - Parameters:
  ///   - last: what its last segment acknowledged.
  ///   - isNegotiated: see ``AdvertisedWindow/isNegotiated``.
  func window(since last: SequenceNumber, isNegotiated: Bool) -> AdvertisedWindow {
    let edge = packets == 0 || kind == .syn ? nil : last + windowBytes
    return AdvertisedWindow(largest: largestWindow, edge: edge, isNegotiated: isNegotiated, shift: windowScale)
  }

  /// How it answers `peer`.
  func response(to peer: BriefEnd) -> ResponseTime {
    let askedAt = peer.isAsking ? peer.time &- Int64(peer.sinceAsked) : nil
    return ResponseTime(
      askedAt: askedAt, awaited: peer.awaited, longest: longestAnswer, shortest: shortestAnswer)
  }
}
