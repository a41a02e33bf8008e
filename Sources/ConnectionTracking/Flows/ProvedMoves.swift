import PacketDecoding

// The events that a segment shows of its sender, whether or not the tap saw what led there; the table says where they
// lead.

extension FlowRecord {
  /// What `segment` shows of its sender, beyond what was pending: the handshake it implies, a FIN it acknowledges, the
  /// SYN or FIN it carries.
  mutating func moves(by segment: Segment, side: Int) -> ProvedMoves {
    var moves = ProvedMoves(from: ends[side].states)
    if segment.flags.contains(.syn) {
      guard !ends[side].facts.contains(.mayBeCookie) else { return moves }
      // A SYN opens actively; a SYN-ACK says that a SYN had arrived.
      if segment.flags.contains(.ack) {
        moves.append(.sendsSYNACK, .sendsSYNACK)
      } else {
        moves.append(.sendsSYN, .sendsSYN)
      }
      return moves
    }
    // An endpoint that was taken for CLOSED, by a timer or by a RST in its name, goes on.
    if moves.state == .closed { moves.append(.continues, .presumptionRefuted) }
    addHandshake(segment, side: side, to: &moves)
    let covers = ends[peer(of: side)].sending.finIsCovered(by: segment.acknowledgment)
    if covers, moves.state != nil, !ends[side].mayFollowUnseenFIN(segment) { moves.append(.receivesFIN, .receivesFIN) }
    if segment.flags.contains(.fin) { addClose(segment, side: side, coversPeer: covers, to: &moves) }
    return moves
  }

  /// A FIN of CLOSE_WAIT always acknowledges the peer's. One that does not was sent before, and the acknowledgment that
  /// passed first has overtaken it.
  private mutating func addClose(_ segment: Segment, side: Int, coversPeer: Bool, to moves: inout ProvedMoves) {
    let wasOvertaken = moves.state == .closeWait && !coversPeer && ends[peer(of: side)].sending.finEnd != nil
    let event: EndpointEvent = wasOvertaken ? .sendsOvertakenFIN : .sendsFIN
    moves.append(event, .sendsFIN, certain: !mayHaveMissedFIN(segment, side: side))
  }

  /// Only an endpoint whose handshake is over sends segments without SYN, but for one that opened fast.
  ///
  /// Where nothing is known of the peer's numbers, what is acknowledged may be its FIN already.
  @inline(__always)
  private mutating func addHandshake(_ segment: Segment, side: Int, to moves: inout ProvedMoves) {
    guard segment.flags.contains(.ack), !closesInSYNReceived(segment, side: side, state: moves.state) else { return }
    let received = ends[peer(of: side)].sending
    let isCertain = received.isKnown || received.isAcknowledged
    switch moves.state {
    case nil: moves.append(.showsSynchronized, .midstream, certain: false)
    case .synSent: moves.append(.showsSynchronized, .receivesSYNACK, certain: isCertain)
    case .synReceived where ends[side].facts.contains(.openedFast): break
    default: moves.append(.showsSynchronized, .synAcknowledged, certain: isCertain)
    }
  }

  /// A FIN from SYN_RCVD, its SYN not acknowledged yet: only a socket that the application already holds can send it,
  /// after a simultaneous open or a fast open with data (Linux `tcp_close_state`; RFC 9293 §3.10.4).
  private mutating func closesInSYNReceived(_ segment: Segment, side: Int, state: TCPState?) -> Bool {
    guard state == .synReceived, segment.flags.contains(.fin) else { return false }
    let sending = ends[side].sending
    let isAcknowledged = sending.isAcknowledged && sending.synIsCovered(by: sending.acknowledged)
    let isHeld = ends[side].facts.contains(.sentSYN) || ends[peer(of: side)].facts.contains(.sentData)
    return isHeld && !isAcknowledged
  }

  /// True where `segment` acknowledges more of the peer than the tap saw: a FIN may be in what is missing.
  private mutating func mayHaveMissedFIN(_ segment: Segment, side: Int) -> Bool {
    let received = ends[peer(of: side)].sending
    guard let acknowledgment = segment.acknowledgment else { return true }
    return !received.isKnown || acknowledgment > received.next
  }
}
