import PacketDecoding

/// How many connections each listener holds half-open: answered with SYN-ACK, the handshake not over.
///
/// A listener whose backlog is full answers with SYN cookies and keeps nothing (Linux `tcp_conn_request`,
/// `inet_csk_reqsk_queue_is_full`), so that a SYN-ACK of a listener with several connections half-open does not show
/// that a socket in SYN_RCVD is there.
struct BacklogTable: Sendable {
  private struct Listener: Hashable {
    let address: SocketAddress
    let encapsulation: EncapsulationID
    private let hash: UInt32

    @inline(__always)
    init(_ address: SocketAddress, _ encapsulation: EncapsulationID, _ hash: FlowHash) {
      self.address = address
      self.encapsulation = encapsulation
      self.hash = hash(address, encapsulation)
    }

    /// One word rather than every field: a look-up is asked for twice a connection.
    func hash(into hasher: inout Hasher) { hasher.combine(hash) }
  }

  /// Half-open connections from which on a SYN-ACK is no proof. Backlogs are rarely smaller.
  static let doubtful = 2

  private var counts: [Listener: Int] = [:]
  private let hash = FlowHash()

  /// True where the backlog of the segment's sender may be full.
  func isDoubtful(_ segment: Segment) -> Bool {
    counts[Listener(segment.source, segment.encapsulation, hash), default: 0] >= Self.doubtful
  }

  /// A connection of the listener `address` has become half-open, or has stopped to be.
  mutating func change(_ address: SocketAddress, _ encapsulation: EncapsulationID, isHalfOpen: Bool) {
    let listener = Listener(address, encapsulation, hash)
    if isHalfOpen {
      counts[listener, default: 0] += 1
    } else if let place = counts.index(forKey: listener) {
      counts.values[place] -= 1
      if counts.values[place] <= 0 { counts.remove(at: place) }
    }
  }
}
