import PacketDecoding

// The events that a segment shows of its sender, whether or not the tap saw what led there; the table says where they
// lead.

/// An event at the sender of a segment that the segment shows.
struct ImpliedTransition: Sendable {
  var event: EndpointEvent
  var cause: TransitionCause
  /// False where the state before it is not known for certain.
  var isCertain: Bool
}

/// The few events that one segment can show.
struct ImpliedTransitions: Sendable {
  private var storage: [4 of ImpliedTransition] = .init(
    repeating: ImpliedTransition(event: .continues, cause: .midstream, isCertain: false))
  private(set) var count = 0
  /// The sender's, moved by the events before they move the sender itself.
  private var states: EndpointStates

  init(from states: EndpointStates) { self.states = states }

  /// Where the events lead.
  var state: TCPState? { states.proved }

  var isEmpty: Bool { count == 0 }
  subscript(index: Int) -> ImpliedTransition { storage[index] }

  /// Adds an event, where it moves the sender: four are room for all that one segment can show.
  mutating func append(_ event: EndpointEvent, _ cause: TransitionCause, certain: Bool = true) {
    let earlier = state
    states.prove(event)
    guard state != earlier, count < storage.count else { return }
    storage[count] = ImpliedTransition(event: event, cause: cause, isCertain: certain)
    count += 1
  }
}

extension Connection {
  /// What `segment` shows of its sender, beyond what was pending: the handshake it implies, a FIN it acknowledges, the
  /// SYN or FIN it carries.
  mutating func impliedTransitions(
    by segment: Segment, side: Side, in stores: inout ConnectionStores
  ) -> ImpliedTransitions {
    var implied = ImpliedTransitions(from: ends[side].states)
    if segment.flags.contains(.syn) {
      if !ends[side].facts.contains(.mayBeCookie) { addOpening(segment, to: &implied) }
      return implied
    }
    addHandshake(segment, side: side, to: &implied)
    let covers = finIsCovered(of: peer(of: side), by: segment.acknowledgment, &stores)
    if covers, implied.state != nil, !mayFollowUnseenFIN(segment, side: side) {
      implied.append(.receivesFIN, .receivesFIN)
    }
    if segment.flags.contains(.fin) { addClose(segment, side: side, coversPeer: covers, to: &implied) }
    return implied
  }

  /// A FIN of CLOSE_WAIT always acknowledges the peer's. One that does not was sent before, and the acknowledgment that
  /// passed first has overtaken it.
  private mutating func addClose(
    _ segment: Segment, side: Side, coversPeer: Bool, to implied: inout ImpliedTransitions
  ) {
    let wasOvertaken = implied.state == .closeWait && !coversPeer && ends[peer(of: side)].hasFIN
    implied.append(
      wasOvertaken ? .sendsOvertakenFIN : .sendsFIN, .sendsFIN, certain: !mayHaveMissedFIN(segment, side: side))
  }

  /// A SYN opens actively; a SYN-ACK says that a SYN had arrived.
  private mutating func addOpening(_ segment: Segment, to implied: inout ImpliedTransitions) {
    if segment.flags.contains(.ack) {
      implied.append(.sendsSYNACK, .sendsSYNACK)
    } else {
      implied.append(.sendsSYN, .sendsSYN)
    }
  }

  /// Only an endpoint whose handshake is over sends segments without SYN, but for one that opened fast.
  ///
  /// Where nothing is known of the peer's numbers, what is acknowledged may be its FIN already.
  @inline(__always)
  private mutating func addHandshake(_ segment: Segment, side: Side, to implied: inout ImpliedTransitions) {
    guard segment.flags.contains(.ack), !closesInSYNReceived(segment, side: side, state: implied.state) else { return }
    let other = peer(of: side)
    // Where the peer's SYN did not pass, a bare ACK of no more than the SYN-ACK told may come from SYN_RCVD.
    let isBare =
      implied.state == .synReceived && segment.sequenceLength == 0 && ends[other].initialSequence == nil
      && segment.acknowledgment == ends[other].acknowledged
    let isCertain = !isBare && !ends[other].facts.isDisjoint(with: [.isKnown, .isAcknowledged])
    switch implied.state {
    case nil: implied.append(.showsSynchronized, .midstream, certain: false)
    case .synSent: implied.append(.showsSynchronized, .receivesSYNACK, certain: isCertain)
    case .synReceived where ends[side].facts.contains(.openedFast) || mayComeFromSYNReceived(segment, side: side): break
    default: implied.append(.showsSynchronized, .synAcknowledged, certain: isCertain)
    }
  }

  /// A FIN from SYN_RCVD, its SYN not acknowledged yet: only a socket that the application already holds can send it,
  /// after a simultaneous open or a fast open with data (Linux `tcp_close_state`; RFC 9293 §3.10.4).
  private mutating func closesInSYNReceived(_ segment: Segment, side: Side, state: TCPState?) -> Bool {
    guard state == .synReceived, segment.flags.contains(.fin) else { return false }
    let isAcknowledged = ends[side].isAcknowledged && ends[side].synIsCovered(by: ends[side].acknowledged)
    let isHeld = ends[side].facts.contains(.sentSYN) || ends[peer(of: side)].facts.contains(.sentData)
    return isHeld && !isAcknowledged
  }

  /// True where `segment` acknowledges more of the peer than the tap saw: a FIN may be in what is missing.
  private mutating func mayHaveMissedFIN(_ segment: Segment, side: Side) -> Bool {
    let other = peer(of: side)
    guard let acknowledgment = segment.acknowledgment else { return true }
    return !ends[other].isKnown || acknowledgment > ends[other].next
  }
}
