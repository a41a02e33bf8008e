import PacketDecoding

/// How a flow in brief closes: what is kept of it, each moment counted from the one before.
struct PackedClosing: Sendable {
  /// When the first FIN passed, in nanoseconds.
  let time: Int64
  /// The pause before it; its frame is counted from the flow's first.
  let firstFIN: BriefMoment
  private(set) var acknowledgment = BriefMoment()
  private(set) var secondFIN = BriefMoment()
  private(set) var lastACK = BriefMoment()
  /// The TSval of the first FIN's acknowledgment, where it came alone, and that of the last ACK.
  private(set) var acknowledgmentStamp: UInt32 = 0
  private(set) var lastStamp: UInt32 = 0

  /// - Parameter moment: ``firstFIN``.
  @inline(__always)
  init(with segment: Segment, _ moment: BriefMoment) {
    time = segment.time.nanoseconds
    firstFIN = moment
  }

  /// Takes the acknowledgment of the first FIN that came alone, the second FIN, or the last ACK.
  mutating func take(_ segment: inout Segment, as step: BriefStep, since last: TimelineEntry.Moment) {
    let moment = BriefMoment(segment, since: last) ?? BriefMoment()
    switch step {
    case .finAcknowledgment:
      acknowledgment = moment
      acknowledgmentStamp = segment.options.timestampValue
    case .secondFIN: secondFIN = moment
    default:
      lastACK = moment
      lastStamp = segment.options.timestampValue
    }
  }
}

/// How a flow in brief closes.
struct BriefClosing {
  let firstFIN: TimelineEntry.Moment
  /// The acknowledgment of the first FIN where it came alone; else that FIN.
  let acknowledgment: TimelineEntry.Moment
  let secondFIN: TimelineEntry.Moment
  /// The acknowledgment of the second FIN.
  let lastACK: TimelineEntry.Moment
  /// Before the first FIN, in nanoseconds.
  let pause: Int64
  private let lastPayload: Int64
  let acknowledgmentStamp: UInt32
  let lastStamp: UInt32

  /// - Parameter record: whose closing `packed` is.
  @inline(__always)
  init(_ packed: PackedClosing, of record: inout BriefRecord) {
    let time = Timestamp(nanoseconds: packed.time)
    firstFIN = TimelineEntry.Moment(time: time, frame: record.first.frame &+ packed.firstFIN.frames)
    pause = packed.firstFIN.nanoseconds
    acknowledgment = packed.acknowledgment.moment(since: firstFIN)
    secondFIN = packed.secondFIN.moment(since: acknowledgment)
    lastACK = packed.lastACK.moment(since: secondFIN)
    lastPayload = record.lastPayload
    acknowledgmentStamp = packed.acknowledgmentStamp
    lastStamp = packed.lastStamp
  }

  /// - Parameters:
  ///   - side: who closed first.
  ///   - isAlone: the first FIN was acknowledged by a segment of its own.
  @inline(__always)
  func path(by side: Int, at stage: BriefStage, isAlone: Bool) -> ClosePath {
    var path = ClosePath(idle: lastPayload == .min ? nil : max(0, firstFIN.time.nanoseconds &- lastPayload))
    path.fin(from: side, coversPeer: false, acknowledgedAlone: false)
    if stage >= .closed { path.fin(from: 1 - side, coversPeer: true, acknowledgedAlone: isAlone) }
    return path
  }

  /// When the timer of the end that closed first ends, in nanoseconds; `.max` where none runs.
  @inline(__always)
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
