import PacketDecoding

/// One end of a connection: what its own segments show, and what is on its way to it.
///
/// The tap stands between the two ends. A segment that an endpoint sent shows the state it was in; a segment sent to
/// it may still be lost. So an endpoint is the state its own segments have shown, ``proved``, and the list of
/// ``pending`` arrivals that would move it on. Its ``state`` is the one applied to the other. Each of its segments
/// settles the list: what it acknowledges has arrived, what it contradicts has not, the rest stays open.
///
/// Both ends are this type; nothing in it knows who is the client. What only few ends have is in ``EndpointExtras``, and
/// what follows from other numbers is not kept: see ``Connection`` for both.
///
/// Not copyable, and its members are `mutating` also where they only read: a borrowed structure of this size is copied
/// in practice, and those copies were half of the tracker's time.
struct TCPEndpoint: ~Copyable, Sendable {
  // 96 bytes, in an order that leaves no gaps; what every segment changes stands first.
  /// When its last segment, RST aside, passed, in nanoseconds; the least value before any.
  var lastTime = Int64.min
  var identifications = Identifications()
  var clock = TimestampClock()
  /// How long it takes to answer, or what would prove that the peer has received its acknowledgment.
  var response = RTTEstimator()
  /// SND.NXT: after the highest byte, SYN or FIN that passed.
  var next = SequenceNumber(0)
  /// SND.UNA: the highest acknowledgment by the peer.
  var acknowledged = SequenceNumber(0)
  var initial = SequenceNumber(0)
  // Counted in 32 bits; what goes beyond is in ``EndpointExtras``.
  var packets: UInt32 = 0
  /// Of the IP packets, headers included.
  var bytes: UInt32 = 0
  var payloadBytes: UInt32 = 0
  /// The largest window it ever advertised, in bytes: 1 GiB at most (RFC 7323 §2.3).
  var largestWindow: UInt32 = 0
  var facts: EndpointFacts = []
  /// The peer's MSS option limits what this end sends, and this is its own; 0 where there was none.
  var maximumSegmentSize: UInt16 = 0
  /// The window of its last segment, as it stood in the header.
  var window: UInt16 = 0
  var pending = PendingArrivals()
  var states = EndpointStates()
  /// What its last segment was.
  var kind = ResetShape.Answered.nothing
  var timeToLive: UInt8 = 0
  /// The shift count of its SYN; of no meaning without ``EndpointFacts/scalesWindow``.
  var shift: UInt8 = 0
}

extension TCPEndpoint {
  var proved: TCPState? { @inline(__always) mutating get { states.proved } }
  var state: TCPState? { @inline(__always) mutating get { states.state } }
  /// Something of it, RST aside, has passed.
  var hasSent: Bool { @inline(__always) mutating get { kind != .nothing } }
  var isKnown: Bool { @inline(__always) mutating get { facts.contains(.isKnown) } }
  var isAcknowledged: Bool { @inline(__always) mutating get { facts.contains(.isAcknowledged) } }
  var hasFIN: Bool { @inline(__always) mutating get { facts.contains(.hasFIN) } }

  /// The ISN, where a SYN showed it.
  var initialSequence: SequenceNumber? {
    mutating get { facts.contains(.hasInitial) ? initial : nil }
    set {
      facts.set(.hasInitial, newValue != nil)
      initial = newValue ?? SequenceNumber(0)
    }
  }

  /// The shift count of its SYN; nil where the SYN was not seen or had none, or the peer's had none.
  var windowScale: UInt8? {
    mutating get { facts.contains(.scalesWindow) ? shift : nil }
    set {
      facts.set(.scalesWindow, newValue != nil)
      shift = newValue ?? 0
    }
  }

  /// By how much its window is scaled once both SYNs are known: 14 at most (RFC 7323 §2.3).
  var windowShift: Int {
    @inline(__always) mutating get { facts.contains(.scalesWindow) ? Int(min(shift, 14)) : 0 }
  }

  /// The last window it advertised, in bytes: that of a SYN is not scaled (RFC 7323 §2.2).
  var windowBytes: Int {
    @inline(__always) mutating get {
      kind == .syn || kind == .synACK ? Int(window) : Int(window) << windowShift
    }
  }

  /// Begins with the first segment of this direction that passed.
  mutating func begin(at segment: Segment) {
    facts.insert(.isKnown)
    next = segment.sequence
    if !isAcknowledged { acknowledged = segment.sequence }
    if segment.flags.contains(.syn) { initialSequence = segment.sequence }
  }

