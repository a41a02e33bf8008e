import PacketDecoding

/// How long an endpoint takes to answer, seen from the tap: to it and back.
///
/// While nothing waits for an answer its time has room for what would prove an arrival: see ``proof``.
struct RTTEstimator: Sendable {
  /// When the segment passed that is to be answered, in nanoseconds; ``idle``, or a proof.
  private var askedAt = Self.idle
  private var awaited = SequenceNumber(0)
  /// The longest and the shortest answer measured, in microseconds; an hour at most.
  private var longestAnswer: UInt32 = 0
  private var shortestAnswer: UInt32 = .max

  /// As long as a measured answer can be, in microseconds.
  private static let longest: Int64 = 3_600_000_000
  private static let idle = Int64.min
  /// From here to ``lastOfProofs`` it is no time: the next bit says that there is a stamp, the lower 32 are that.
  private static let proofs = Int64.min + 1 << 34
  private static let lastOfProofs = proofs + 1 << 33 - 1
  private static let hasStamp: Int64 = 1 << 32

  /// The shortest answer measured, in nanoseconds; nil before any. Near 0 the tap stands beside the endpoint.
  var shortest: Int64? { shortestAnswer == .max ? nil : Int64(shortestAnswer) &* 1000 }

  /// A segment that must be answered passed on its way to the endpoint.
  @inline(__always)
  mutating func start(_ segment: Segment) {
    guard askedAt == Self.idle else { return }
    askedAt = segment.time.nanoseconds
    awaited = segment.sequenceEnd
  }

  /// A retransmission makes the next answer ambiguous (Karn's algorithm, RFC 6298 §3).
  mutating func invalidate() {
    if proof == nil { askedAt = Self.idle }
  }

  /// A segment of the endpoint passed.
  @inline(__always)
  mutating func finish(_ segment: Segment) {
    guard askedAt > Self.lastOfProofs, let acknowledgment = segment.acknowledgment, acknowledgment >= awaited else {
      return
    }
    let elapsed = segment.time.nanoseconds &- askedAt
    askedAt = Self.idle
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

  /// What would show that the acknowledgment of the peer's FIN arrived: once that is acknowledged, the peer sends nothing
  /// new that could ask for an answer. nil where none is held.
  var proof: ArrivalProof? {
    guard askedAt >= Self.proofs, askedAt <= Self.lastOfProofs else { return nil }
    let stamp = askedAt &- Self.proofs
    return ArrivalProof(
      position: awaited, stamp: stamp & Self.hasStamp == 0 ? nil : UInt32(truncatingIfNeeded: stamp))
  }

  /// Holds `proof`, if nothing waits for an answer.
  ///
  /// - Returns: false where it cannot.
  mutating func hold(_ proof: ArrivalProof) -> Bool {
    guard askedAt == Self.idle else { return false }
    awaited = proof.position
    askedAt = Self.proofs &+ (proof.stamp.map { Self.hasStamp | Int64($0) } ?? 0)
    return true
  }

  /// Nothing needs the proof any more, if it holds one.
  mutating func dropProof() {
    if proof != nil { askedAt = Self.idle }
  }
}

/// What would show that an arrival reached its end.
struct ArrivalProof: Sendable {
  /// An acknowledgment beyond it shows it.
  var position: SequenceNumber
  /// So does the echo of a later TSval than this.
  var stamp: UInt32?
}
