import PacketDecoding

/// One end of a flow in brief.
///
/// All that passed of it is in order, so that few numbers stand for a ``SequenceSpace``, a ``TimestampClock`` and an
/// ``AdvertisedWindow``. Times but the last one are counted from others, in fewer bits: a flow in which one does not fit
/// is out of the ordinary.
struct BriefEnd: Sendable {
  // In an order that leaves no gaps.
  /// When its last segment passed, in nanoseconds; the least value before any.
  var time = Int64.min
  /// SND.NXT.
  var next = SequenceNumber(0)
  /// SND.UNA; the ISN before anything was acknowledged.
  var acknowledged = SequenceNumber(0)
  /// The end of the segment that its peer is to answer; none is, once that is acknowledged.
  var awaited = SequenceNumber(0)
  /// From that segment to its last one, in nanoseconds.
  var sinceAsked: UInt32 = 0
  /// See ``ResponseTime``: how long it took to answer, in microseconds.
  var longestAnswer: UInt32 = 0
  var shortestAnswer = UInt32.max
  /// TSval of its SYN and of its last segment.
  var firstStamp: UInt32 = 0
  var recentStamp: UInt32 = 0
  var lowerLead: UInt32 = 0
  var packets: UInt32 = 0
  var bytes: UInt32 = 0
  var payloadBytes: UInt32 = 0
  /// The largest window it ever advertised, in bytes.
  var largestWindow: UInt32 = 0
  // Of its last segment, as LatestSegment has them.
  var window: UInt16 = 0
  var identification: UInt16 = 0
  var maximumSegmentSize: UInt16 = 0
  var facts: EndpointFacts = []
  var timeToLive: UInt8 = 0
  /// The shift count of its window, 14 at most, or ``noShift``.
  var shift = Self.noShift
  var kind = ResetShape.Answered.nothing
  var upperLead: UInt8 = 0

  private static let noShift: UInt8 = 0x80
  static let leadBits: Int64 = 40

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
  var windowBytes: Int {
    @inline(__always) get {
      kind == .syn || kind == .synACK ? Int(window) : Int(window) << Int(shift & 15)
    }
  }
  /// How much sooner its SYN would have passed, had it been as quick as its quickest segment, in nanoseconds.
  var lead: Int64 {
    @inline(__always) get { Int64(upperLead) << 32 | Int64(lowerLead) }
    @inline(__always) set {
      lowerLead = UInt32(truncatingIfNeeded: newValue)
      upperLead = UInt8(truncatingIfNeeded: newValue >> 32)
    }
  }
  /// Something it sent waits for an answer.
  var isAsking: Bool { acknowledged < awaited }
}
