import PacketDecoding

/// One end of a connection: what its own segments show, and what is on its way to it.
///
/// The tap stands between the two ends. A segment that an endpoint sent shows the state it was in; a segment sent to
/// it may still be lost. So an endpoint is the state its own segments have shown, ``proved``, and the list of
/// ``pending`` arrivals that would move it on. Its ``state`` is the one applied to the other. Each of its segments
/// settles the list: what it acknowledges has arrived, what it contradicts has not, the rest stays open.
///
/// Both ends are this type; nothing in it knows who is the client.
///
/// Not copyable, and its members are `mutating` also where they only read: a borrowed structure of this size is copied
/// in practice, and those copies were half of the tracker's time.
struct TCPEndpoint: ~Copyable, Sendable {
  // What every segment needs stands first, in few cache lines; the order within leaves no gaps.
  var sending = SequenceSpace()
  /// The state that the endpoint's own segments show; nil before any.
  private(set) var proved: TCPState?
  /// The state it is in, as far as the wire tells: what is pending counts as arrived.
  private(set) var state: TCPState?
  var facts: EndpointFacts = []
  var window = AdvertisedWindow()
  var maximumSegmentSize: UInt16 = 0
  var latest = LatestSegment()
  /// When TIME_WAIT or an orphaned FIN_WAIT_2 ends, in nanoseconds.
  var deadline: Int64 = .max
  var response = ResponseTime()
  var duplicates = DuplicateACKs()
  var timestamps = TimestampClock()
  var counters = EndpointCounters()
  private(set) var pending = PendingArrivals()
  /// The segment being taken refuted a pending arrival.
  var pendingWasRefuted = false
  /// When the newest acknowledgment of what is pending passed on its way to it, in nanoseconds.
  var acknowledgedAt: Int64 = .min / 2
  /// When its peer last sent something again, in nanoseconds.
  var repeatedAt: Int64 = .min / 2
  /// When its FIN first passed, in nanoseconds.
  var finTime: Int64 = .min
  /// The ISN of a SYN that may open this end anew.
  var reopeningSequence = SequenceNumber(0)
  /// The timeline entry that a mid-stream start presumed.
  var midstreamEntry = TimelineStore.none
  /// The timeline entry that says its state is no longer certain, while that holds.
  var doubtEntry = TimelineStore.none
  /// The timeline entry of the state it would be in, had the peer's FIN been lost: see `branch` in receiving.
  var branchEntry = TimelineStore.none
  /// Where it goes back to if it turns out not to be CLOSED after all.
  var beforeClosed: TCPState?

  /// Its own segments show it in `newState`; what is pending moves it on from there.
  mutating func prove(_ newState: TCPState?) {
    proved = newState
    state = newState
    for index in 0..<pending.count { state = pending[index].events.applied(to: state) }
  }

  /// `arrival` passed on its way to it, and moves it to `newState`; there is room for it.
  mutating func expect(_ arrival: PendingArrival, leadingTo newState: TCPState?) {
    pending.append(arrival)
    state = newState
  }

  /// An arrival is still on its way to it.
  mutating func keepExpecting(_ arrival: PendingArrival) {
    pending.append(arrival)
    state = arrival.events.applied(to: state)
  }

  /// Nothing is on its way to it any more.
  mutating func expectNothing() {
    pending.removeAll()
    state = proved
  }

  /// ESTABLISHED beyond doubt, and nothing under way or missing that could change it.
  var isSteady: Bool {
    mutating get {
      proved == .established && pending.isEmpty && doubtEntry == TimelineStore.none && !facts.contains(.assumed)
        && sending.isKnown && sending.isAcknowledged && !sending.hasHoles && sending.contiguous == sending.next
    }
  }

  /// True where the segment has a timestamp that is not older than the last one, or none where none was offered.
  @inline(__always)
  mutating func hasUsualTimestamp(_ segment: Segment) -> Bool {
    facts.contains(.sentTimestamps)
      ? segment.options.kinds.contains(.timestamps) && !timestamps.isOld(segment)
      : !segment.options.kinds.contains(.timestamps)
  }

  /// Its host has lost the connection and opens anew: a fresh endpoint that has sent its SYN.
  mutating func reopen() {
    sending = SequenceSpace()
    sending.isKnown = true
    sending.initial = reopeningSequence
    sending.next = reopeningSequence + 1
    sending.contiguous = sending.next
    sending.acknowledged = reopeningSequence
    facts = [.sentSYN, .reopened]
    response.forget()
    beforeClosed = nil
    prove(.synSent)
  }
}

