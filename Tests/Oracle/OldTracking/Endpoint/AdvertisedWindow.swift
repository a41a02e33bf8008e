import PacketDecoding

/// The window an endpoint advertises (RFC 9293 §3.8.6, RFC 7323 §2).
struct AdvertisedWindow: Sendable {
  private var largestBytes: UInt32 = 0
  /// The right edge of the window, as far right as it ever was.
  private var edge = SequenceNumber(0)
  private var hasEdge = false
  /// True once both SYNs are known, so that ``shift`` counts or surely does not.
  var isNegotiated = false
  /// The shift count of its SYN; nil where the SYN was not seen or had none.
  var shift: UInt8?

  init() {}

  /// A window as its members have it; `edge` is nil before any.
  init(largest: UInt32, edge: SequenceNumber?, isNegotiated: Bool, shift: UInt8?) {
    largestBytes = largest
    if let edge { self.edge = edge }
    hasEdge = edge != nil
    self.isNegotiated = isNegotiated
    self.shift = shift
  }

  /// The largest window it ever advertised, in bytes: 1 GiB at most (RFC 7323 §2.3).
  var largest: Int { Int(largestBytes) }

  @inline(__always)
  mutating func advertise(_ segment: Segment) {
    let applies = isNegotiated && !segment.flags.contains(.syn)
    let bytes = Int(segment.window) << (applies ? Int(min(shift ?? 0, 14)) : 0)
    largestBytes = max(largestBytes, UInt32(truncatingIfNeeded: bytes))
    guard isNegotiated, let acknowledgment = segment.acknowledgment else { return }
    let edge = acknowledgment + bytes
    if !hasEdge || edge > self.edge { self.edge = edge }
    hasEdge = true
  }

  /// True where the right edge of the window does not move left.
  @inline(__always)
  func keepsEdge(_ acknowledgment: SequenceNumber, _ window: UInt16) -> Bool {
    !hasEdge || acknowledgment + Int(window) << Int(min(shift ?? 0, 14)) >= edge
  }

  /// How far left the right edge moves, where that is more than the rounding of the scale (RFC 7323 §2.4); from there
  /// on it counts as the edge.
  mutating func shrink(to acknowledgment: SequenceNumber, _ window: UInt16) -> Int? {
    guard hasEdge, !keepsEdge(acknowledgment, window) else { return nil }
    let shift = Int(min(shift ?? 0, 14))
    let shrunk = edge.distance(from: acknowledgment + Int(window) << shift)
    edge = acknowledgment + Int(window) << shift
    return shrunk > 1 << shift ? shrunk : nil
  }
}
