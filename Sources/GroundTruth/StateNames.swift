import ConnectionTracking

extension TCPState {
  /// By the spelling of `ss`; nil for an unknown one.
  init?(ss name: String) {
    guard let state = Self.named.first(where: { $0.ss == name })?.state else { return nil }
    self = state
  }

  /// By the kernel's own constant; nil for an unknown one.
  init?(kernel name: String) {
    guard let state = Self.named.first(where: { $0.kernel == name })?.state else { return nil }
    self = state
  }

  private static let named: [(state: TCPState, ss: String, kernel: String)] = [
    (.closed, "UNCONN", "TCP_CLOSE"), (.listen, "LISTEN", "TCP_LISTEN"), (.synSent, "SYN-SENT", "TCP_SYN_SENT"),
    (.synReceived, "SYN-RECV", "TCP_SYN_RECV"), (.established, "ESTAB", "TCP_ESTABLISHED"),
    (.finWait1, "FIN-WAIT-1", "TCP_FIN_WAIT1"), (.finWait2, "FIN-WAIT-2", "TCP_FIN_WAIT2"),
    (.closeWait, "CLOSE-WAIT", "TCP_CLOSE_WAIT"), (.closing, "CLOSING", "TCP_CLOSING"),
    (.lastAck, "LAST-ACK", "TCP_LAST_ACK"), (.timeWait, "TIME-WAIT", "TCP_TIME_WAIT"),
  ]

  /// An application sees no difference: the connection is gone.
  var isGone: Bool { self == .closed || self == .listen }
}
