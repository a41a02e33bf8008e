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
