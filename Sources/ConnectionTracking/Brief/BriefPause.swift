import PacketDecoding

/// The last pause that ended in more data or an ACK; see ``Pause``.
struct BriefPause: Sendable {
  /// In nanoseconds, like ``end``.
  let length: Int64
  let end: Int64
  /// From the lowest bit: who ended it; whether the client had yet to acknowledge the SYN-ACK; the frame.
  private let packed: UInt64

  var side: Int { Int(packed & 1) }
  var wasAnswered: Bool { packed & 2 != 0 }
  var frame: UInt64 { packed >> 2 }

  init(ended segment: Segment, by side: Int, after length: Int64, wasAnswered: Bool) {
    self.length = length
    end = segment.time.nanoseconds
    packed = segment.frame << 2 | (wasAnswered ? 2 : 0) | UInt64(truncatingIfNeeded: side & 1)
  }
}

/// What only some flows in brief have, each in a place of its own: how they close, and their last pause.
struct BriefAttachments: ~Copyable, Sendable {
  var closings = Slab<PackedClosing>()
  var pauses = Slab<BriefPause>()

  /// Bytes that they take.
  var footprint: Int { closings.footprint + pauses.footprint }

  /// Asks for what `record` has ahead of its use.
  @inline(__always)
  func prefetch(for record: inout BriefRecord) {
    closings.prefetch(record.closing)
    pauses.prefetch(record.pause)
  }

  /// What `record` has is not needed any more.
  mutating func release(_ record: inout BriefRecord) {
    if record.closing != Slab<PackedClosing>.none { closings.remove(record.closing) }
    if record.pause != Slab<BriefPause>.none { pauses.remove(record.pause) }
  }

  /// How `record` closes; nil where it does not. Only what is asked of it is unpacked.
  @inline(__always)
  mutating func closing(of record: inout BriefRecord) -> BriefClosing? {
    record.closing == Slab<PackedClosing>.none ? nil : BriefClosing(closings[record.closing], of: &record)
  }

  /// The last pause of `record`; nil where it had none.
  mutating func pause(of record: inout BriefRecord) -> BriefPause? {
    record.pause == Slab<BriefPause>.none ? nil : pauses[record.pause]
  }
}
