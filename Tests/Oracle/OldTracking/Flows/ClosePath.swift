import PacketDecoding

/// How a flow came to its end, noted as it happens.
struct ClosePath: Sendable {
  /// The side whose FIN came first; nil before any.
  private(set) var firstFIN: Int8?
  private(set) var hasBothFINs = false
  /// Each FIN was sent before the other had arrived.
  private(set) var isSimultaneous = false
  /// The second FIN was the first to acknowledge the first one.
  private(set) var isThreeWay = false
  /// The side whose RST ended a socket that was not closed yet.
  private(set) var reset: Int8?
  private(set) var resetFollowsFIN = false
  private(set) var isRefused = false
  /// From the last payload of either side to the first FIN or RST; nil before one, and where there was no payload.
  var idle: Int64? { idleTime < 0 ? nil : idleTime }
  private var idleTime: Int64 = -1

  init(idle: Int64? = nil) { idleTime = idle ?? -1 }

  /// The first transmission of a side's FIN passed.
  ///
  /// - Parameters:
  ///   - coversPeer: it acknowledges the peer's FIN.
  ///   - acknowledgedAlone: an earlier segment without FIN did so already.
  mutating func fin(from side: Int, coversPeer: Bool, acknowledgedAlone: Bool) {
    guard let earlier = firstFIN else {
      firstFIN = Int8(side)
      return
    }
    guard Int(earlier) != side, !hasBothFINs else { return }
    hasBothFINs = true
    isSimultaneous = !coversPeer
    isThreeWay = coversPeer && !acknowledgedAlone
  }

  /// `segment` closes, and may be the first to do so.
  mutating func noteIdle(before segment: Segment, lastPayload: Int64) {
    guard firstFIN == nil, reset == nil else { return }
    let carriesPayload = segment.wirePayloadLength > 0 && segment.flags.contains(.fin)
    if carriesPayload {
      idleTime = 0
    } else if lastPayload != .min {
      idleTime = max(0, segment.time.nanoseconds &- lastPayload)
    }
  }

  /// A RST ended a socket on either side.
  mutating func reset(by side: Int, refuses: Bool) {
    guard reset == nil else { return }
    reset = Int8(side)
    resetFollowsFIN = firstFIN != nil
    isRefused = refuses
  }

  var kind: Flow.CloseKind {
    if reset != nil { return isRefused ? .refused : resetFollowsFIN ? .resetAfterFIN : .reset }
    guard firstFIN != nil else { return .none }
    guard hasBothFINs else { return .half }
    return isSimultaneous ? .simultaneous : isThreeWay ? .threeWay : .fourWay
  }

  /// The side that began it; nil where none did. A simultaneous close has no first side, and a FIN that crossed the RST
  /// on its way, or came after one, began nothing.
  var firstSide: Int? {
    if let reset, !resetFollowsFIN { return Int(reset) }
    return isSimultaneous ? nil : firstFIN.map(Int.init)
  }
}
