import PacketDecoding

/// The timestamps an endpoint sends (RFC 7323 §3, §5).
struct TimestampClock: Sendable {
  /// When the first segment would have passed had it been as quick as the quickest segment; `.max` before any.
  private var start: Int64 = .max
  /// TSval of the first segment, and of its last segment in order: the receiver's TS.Recent.
  private var firstValue: UInt32 = 0
  private(set) var recent: UInt32 = 0

  private var isKnown: Bool { @inline(__always) get { start != .max } }

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
  @inline(__always)
  private func start(by segment: Segment) -> Int64 {
    let ticks = Int64(Int32(bitPattern: segment.options.timestampValue &- firstValue))
    return segment.time.nanoseconds &- ticks &* 1_000_000
  }

  /// True where a receiver would drop the segment: its timestamp is older than TS.Recent (RFC 7323 §5.3 R1). One
  /// unit is let pass, as Linux does (`TCP_PAWS_WINDOW`).
  @inline(__always)
  func isOld(_ segment: Segment) -> Bool {
    guard isKnown, segment.options.kinds.contains(.timestamps), !segment.flags.contains(.rst) else { return false }
    return Int32(bitPattern: recent &- segment.options.timestampValue) > 1
  }

  /// True where `echo` is of a later segment than the first.
  func isAfterFirst(_ echo: UInt32) -> Bool { isKnown && Int32(bitPattern: echo &- firstValue) > 0 }

  /// True where the segment's timestamp is later than the last one in order.
  func isNewer(_ segment: Segment) -> Bool {
    isKnown && Int32(bitPattern: segment.options.timestampValue &- recent) > 0
  }

  /// Takes the timestamp of a segment that begins at or before `edge`, the left edge of what the receiver awaited, and
  /// does not end before it: what lies wholly before is no longer acceptable (RFC 7323 §5.3 R3; Linux tcp_sequence).
  @inline(__always)
  mutating func update(_ segment: Segment, edge: SequenceNumber) {
    guard segment.options.kinds.contains(.timestamps), segment.sequence <= edge, segment.sequenceEnd >= edge else {
      return
    }
    update(segment)
  }

  /// Takes the timestamp of a segment that has one, and is in order.
  @inline(__always)
  mutating func update(_ segment: Segment) {
    let value = segment.options.timestampValue
    if !isKnown { (firstValue, recent) = (value, value) }
    start = min(start, start(by: segment))
    if Int32(bitPattern: value &- recent) > 0 { recent = value }
  }
}
