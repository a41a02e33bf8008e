import PacketDecoding

/// How many connections each listener holds half-open: answered with SYN-ACK, the handshake not over.
///
/// A listener whose backlog is full answers with SYN cookies and keeps nothing (Linux `tcp_conn_request`,
/// `inet_csk_reqsk_queue_is_full`), so that a SYN-ACK of a listener with several connections half-open does not show
/// that a socket in SYN_RCVD is there.
struct BacklogTable: Sendable {
  private struct Listener: Hashable {
    var address: SocketAddress
    var encapsulation: EncapsulationID
  }

  /// Half-open connections from which on a SYN-ACK is no proof. Backlogs are rarely smaller.
  static let doubtful = 2

  private var counts: [Listener: Int] = [:]

  /// True where the backlog of the segment's sender may be full.
  func isDoubtful(_ segment: Segment) -> Bool {
    let listener = Listener(address: segment.source, encapsulation: segment.encapsulation)
    return counts[listener, default: 0] >= Self.doubtful
  }

  /// A connection of the listener `address` has become half-open, or has stopped to be.
  mutating func change(_ address: SocketAddress, _ encapsulation: EncapsulationID, isHalfOpen: Bool) {
    let listener = Listener(address: address, encapsulation: encapsulation)
    let count = counts[listener, default: 0] + (isHalfOpen ? 1 : -1)
    counts[listener] = count > 0 ? count : nil
  }
}
