/// The eleven states of a TCP endpoint (RFC 9293 §3.3.2). Before there is any evidence an endpoint has none of them:
/// `TCPState?` is nil, printed as UNKNOWN.
public enum TCPState: UInt8, Sendable, Hashable, CaseIterable {
  case closed
  case listen
  case synSent
  case synReceived
  case established
  case finWait1
  case finWait2
  case closeWait
  case closing
  case lastAck
  case timeWait

  /// True from ESTABLISHED on: both ends know each other's sequence numbers (RFC 9293 §3.3.2, SYN-RECEIVED aside).
  public var isSynchronized: Bool {
    switch self {
    case .closed, .listen, .synSent, .synReceived: false
    case .established, .finWait1, .finWait2, .closeWait, .closing, .lastAck, .timeWait: true
    }
  }
}

// In four bits, as connections keep them by the million.

extension TCPState {
  /// UNKNOWN.
  static var unknownCode: UInt8 { 15 }

  @inline(__always)
  static func code(of state: TCPState?) -> UInt8 { state?.rawValue ?? unknownCode }

  /// nil for UNKNOWN. `init(rawValue:)` would be a call.
  @inline(__always)
  init?(code: UInt8) {
    switch code {
    case 0: self = .closed
    case 1: self = .listen
    case 2: self = .synSent
    case 3: self = .synReceived
    case 4: self = .established
    case 5: self = .finWait1
    case 6: self = .finWait2
    case 7: self = .closeWait
    case 8: self = .closing
    case 9: self = .lastAck
    case 10: self = .timeWait
    default: return nil
    }
  }
}
