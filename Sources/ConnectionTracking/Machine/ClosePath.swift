import PacketDecoding

/// How a connection came to its end, noted as it happens: in 10 bytes, with the time of the last payload, which counts only
/// until then.
struct ClosePath: Sendable {
  /// When payload passed last, the least value before any; from the first FIN or RST on, how long before it that was.
  private var payloadOrIdle = Int64.min
  private var marks: Marks = []

  private struct Marks: OptionSet, Sendable {
    let rawValue: UInt16

    static let hasFIN = Marks(rawValue: 1 << 0)
    /// The side whose FIN came first; without it, side 0.
    static let highSentFIN = Marks(rawValue: 1 << 1)
    static let hasBothFINs = Marks(rawValue: 1 << 2)
    static let isSimultaneous = Marks(rawValue: 1 << 3)
    static let isThreeWay = Marks(rawValue: 1 << 4)
    static let hasReset = Marks(rawValue: 1 << 5)
    /// The side whose RST ended a socket that was not closed yet; without it, side 0.
    static let highSentReset = Marks(rawValue: 1 << 6)
    static let resetFollowsFIN = Marks(rawValue: 1 << 7)
    static let isRefused = Marks(rawValue: 1 << 8)
    static let hasIdle = Marks(rawValue: 1 << 9)
  }

  /// A FIN has passed.
  var hasFIN: Bool { @inline(__always) get { marks.contains(.hasFIN) } }
  /// The side whose FIN came first; nil before any.
  var firstFIN: Side? { hasFIN ? (Side(isHigh: marks.contains(.highSentFIN))) : nil }
  /// Each FIN was sent before the other had arrived.
  var isSimultaneous: Bool { marks.contains(.isSimultaneous) }
  /// The side whose RST ended a socket that was not closed yet.
  var reset: Side? { marks.contains(.hasReset) ? (Side(isHigh: marks.contains(.highSentReset))) : nil }
  /// From the last payload of either side to the first FIN or RST; nil before one, and where there was no payload.
  var idle: Int64? { marks.contains(.hasIdle) ? payloadOrIdle : nil }

  /// Payload passed at `time`.
  @inline(__always)
  mutating func notePayload(at time: Int64) {
    if !marks.contains(.hasIdle) { payloadOrIdle = time }
  }

  /// The first transmission of a side's FIN passed.
  ///
  /// - Parameters:
  ///   - coversPeer: it acknowledges the peer's FIN.
  ///   - acknowledgedAlone: an earlier segment without FIN did so already.
  ///   - isFirst: the peer's FIN, which passed before it, acknowledges it: the two have changed places.
  mutating func fin(from side: Side, coversPeer: Bool, acknowledgedAlone: Bool, isFirst: Bool = false) {
    guard let earlier = firstFIN else {
      marks.insert(side == .low ? .hasFIN : [.hasFIN, .highSentFIN])
      return
    }
    guard earlier != side, !marks.contains(.hasBothFINs) else { return }
    marks.insert(.hasBothFINs)
    if isFirst {
      marks.insert(.isThreeWay)
      marks.formSymmetricDifference(.highSentFIN)
      return
    }
    if !coversPeer { marks.insert(.isSimultaneous) }
    if coversPeer, !acknowledgedAlone { marks.insert(.isThreeWay) }
  }

  /// `segment` closes, and may be the first to do so.
  mutating func noteIdle(before segment: Segment) {
    guard marks.isDisjoint(with: [.hasFIN, .hasReset]) else { return }
    let carriesPayload = segment.wirePayloadLength > 0 && segment.flags.contains(.fin)
    guard carriesPayload || payloadOrIdle != .min else { return }
    payloadOrIdle = carriesPayload ? 0 : max(0, segment.time.nanoseconds &- payloadOrIdle)
    marks.insert(.hasIdle)
  }

  /// A RST ended a socket on either side.
  mutating func reset(by side: Side, refuses: Bool) {
    guard !marks.contains(.hasReset) else { return }
    marks.insert(side == .low ? .hasReset : [.hasReset, .highSentReset])
    if hasFIN { marks.insert(.resetFollowsFIN) }
    if refuses { marks.insert(.isRefused) }
  }

  var kind: Flow.CloseKind {
    if marks.contains(.hasReset) {
      return marks.contains(.isRefused) ? .refused : marks.contains(.resetFollowsFIN) ? .resetAfterFIN : .reset
    }
    guard hasFIN else { return .none }
    guard marks.contains(.hasBothFINs) else { return .half }
    return isSimultaneous ? .simultaneous : marks.contains(.isThreeWay) ? .threeWay : .fourWay
  }

  /// The side that began it; nil where none did. A simultaneous close has no first side, and a FIN that crossed the RST
  /// on its way, or came after one, began nothing.
  var firstSide: Side? {
    if let reset, !marks.contains(.resetFollowsFIN) { return reset }
    return isSimultaneous ? nil : firstFIN
  }
}