  /// Bytes in flight as the tap sees them.
  var outstanding: Int {
    mutating get { isKnown && isAcknowledged ? max(0, next.distance(from: acknowledged)) : 0 }
  }

  /// True where `acknowledgment` covers the SYN.
  mutating func synIsCovered(by acknowledgment: SequenceNumber?) -> Bool {
    guard let acknowledgment, let initialSequence else { return false }
    return acknowledgment > initialSequence
  }

  /// True where `acknowledgment` covers the SYN and data after it.
  mutating func synDataIsCovered(by acknowledgment: SequenceNumber?) -> Bool {
    guard let acknowledgment, let initialSequence else { return false }
    return acknowledgment > initialSequence + 1
  }

  /// Takes what its last segment, no RST, looked like.
  @inline(__always)
  mutating func remember(_ segment: Segment) {
    lastTime = segment.time.nanoseconds
    identifications = identifications.followed(by: segment.identification ?? 0)
    window = segment.window
    timeToLive = segment.timeToLive
    facts.set(.lastHadSACK, !segment.options.sackBlocks.isEmpty)
    kind = ResetShape.Answered(segment)
  }

  /// Whether its last segment was sent after `segment`, or is that one: what comes again with an IPv4 identification its
  /// sender has used is a copy that the network made or held back, for whoever sends again counts on. Stacks that
  /// draw identifications at random pass for that once in some hundred times.
  mutating func isNewer(than segment: Segment) -> Bool {
    guard let other = segment.identification, other != 0, identifications.last != 0 else { return false }
    return identifications.last &- other < 256
  }

  /// Whether `segment` has one of the next identifications of whoever sent the last one: its own counter, or one that
  /// its host keeps for this peer or for all.
  mutating func isContinued(by segment: Segment) -> Bool {
    guard let identification = segment.identification, identification != 0, hasSent else { return false }
    return 1...4 ~= identification &- identifications.last
  }

  /// Whether a RST looks like the packets before it: its TTL and identification carry on, or its TTL and window where
  /// identifications tell nothing (RFC 6864 §4.1: any value will do with DF set, and IPv6 has none).
  mutating func carriesOn(with segment: Segment) -> Bool {
    guard hasSent, segment.timeToLive == timeToLive else { return false }
    if isContinued(by: segment) { return true }
    return identifications.areOfNoUse && (segment.identification ?? 0) == identifications.last
      && segment.window != 0 && segment.window == window
  }

  /// ESTABLISHED beyond doubt, with no FIN of its own: where both ends are, only a SYN, FIN or RST moves them.
  var isSettled: Bool {
    @inline(__always) mutating get {
      proved == .established && pending.isEmpty && facts.isDisjoint(with: [.isDoubtful, .assumed, .hasFIN])
    }
  }

  /// True where the segment has a timestamp that is not older than the last one, or none where none was offered.
  @inline(__always)
  mutating func hasUsualTimestamp(_ segment: Segment) -> Bool {
    facts.contains(.sentTimestamps)
      ? segment.options.kinds.contains(.timestamps) && !clock.isOld(segment)
      : !segment.options.kinds.contains(.timestamps)
  }
}

extension ResetShape.Answered {
  /// What `segment`, no RST, is.
  @inline(__always)
  init(_ segment: Segment) {
    if segment.flags.contains(.syn) {
      self = segment.flags.contains(.ack) ? .synACK : .syn
    } else if segment.flags.contains(.fin) {
      self = .fin
    } else {
      self = segment.wirePayloadLength > 0 ? .data : .ack
    }
  }
}

/// The IPv4 identifications of an end's last four segments; 0 is none.
struct Identifications: Sendable {
  private var bits: UInt64 = 0

  /// That of the last segment.
  @inline(__always)
  var last: UInt16 { UInt16(truncatingIfNeeded: bits) }

  /// True where the sender has no number for each packet.
  var areOfNoUse: Bool { last == 0 || last == UInt16(truncatingIfNeeded: bits >> 16) }

  @inline(__always)
  func followed(by identification: UInt16) -> Identifications {
    var result = self
    result.bits = bits << 16 | UInt64(identification)
    return result
  }

  func contains(_ identification: UInt16) -> Bool {
    (0..<4).contains { UInt16(truncatingIfNeeded: bits >> (16 * UInt64($0))) == identification }
  }
}
