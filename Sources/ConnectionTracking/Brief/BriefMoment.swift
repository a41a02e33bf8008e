import PacketDecoding

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

  /// From the other segment to this one.
  var nanoseconds: Int64 { Int64(bitPattern: packed >> Self.frameBits) }
  var frames: UInt64 { packed & (1 << Self.frameBits - 1) }

  func moment(since start: TimelineEntry.Moment) -> TimelineEntry.Moment {
    TimelineEntry.Moment(time: start.time.advanced(byNanoseconds: nanoseconds), frame: start.frame &+ frames)
  }
}
