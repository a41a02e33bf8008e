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
    /// The side in whose name the RST came did not send it.
    static let isForeign = Marks(rawValue: 1 << 10)
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

  /// When payload passed last; nil before any, and from the first FIN or RST on.
  var lastPayload: Int64? {
    marks.isDisjoint(with: [.hasIdle, .hasFIN, .hasReset]) && payloadOrIdle != .min ? payloadOrIdle : nil
  }

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
  ///
  /// - Parameter isForeign: `side` did not send it.
  mutating func reset(by side: Side, refuses: Bool, isForeign: Bool) {
    guard !marks.contains(.hasReset) else { return }
    marks.insert(side == .low ? .hasReset : [.hasReset, .highSentReset])
    if isForeign { marks.insert(.isForeign) }
    if hasFIN { marks.insert(.resetFollowsFIN) }
    if refuses { marks.insert(.isRefused) }
  }

  /// The RST in the name of `side` has ended the peer's socket, and `side` goes on.
  mutating func disown(resetOf side: Side) {
    if reset == side { marks.insert(.isForeign) }
  }

  /// The FIN of `side` was not its own; `payload` is when payload passed last, in nanoseconds.
  mutating func takeBackFIN(of side: Side, payload: Int64) {
    guard let first = firstFIN else { return }
    let remains = marks.contains(.hasBothFINs) ? (first == side ? side.other : first) : first == side ? nil : first
    marks.subtract([.hasFIN, .highSentFIN, .hasBothFINs, .isSimultaneous, .isThreeWay])
    if let remains { return marks.formUnion(remains == .low ? .hasFIN : [.hasFIN, .highSentFIN]) }
    marks.remove(.resetFollowsFIN)
    if !marks.contains(.hasReset), marks.contains(.hasIdle) {
      payloadOrIdle = payload
      marks.remove(.hasIdle)
    }
  }

  /// The RST that passed at `time`, in nanoseconds, has ended neither end after all.
  mutating func takeBackReset(of time: Int64) {
    guard marks.contains(.hasReset) else { return }
    if !marks.contains(.resetFollowsFIN), marks.contains(.hasIdle) {
      payloadOrIdle = hasFIN ? .min : time &- payloadOrIdle
      marks.remove(.hasIdle)
    }
    marks.subtract([.hasReset, .highSentReset, .resetFollowsFIN, .isRefused, .isForeign])
  }

  var kind: Flow.CloseKind {
    if marks.contains(.hasReset) {
      return marks.contains(.isRefused) ? .refused : marks.contains(.resetFollowsFIN) ? .resetAfterFIN : .reset
    }
    guard hasFIN else { return .none }
    guard marks.contains(.hasBothFINs) else { return .half }
    return isSimultaneous ? .simultaneous : marks.contains(.isThreeWay) ? .threeWay : .fourWay
  }

  /// The side that began it; nil where none did, or somebody else in its name. A simultaneous close has no first side, and a FIN that crossed the RST
  /// on its way, or came after one, began nothing.
  var firstSide: Side? {
    if let reset, !marks.contains(.resetFollowsFIN) { return marks.contains(.isForeign) ? nil : reset }
    return isSimultaneous ? nil : firstFIN
  }
}
