import PacketDecoding

/// How many connections each listener holds half-open: answered with SYN-ACK, the handshake not over.
///
/// A listener whose backlog is full answers with SYN cookies and keeps nothing (Linux `tcp_conn_request`,
/// `inet_csk_reqsk_queue_is_full`), so that a SYN-ACK of a listener with several connections half-open does not show
/// that a socket in SYN_RCVD is there.
struct BacklogTable: ~Copyable, Sendable {
  struct Listener: Sendable {
    let address: SocketAddress
    let encapsulation: EncapsulationID
    var halfOpen = 1
  }

  /// Half-open connections from which on a SYN-ACK is no proof. Backlogs are rarely smaller.
  static let doubtful = 2

  private var index = FlowIndex()
  private var listeners = Slab<Listener>()
  private let hash = FlowHash.shared

  /// Bytes that the listeners take, their places in the index included.
  var footprint: Int { listeners.footprint + index.count * 20 }

  /// True where the backlog of the segment's sender may be full.
  mutating func isDoubtful(_ segment: Segment) -> Bool {
    let place = place(of: segment.source, segment.encapsulation, hash(segment.source, segment.encapsulation))
    return place != FlowIndex.none && listeners[place].halfOpen >= Self.doubtful
  }

  /// A connection of the listener that sends `answer` becomes half-open by it.
  ///
  /// - Returns: true where its backlog may have been full before; see ``isDoubtful(_:)``.
  mutating func add(_ answer: inout Segment) -> Bool {
    let hash = hash(answer.source, answer.encapsulation)
    let place = place(of: answer.source, answer.encapsulation, hash)
    guard place != FlowIndex.none else {
      let listener = Listener(address: answer.source, encapsulation: answer.encapsulation)
      index.insert(hash, listeners.insert(listener))
      return false
    }
    listeners[place].halfOpen += 1
    return listeners[place].halfOpen > Self.doubtful
  }

  /// A connection of the listener `address` has become half-open, or has stopped to be.
  mutating func change(_ address: SocketAddress, _ encapsulation: EncapsulationID, isHalfOpen: Bool) {
    let hash = hash(address, encapsulation)
    let place = place(of: address, encapsulation, hash)
    if place == FlowIndex.none {
      if isHalfOpen { index.insert(hash, listeners.insert(Listener(address: address, encapsulation: encapsulation))) }
      return
    }
    listeners[place].halfOpen += isHalfOpen ? 1 : -1
    guard listeners[place].halfOpen == 0 else { return }
    index.remove(hash, place)
    listeners.remove(place)
  }

  private mutating func place(of address: SocketAddress, _ encapsulation: EncapsulationID, _ hash: UInt32) -> UInt32 {
    var probe = 0
    while true {
      let place = index.next(hash, &probe)
      if place == FlowIndex.none { return place }
      if listeners[place].address == address, listeners[place].encapsulation == encapsulation { return place }
    }
  }
}
