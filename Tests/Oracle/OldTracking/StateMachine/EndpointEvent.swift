/// What can happen to an endpoint, as far as the wire shows it.
///
/// A segment is broken into events in the order of these cases, so that SYN-ACK and FIN-ACK need no rows of their own
/// in the table: a SYN-ACK is ``receivesSYN``, then ``synAcknowledged``.
public enum EndpointEvent: UInt8, Sendable, Hashable, CaseIterable {
  case sendsSYN
  /// A SYN of the peer, accepted.
  case receivesSYN
  /// An acceptable ACK that covers this end's SYN.
  case synAcknowledged
  case sendsFIN
  /// An acceptable ACK ≥ the sequence number of this end's FIN + 1.
  case finAcknowledged
  /// A FIN of the peer, every byte before it received.
  case receivesFIN
  case sendsRST
  /// A RST that the endpoint accepts (RFC 9293 §3.10.7.4, first and second step).
  case receivesRST
  /// 2MSL in TIME-WAIT, or the stack's own limit on an orphaned FIN-WAIT-2.
  case timeout
}

/// What an event does to a state.
public enum Transition: Sendable, Hashable {
  case to(TCPState)
  /// The event is in order and changes nothing: a retransmission, or news that was known.
  case stay
  /// No such arrow in RFC 9293: the event cannot happen to an endpoint in this state.
  case violation
}
