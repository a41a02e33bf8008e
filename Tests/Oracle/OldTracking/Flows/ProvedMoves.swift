import PacketDecoding

// The steps that a segment shows of its sender, whether or not the tap saw what led there.

extension FlowRecord {
  /// What `segment` shows of its sender, beyond what was pending: the handshake it implies, a FIN it acknowledges, the
  /// SYN or FIN it carries.
  mutating func moves(by segment: Segment, side: Int) -> ProvedMoves {
    var moves = ProvedMoves(from: ends[side].proved)
    if segment.flags.contains(.syn) {
      if !ends[side].facts.contains(.mayBeCookie) { addOpening(segment, to: &moves) }
      return moves
    }
    addReturn(segment, side: side, to: &moves)
    addHandshake(segment, side: side, to: &moves)
    let covers = ends[peer(of: side)].sending.finIsCovered(by: segment.acknowledgment)
    if covers, let state = moves.state, !ends[side].mayFollowUnseenFIN(segment) {
      moves.append(state.moved(by: .receivesFIN), .receivesFIN)
    }
    if segment.flags.contains(.fin) { addClose(segment, side: side, coversPeer: covers, to: &moves) }
    return moves
  }

  /// A FIN of CLOSE_WAIT always acknowledges the peer's. One that does not was sent before, and the acknowledgment that
  /// passed first has overtaken it.
  private mutating func addClose(_ segment: Segment, side: Int, coversPeer: Bool, to moves: inout ProvedMoves) {
    guard let state = moves.state else { return }
    let wasOvertaken = state == .closeWait && !coversPeer && ends[peer(of: side)].sending.finEnd != nil
    let next = wasOvertaken ? .closing : state.moved(by: .sendsFIN)
    moves.append(next, .sendsFIN, certain: !mayHaveMissedFIN(segment, side: side))
  }

  /// A SYN opens actively; a SYN-ACK says that a SYN had arrived.
  private mutating func addOpening(_ segment: Segment, to moves: inout ProvedMoves) {
    let answers = segment.flags.contains(.ack)
    switch moves.state {
    case nil, .closed, .listen: moves.append(answers ? .synReceived : .synSent, answers ? .sendsSYNACK : .sendsSYN)
    case .synSent: if answers { moves.append(.synReceived, .sendsSYNACK) }
    default: break
    }
  }

  /// An endpoint that was taken for CLOSED, by a timer or by a RST in its name, goes on.
  @inline(__always)
  private mutating func addReturn(_ segment: Segment, side: Int, to moves: inout ProvedMoves) {
    guard moves.state == .closed, let before = ends[side].beforeClosed else { return }
    moves.append(before, .presumptionRefuted)
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
    case nil: moves.append(.established, .midstream, certain: false)
    case .synSent: moves.append(.established, .receivesSYNACK, certain: isCertain)
    case .synReceived where ends[side].facts.contains(.openedFast): break
    case .synReceived, .listen, .closed: moves.append(.established, .synAcknowledged, certain: isCertain)
    default: break
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
