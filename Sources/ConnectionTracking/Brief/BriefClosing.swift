import PacketDecoding

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
