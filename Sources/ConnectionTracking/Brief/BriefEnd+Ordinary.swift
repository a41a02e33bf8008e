import PacketDecoding

// What is ordinary of a segment that an end sends.

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
  func lead(of segment: Segment, since start: Int64) -> Int64 {
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
