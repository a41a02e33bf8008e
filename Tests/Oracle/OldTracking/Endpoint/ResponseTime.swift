import PacketDecoding

/// How long an endpoint takes to answer, seen from the tap: to it and back.
struct ResponseTime: Sendable {
  private var askedAt: Int64 = .min
  private var awaited = SequenceNumber(0)
  /// The longest and the shortest answer measured, in microseconds; an hour at most.
  private var longestAnswer: UInt32 = 0
  private var shortestAnswer: UInt32 = .max

  /// As long as a measured answer can be, in microseconds.
  static let longest: Int64 = 3_600_000_000

  init() {}

  /// A time as its members have it; `askedAt` is nil where nothing is to be answered.
  init(askedAt: Int64?, awaited: SequenceNumber, longest: UInt32, shortest: UInt32) {
    self.askedAt = askedAt ?? .min
    self.awaited = awaited
    longestAnswer = longest
    shortestAnswer = shortest
  }

  /// The shortest answer measured, in nanoseconds; nil before any. Near 0 the tap stands beside the endpoint.
  var shortest: Int64? { shortestAnswer == .max ? nil : Int64(shortestAnswer) &* 1000 }

  /// A segment that must be answered passed on its way to the endpoint.
  mutating func ask(_ segment: Segment) {
    guard askedAt == .min else { return }
    askedAt = segment.time.nanoseconds
    awaited = segment.sequenceEnd
  }

  /// A retransmission makes the next answer ambiguous (Karn's algorithm, RFC 6298 §3).
  mutating func forget() { askedAt = .min }

  /// A segment of the endpoint passed.
  @inline(__always)
  mutating func answer(_ segment: Segment) {
    guard askedAt != .min, let acknowledgment = segment.acknowledgment, acknowledgment >= awaited else { return }
    let elapsed = segment.time.nanoseconds &- askedAt
    askedAt = .min
    guard elapsed >= 0 else { return }
    let answer = UInt32(clamping: min(elapsed / 1000, Self.longest))
    longestAnswer = max(longestAnswer, answer)
    shortestAnswer = min(shortestAnswer, answer)
  }

  /// How long after a segment passed towards the endpoint a segment of the endpoint was surely sent in knowledge of
  /// it. Half as much again as the longest answer leaves room for jitter; without a measurement, a retransmission
  /// timeout's worth (RFC 6298 sets 1 s for the first, Linux 200 ms at least).
  var settled: Int64 {
    let longest = Int64(longestAnswer) &* 1000
    return shortestAnswer == .max ? 300_000_000 : longest &+ longest / 2 &+ 10_000_000
  }
}