/// Small facts that outlive the segment that showed them.
struct EndpointFacts: OptionSet, Sendable {
  let rawValue: UInt16

  /// Its state was taken from mid-stream evidence and may be further on than it seems.
  static let assumed = EndpointFacts(rawValue: 1 << 0)
  /// It has answered a SYN with RST: no socket listens there.
  static let refused = EndpointFacts(rawValue: 1 << 1)
  /// The peer's FIN passed the tap but waits behind a hole at this end, or was lost: presume nothing of it.
  static let finHeld = EndpointFacts(rawValue: 1 << 2)
  /// It has sent payload beyond what was known of it.
  static let sentData = EndpointFacts(rawValue: 1 << 3)
  static let sackPermitted = EndpointFacts(rawValue: 1 << 4)
  static let sentTimestamps = EndpointFacts(rawValue: 1 << 5)
  /// It acknowledged the peer's FIN before it sent its own.
  static let acknowledgedFINAlone = EndpointFacts(rawValue: 1 << 6)
  /// It stayed in FIN_WAIT_2 beyond the orphan's limit, or took data there: the application holds the socket.
  static let heldHalfClose = EndpointFacts(rawValue: 1 << 7)
  static let sentSYN = EndpointFacts(rawValue: 1 << 8)
  static let sentSYNACK = EndpointFacts(rawValue: 1 << 9)
  /// Its last segment took sequence space, so that it asks for an answer.
  static let lastTookSpace = EndpointFacts(rawValue: 1 << 10)
  /// Its host lost the connection and has opened it anew while the peer still held it.
  static let reopened = EndpointFacts(rawValue: 1 << 11)
  /// It answered a SYN while its listener's backlog may have been full: perhaps with a cookie, and no socket.
  static let mayBeCookie = EndpointFacts(rawValue: 1 << 12)
  /// Its last segment took sequence space that nothing had taken before.
  static let lastWasNew = EndpointFacts(rawValue: 1 << 13)
  /// Its SYN-ACK took data of the SYN: it may send data before its handshake is over (RFC 7413 §3).
  static let openedFast = EndpointFacts(rawValue: 1 << 14)
}

/// How long an endpoint takes to answer, seen from the tap: to it and back.
struct ResponseTime: Sendable {
  private var askedAt: Int64 = .min
  private var awaited = SequenceNumber(0)
  /// The longest and the shortest answer measured, in microseconds; an hour at most.
  private var longestAnswer: UInt32 = 0
  private var shortestAnswer: UInt32 = .max

  /// The shortest answer measured, in nanoseconds; nil before any. Near 0 the tap stands beside the endpoint.
  var shortest: Int64? { shortestAnswer == .max ? nil : Int64(shortestAnswer) &* 1000 }

  /// A segment that must be answered passed on its way to the endpoint.
  mutating func ask(_ segment: Segment) {
    guard askedAt == .min else { return }
    askedAt = segment.time.nanoseconds
    awaited = segment.sequenceEnd
  }

  /// A retransmission makes the next answer ambiguous (Karn's algorithm, RFC 6298 §3).
  mutating func forget() { askedAt = .min }

  /// A segment of the endpoint passed.
  mutating func answer(_ segment: Segment) {
    guard askedAt != .min, let acknowledgment = segment.acknowledgment, acknowledgment >= awaited else { return }
    let elapsed = segment.time.nanoseconds &- askedAt
    askedAt = .min
    guard elapsed >= 0 else { return }
    let answer = UInt32(clamping: min(elapsed / 1000, 3_600_000_000))
    longestAnswer = max(longestAnswer, answer)
    shortestAnswer = min(shortestAnswer, answer)
  }

  /// How long after a segment passed towards the endpoint a segment of the endpoint was surely sent in knowledge of
  /// it. Half as much again as the longest answer leaves room for jitter; without a measurement, a retransmission
  /// timeout's worth (RFC 6298 sets 1 s for the first, Linux 200 ms at least).
  var settled: Int64 {
    let longest = Int64(longestAnswer) &* 1000
    return shortestAnswer == .max ? 300_000_000 : longest &+ longest / 2 &+ 10_000_000
  }
}

/// The window an endpoint advertises (RFC 9293 §3.8.6, RFC 7323 §2).
struct AdvertisedWindow: Sendable {
  private var largestBytes: UInt32 = 0
  /// The right edge of the window, as far right as it ever was.
  private var edge = SequenceNumber(0)
  private var hasEdge = false
  /// True once both SYNs are known, so that ``shift`` counts or surely does not.
  var isNegotiated = false
  /// The shift count of its SYN; nil where the SYN was not seen or had none.
  var shift: UInt8?

