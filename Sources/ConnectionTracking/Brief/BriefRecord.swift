import PacketDecoding

/// A flow that has gone the ordinary way so far: the three-way handshake, data in order, a FIN from both ends.
///
/// Most flows never do anything else, and what their records and timelines say then follows from when a few segments
/// passed. So they are kept in half the memory, and their segments pass by a few comparisons. The first segment out of
/// the ordinary changes nothing here: the flow unfolds into the ``FlowRecord`` that it would have been, which takes it.
///
/// Side 0 is the smaller address of the key. Not copyable, and `mutating` also where it only reads, for the reason
/// ``TCPEndpoint`` gives.
struct BriefRecord: ~Copyable, Sendable {
  /// 0 once the flow has ended and the record waits for another.
  var number: Int
  let key: FlowKey
  let first: TimelineEntry.Moment
  /// When the last segment passed, in nanoseconds, and its frame.
  var lastTime: Int64
  var lastFrame: UInt64
  /// When payload passed last; the least value before any.
  var lastPayload = Int64.min
  /// The SYN-ACK.
  var answer = BriefMoment()
  /// The client's first segment after it.
  var acknowledgment = BriefMoment()
  /// Its TSval.
  var acknowledgmentStamp: UInt32 = 0
  /// The server's first segment after that.
  var proof = BriefMoment()
  var pause = BriefPause()
  /// Where ``FlowTable`` lists it.
  var place: UInt32 = 0
  /// Where ``FlowTable`` keeps how it closes.
  var closing = Slab<BriefClosing>.none
  var stage = BriefStage.new
  let clientSide: UInt8
  /// The side that closed first, from ``BriefStage/closing`` on.
  var closer: UInt8 = 0
  /// The side whose segment was taken last.
  var lastSender: UInt8
  var ends = [2 of BriefEnd](repeating: BriefEnd())

  /// A flow that begins with `segment`, which is still to be taken.
  @inline(__always)
  init(number: Int, key: FlowKey, side: UInt8, segment: Segment) {
    self.number = number
    self.key = key
    first = TimelineEntry.Moment(time: segment.time, frame: segment.frame)
    lastTime = segment.time.nanoseconds
    lastFrame = segment.frame
    clientSide = side
    lastSender = side
  }

  /// The last segment.
  var last: TimelineEntry.Moment {
    mutating get { TimelineEntry.Moment(time: Timestamp(nanoseconds: lastTime), frame: lastFrame) }
  }

  /// The first FIN was acknowledged by a segment of its own.
  var isFINAcknowledgedAlone: Bool {
    mutating get { ends[1 - Int(closer)].facts.contains(.acknowledgedFINAlone) }
  }

  /// See ``FlowRecord/isHalfOpen``.
  var isHalfOpen: Bool { stage == .answered || stage == .acknowledged }

  var server: SocketAddress { mutating get { clientSide == 0 ? key.high : key.low } }
}

/// How far a flow has come on the ordinary way.
enum BriefStage: UInt8, Sendable, Comparable {
  /// Not even its SYN has been taken.
  case new
  /// The SYN has passed.
  case opening
  /// The SYN-ACK has passed.
  case answered
  /// The client has acknowledged it.
  case acknowledged
  /// The server has sent something since: both ends are ESTABLISHED beyond doubt.
  case steady
  /// The first FIN has passed.
  case closing
  /// It was acknowledged by a segment of its own.
  case halfClosed
  /// The second FIN has passed, which acknowledges the first.
  case closed
  /// It was acknowledged.
  case over

  static func < (left: BriefStage, right: BriefStage) -> Bool { left.rawValue < right.rawValue }
}

/// One end of a flow in brief. Everything of it that passed is in order, so ``next`` stands for several numbers of a
/// ``SequenceSpace``.
struct BriefEnd: Sendable {
  // In an order that leaves no gaps.
  var timestamps = TimestampClock()
  var maximumSegmentSize: UInt16 = 0
  var facts: EndpointFacts = []
  var latest = LatestSegment()
  var response = ResponseTime()
  var window = AdvertisedWindow()
  /// SND.NXT.
  var next = SequenceNumber(0)
  /// SND.UNA; the ISN before anything was acknowledged.
  var acknowledged = SequenceNumber(0)
  /// The ISN.
  var initial = SequenceNumber(0)
  var packets: UInt32 = 0
  var bytes: UInt32 = 0
  var payloadBytes: UInt32 = 0

  var isAcknowledged: Bool { acknowledged != initial }
}

/// When a segment passed, counted from another one of the flow: in 8 bytes, and so only near that one.
struct BriefMoment: Sendable {
  private static let frameBits: UInt64 = 28
  private var packed: UInt64 = 0

  init() {}

