public import PacketDecoding

/// What a ``Transition`` holds, in 28 bytes, for a report has millions of them; see there for the meaning of the fields.
///
/// Frames take 36 bits; a number from 2³⁶ on is kept as the largest that fits.
@usableFromInline
struct PackedTransition: Sendable, Equatable {
  @usableFromInline let time: Int64
  @usableFromInline private(set) var settledTime: Int64 = 0
  @usableFromInline let lowerFrame: UInt32
  @usableFromInline private(set) var lowerSettledFrame: UInt32 = 0
  /// The upper four bits of both frames: the entry's in the lower half.
  @usableFromInline private(set) var upperFrames: UInt8
  @usableFromInline let cause: TransitionCause
  /// `to` in the lower half, `from` in the upper.
  @usableFromInline private(set) var states: UInt8
  /// From the lowest bit: settlement and evidence, two bits each; whose it is.
  @usableFromInline private(set) var traits: UInt8

  /// What became of a presumed entry.
  @usableFromInline
  enum Settlement: UInt8, Sendable { case open, confirmed, refuted }

  /// - Parameter frame: 0 for a timer's.
  @inline(__always)
  init(
    _ endpoint: EndpointRole, from: TCPState?, to: TCPState?, _ cause: TransitionCause, _ evidence: Evidence,
    frame: UInt64, time: Int64
  ) {
    let frame = min(frame, Self.largestFrame)
    self.time = time
    lowerFrame = UInt32(truncatingIfNeeded: frame)
    upperFrames = UInt8(truncatingIfNeeded: frame >> 32)
    self.cause = cause
    states = TCPState.code(of: from) << 4 | TCPState.code(of: to)
    traits = evidence.rawValue << 2 | endpoint.rawValue << 4
  }

  private static let largestFrame: UInt64 = 1 << 36 - 1
}

extension PackedTransition {
  @usableFromInline var endpoint: EndpointRole {
    @inlinable get { traits >> 4 & 1 == 0 ? .client : .server }
    set { traits = traits & ~(1 << 4) | newValue.rawValue << 4 }
  }
  var from: TCPState? { TCPState(code: states >> 4) }
  var to: TCPState? { TCPState(code: states & 15) }
  @inlinable var evidence: Evidence {
    switch traits >> 2 & 3 {
    case Evidence.presumed.rawValue: .presumed
    case Evidence.timer.rawValue: .timer
    default: .observed
    }
  }
  @inlinable var settlement: Settlement {
    switch traits & 3 {
    case Settlement.confirmed.rawValue: .confirmed
    case Settlement.refuted.rawValue: .refuted
    default: .open
    }
  }
  @inlinable var frame: UInt64 { UInt64(upperFrames & 15) << 32 | UInt64(lowerFrame) }

  /// The packet that settled it; of no meaning while it is open.
  @inlinable var settled: PacketStamp {
    PacketStamp(
      time: Timestamp(nanoseconds: settledTime),
      frame: UInt64(upperFrames >> 4) << 32 | UInt64(lowerSettledFrame))
  }

  /// Where its states stand in a table of twelve, UNKNOWN last.
  @usableFromInline var fromPlace: Int { @inlinable @inline(__always) get { min(Int(states >> 4), 11) } }
  @usableFromInline var toPlace: Int { @inlinable @inline(__always) get { min(Int(states & 15), 11) } }

  /// Whether it is an entry of `state`.
  @inline(__always)
  func leads(to state: TCPState) -> Bool { states & 15 == state.rawValue }

  /// Whether it is not certain, and nothing has settled it.
  var isPresumed: Bool { @inline(__always) get { traits & 3 == Settlement.open.rawValue && traits & 12 != 0 } }

  /// Settles an entry that was open; a settled one stays as it is.
  mutating func settle(as settlement: Settlement, at moment: PacketStamp) {
    guard self.settlement == .open else { return }
    let frame = min(moment.frame, Self.largestFrame)
    settledTime = moment.time.nanoseconds
    lowerSettledFrame = UInt32(truncatingIfNeeded: frame)
    upperFrames |= UInt8(truncatingIfNeeded: frame >> 32) << 4
    traits |= settlement.rawValue
  }
}