  /// The largest window it ever advertised, in bytes: 1 GiB at most (RFC 7323 §2.3).
  var largest: Int { Int(largestBytes) }

  mutating func advertise(_ segment: Segment) {
    let applies = isNegotiated && !segment.flags.contains(.syn)
    let bytes = Int(segment.window) << (applies ? Int(min(shift ?? 0, 14)) : 0)
    largestBytes = max(largestBytes, UInt32(truncatingIfNeeded: bytes))
    guard isNegotiated, let acknowledgment = segment.acknowledgment else { return }
    let edge = acknowledgment + bytes
    if !hasEdge || edge > self.edge { self.edge = edge }
    hasEdge = true
  }

  /// True where the right edge of the window does not move left.
  @inline(__always)
  func keepsEdge(_ acknowledgment: SequenceNumber, _ window: UInt16) -> Bool {
    !hasEdge || acknowledgment + Int(window) << Int(min(shift ?? 0, 14)) >= edge
  }

  /// How far left the right edge moves, where that is more than the rounding of the scale (RFC 7323 §2.4); from there
  /// on it counts as the edge.
  mutating func shrink(to acknowledgment: SequenceNumber, _ window: UInt16) -> Int? {
    guard hasEdge, !keepsEdge(acknowledgment, window) else { return nil }
    let shift = Int(min(shift ?? 0, 14))
    let shrunk = edge.distance(from: acknowledgment + Int(window) << shift)
    edge = acknowledgment + Int(window) << shift
    return shrunk > 1 << shift ? shrunk : nil
  }
}

/// The timestamps an endpoint sends (RFC 7323 §3, §5).
struct TimestampClock: Sendable {
  /// When the first segment would have passed had it been as quick as the quickest segment, and its TSval.
  private var start: Int64 = .max
  private(set) var firstValue: UInt32 = 0
  /// TSval of its last segment in order: the receiver's TS.Recent.
  private(set) var recent: UInt32 = 0
  private var isKnown = false

  /// When `segment` must have been sent at the latest for a segment from the tap to have reached its sender before,
  /// had the way there taken as long as the way back.
  ///
  /// Stacks count timestamps in milliseconds (RFC 7323 §5.4 allows 1 ms to 1 s; Linux, BSD and Windows take 1 ms). A
  /// segment that passes later than its TSval says was on its way for longer than the quickest one. A slower clock
  /// only makes the answer more careful.
  func sentTime(of segment: Segment) -> Int64 {
    guard isKnown, segment.options.kinds.contains(.timestamps) else { return segment.time.nanoseconds &- 200_000_000 }
    return segment.time.nanoseconds &- 2 &* max(0, start(by: segment) &- start)
  }

  /// When the first segment would have passed, had it been as quick as `segment`.
  private func start(by segment: Segment) -> Int64 {
    let ticks = Int64(Int32(bitPattern: segment.options.timestampValue &- firstValue))
    return segment.time.nanoseconds &- ticks &* 1_000_000
  }

  /// True where a receiver would drop the segment: its timestamp is older than TS.Recent (RFC 7323 §5.3 R1). One
  /// unit is let pass, as Linux does (`TCP_PAWS_WINDOW`).
  func isOld(_ segment: Segment) -> Bool {
    guard isKnown, segment.options.kinds.contains(.timestamps), !segment.flags.contains(.rst) else { return false }
    return Int32(bitPattern: recent &- segment.options.timestampValue) > 1
  }

  /// True where the segment's timestamp is later than the last one in order.
  func isNewer(_ segment: Segment) -> Bool {
    isKnown && Int32(bitPattern: segment.options.timestampValue &- recent) > 0
  }

  /// Takes the timestamp of a segment that begins at or before `edge`, the left edge of what the receiver awaited, and
  /// does not end before it: what lies wholly before is no longer acceptable (RFC 7323 §5.3 R3; Linux tcp_sequence).
  mutating func update(_ segment: Segment, edge: SequenceNumber) {
    guard segment.options.kinds.contains(.timestamps), segment.sequence <= edge, segment.sequenceEnd >= edge else {
      return
    }
    let value = segment.options.timestampValue
    if !isKnown { firstValue = value }
    start = min(start, start(by: segment))
    if !isKnown || Int32(bitPattern: value &- recent) > 0 { recent = value }
    isKnown = true
  }
}
