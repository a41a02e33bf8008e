import PacketDecoding

/// What an endpoint's last segment, RST aside, looked like: the measure for the next one.
struct LatestSegment: Sendable {
  var time: Int64 = .min
  var identifications = Identifications()
  var window: UInt16 = 0
  var timeToLive: UInt8 = 0
  var kind = ResetShape.Answered.nothing
  var hasSACK = false

  var isKnown: Bool { kind != .nothing }
  var identification: UInt16 { identifications.last }

  /// Whether `segment` was sent before this one, or is this one: what comes again with an IPv4 identification its
  /// sender has used is a copy that the network made or held back, for whoever sends again counts on. Stacks that
  /// draw identifications at random pass for that once in some hundred times.
  func isNewer(than segment: Segment) -> Bool {
    guard let other = segment.identification, other != 0, identification != 0 else { return false }
    return identification &- other < 256
  }

  init() {}

  /// - Parameter earlier: the identifications of the segments before it.
  @inline(__always)
  init(_ segment: Segment, after earlier: Identifications) {
    time = segment.time.nanoseconds
    identifications = earlier.followed(by: segment.identification ?? 0)
    window = segment.window
    timeToLive = segment.timeToLive
    hasSACK = !segment.options.sackBlocks.isEmpty
    kind = Self.kind(of: segment)
  }

  @inline(__always)
  static func kind(of segment: Segment) -> ResetShape.Answered {
    if segment.flags.contains(.syn) { return segment.flags.contains(.ack) ? .synACK : .syn }
    if segment.flags.contains(.fin) { return .fin }
    return segment.wirePayloadLength > 0 ? .data : .ack
  }
}

/// How often an endpoint acknowledged the same number while data was on its way to it.
struct DuplicateACKs: Sendable {
  private var position = SequenceNumber(0)
  private(set) var count: UInt8 = 0

  mutating func add(_ acknowledgment: SequenceNumber) {
    count = position == acknowledgment ? min(count, 254) + 1 : 1
    position = acknowledgment
  }

  /// Three of them tell the sender that the segment at `position` is lost (RFC 5681 §3.2).
  func demand(_ position: SequenceNumber) -> Bool { count >= 3 && self.position == position }
}

/// What a flow waits for, so that its next segments are looked at closely.
struct NoticeWatch: OptionSet, Sendable {
  let rawValue: UInt8

  /// The side's window is 0.
  static func zeroWindow(_ side: Int) -> NoticeWatch { NoticeWatch(rawValue: 1 &<< UInt8(truncatingIfNeeded: side)) }
  /// The side was sent something that it may challenge.
  static func challenge(_ side: Int) -> NoticeWatch { NoticeWatch(rawValue: 4 &<< UInt8(truncatingIfNeeded: side)) }
  /// A RST passed, taken or not.
  static let reset = NoticeWatch(rawValue: 1 << 4)
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
