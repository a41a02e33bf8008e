import ConnectionTracking
import PacketDecoding

/// What a flow's summary shows at a glance, so that rules about something else are not asked.
struct FlowTraits: OptionSet, Sendable {
  let rawValue: UInt32

  static let threeWay = FlowTraits(rawValue: 1 << 0)
  static let simultaneous = FlowTraits(rawValue: 1 << 1)
  static let half = FlowTraits(rawValue: 1 << 2)
  static let reset = FlowTraits(rawValue: 1 << 3)
  static let refused = FlowTraits(rawValue: 1 << 4)
  static let unanswered = FlowTraits(rawValue: 1 << 5)
  /// An end spent a second, or what the least threshold is, in a state that is left at once where all goes well.
  static let lingered = FlowTraits(rawValue: 1 << 6)
  static let unacknowledged = FlowTraits(rawValue: 1 << 7)
  static let selfConnected = FlowTraits(rawValue: 1 << 8)
  static let bothOpened = FlowTraits(rawValue: 1 << 9)
  static let midstream = FlowTraits(rawValue: 1 << 10)
  static let oneSided = FlowTraits(rawValue: 1 << 11)
  static let evicted = FlowTraits(rawValue: 1 << 12)
  static let missingBytes = FlowTraits(rawValue: 1 << 13)

  init(rawValue: UInt32) { self.rawValue = rawValue }

  /// - Parameter stall: how long is too long.
  init(_ flow: Flow, stall: Int64) {
    self = Self.close(flow.close)
    if Self.lingered(flow.clientEnd, stall) || Self.lingered(flow.serverEnd, stall) { insert(.lingered) }
    if flow.clientEnd.unacknowledgedBytes > 0 || flow.serverEnd.unacknowledgedBytes > 0 { insert(.unacknowledged) }
    if flow.client == flow.server { insert(.selfConnected) }
    if flow.moved(.server, for: .sendsSYN) { insert(.bothOpened) }
    if flow.orientation != .syn { insert(.midstream) }
    if flow.clientEnd.packets == 0 || flow.serverEnd.packets == 0 { insert(.oneSided) }
    if flow.end == .evicted { insert(.evicted) }
    if flow.clientEnd.uncapturedBytes > 0 || flow.serverEnd.uncapturedBytes > 0 { insert(.missingBytes) }
  }

  private static func close(_ kind: Flow.CloseKind) -> FlowTraits {
    switch kind {
    case .threeWay: .threeWay
    case .simultaneous: .simultaneous
    case .half: .half
    case .reset, .resetAfterFIN: .reset
    case .refused: .refused
    case .unanswered: .unanswered
    case .fourWay, .none: []
    }
  }

  private static func lingered(_ end: borrowing EndpointSummary, _ stall: Int64) -> Bool {
    let opening = max(nanoseconds(end, .synSent), nanoseconds(end, .synReceived))
    let closing = max(nanoseconds(end, .finWait1), nanoseconds(end, .finWait2), nanoseconds(end, .closing))
    let closed = max(nanoseconds(end, .closeWait), nanoseconds(end, .lastAck))
    return max(opening, closing, closed) >= stall
  }

  private static func nanoseconds(_ end: borrowing EndpointSummary, _ state: TCPState) -> Int64 {
    end.nanosecondsInState[Int(state.rawValue)]
  }
}