  /// nil where it is more than a minute or some hundred million frames away.
  @inline(__always)
  init?(_ segment: Segment, since start: TimelineEntry.Moment) {
    let time = UInt64(bitPattern: segment.time.nanoseconds &- start.time.nanoseconds)
    let frame = segment.frame &- start.frame
    guard time >> (64 - Self.frameBits) == 0, frame >> Self.frameBits == 0 else { return nil }
    packed = time << Self.frameBits | frame
  }

  func moment(since start: TimelineEntry.Moment) -> TimelineEntry.Moment {
    let time = Int64(bitPattern: packed >> Self.frameBits)
    let frame = packed & (1 << Self.frameBits - 1)
    return TimelineEntry.Moment(time: start.time.advanced(byNanoseconds: time), frame: start.frame &+ frame)
  }
}

/// The last pause that ended in more data or an ACK; see ``Pause``.
struct BriefPause: Sendable {
  /// 0 where there was none.
  private(set) var length: Int64 = 0
  private(set) var end: Int64 = 0
  /// From the lowest bit: who ended it; whether the client had yet to acknowledge the SYN-ACK; the frame.
  private var packed: UInt64 = 0

  var side: Int { Int(packed & 1) }
  var wasAnswered: Bool { packed & 2 != 0 }
  var frame: UInt64 { packed >> 2 }

  init() {}

  init(ended segment: Segment, by side: Int, after length: Int64, wasAnswered: Bool) {
    self.length = length
    end = segment.time.nanoseconds
    packed = segment.frame << 2 | (wasAnswered ? 2 : 0) | UInt64(truncatingIfNeeded: side & 1)
  }
}

/// How a flow in brief closes. Its segments follow one another, so that each is counted from the one before.
struct BriefClosing: Sendable {
  let firstFIN: TimelineEntry.Moment
  /// The pause before it, in nanoseconds.
  let pause: Int64
  /// See ``ClosePath/idle``; negative where that is nil.
  private let idle: Int64
  private var acknowledgmentStep = BriefMoment()
  private var secondStep = BriefMoment()
  private var lastStep = BriefMoment()
  /// The TSval of the first FIN's acknowledgment, where it came alone, and that of the last ACK.
  private(set) var acknowledgmentStamp: UInt32 = 0
  private(set) var lastStamp: UInt32 = 0

  init(with segment: Segment, after pause: Int64, lastPayload: Int64) {
    var path = ClosePath()
    path.noteIdle(before: segment, lastPayload: lastPayload)
    firstFIN = TimelineEntry.Moment(time: segment.time, frame: segment.frame)
    self.pause = pause
    idle = path.idle ?? -1
  }

  /// Takes the acknowledgment of the first FIN that came alone, the second FIN, or the last ACK.
  mutating func take(_ segment: Segment, as step: BriefStep, since last: TimelineEntry.Moment) {
    let moment = BriefMoment(segment, since: last) ?? BriefMoment()
    switch step {
    case .finAcknowledgment:
      acknowledgmentStep = moment
      acknowledgmentStamp = segment.options.timestampValue
    case .secondFIN: secondStep = moment
    default:
      lastStep = moment
      lastStamp = segment.options.timestampValue
    }
  }

  /// The acknowledgment of the first FIN where it came alone; else that FIN.
  var acknowledgment: TimelineEntry.Moment { acknowledgmentStep.moment(since: firstFIN) }
  var secondFIN: TimelineEntry.Moment { secondStep.moment(since: acknowledgment) }
  /// The acknowledgment of the second FIN.
  var lastACK: TimelineEntry.Moment { lastStep.moment(since: secondFIN) }

  /// - Parameters:
  ///   - side: who closed first.
  ///   - isAlone: the first FIN was acknowledged by a segment of its own.
  func path(by side: Int, at stage: BriefStage, isAlone: Bool) -> ClosePath {
    var path = ClosePath(idle: idle < 0 ? nil : idle)
    path.fin(from: side, coversPeer: false, acknowledgedAlone: false)
    if stage >= .closed { path.fin(from: 1 - side, coversPeer: true, acknowledgedAlone: isAlone) }
    return path
  }

  /// When the timer of the end that closed first ends, in nanoseconds; `.max` where none runs.
  func deadline(at stage: BriefStage, _ timers: TimerProfile) -> Int64 {
    switch stage {
    case .halfClosed where timers.orphanedFinWait2 != .max:
      acknowledgment.time.advanced(byNanoseconds: timers.orphanedFinWait2).nanoseconds
    case .closed: secondFIN.time.advanced(byNanoseconds: timers.timeWait).nanoseconds
    case .over: lastACK.time.advanced(byNanoseconds: timers.timeWait).nanoseconds
    default: .max
    }
  }
}
