/// What can happen to an endpoint, as far as the wire shows it.
///
/// A segment is broken into events, and those of one segment to an endpoint are applied in the order of
/// `ArrivalEvents`: a SYN-ACK is ``receivesSYN``, then ``synAcknowledged``.
public enum EndpointEvent: UInt8, Sendable, Hashable, CaseIterable {
  /// The first packet is this end's SYN: it had no connection before.
  case assumesOpener
  /// The first packet is a SYN to this end, or its SYN-ACK: it was listening, if anything.
  case assumesListener
  case sendsSYN
  case sendsSYNACK
  /// A SYN of the peer, accepted.
  case receivesSYN
  /// A SYN-ACK, of an end that nothing is known of.
  case receivesSYNACK
  /// An acceptable ACK that covers this end's SYN.
  case synAcknowledged
  /// Its own segment without SYN: the handshake is over, whether or not the tap saw it.
  case showsSynchronized
  case sendsFIN
  /// A FIN that does not acknowledge the peer's, though an earlier packet did: it was sent before, and overtaken.
  case sendsOvertakenFIN
  /// An acceptable ACK ≥ the sequence number of this end's FIN + 1.
  case finAcknowledged
  /// The same, had the peer's FIN been lost that was thought to have arrived.
  case finAcknowledgedWithoutPeerFIN
  /// The peer took its data at the number of a FIN in its name: that FIN was not its own.
  case sendsBeyondFIN
  /// It took data at the number of a FIN of the peer: it never took that FIN.
  case receivesBeyondFIN
  /// A FIN of the peer, every byte before it received.
  case receivesFIN
  /// Something passed beside the tap, and a FIN may have been in it.
  case unseenBytes
  case sendsRST
  /// A RST that the endpoint accepts (RFC 9293 §3.10.7.4, first and second step).
  case receivesRST
  /// An ICMP error that ends an attempt to connect.
  case unreachable
  /// Its host has lost the connection and opens anew.
  case reopens
  /// Its own segment, no SYN and no RST: an end that was taken for CLOSED is not.
  case continues
  /// 2MSL in TIME-WAIT, or the stack's own limit on an orphaned FIN-WAIT-2.
  case timeout
  /// Its segment has the numbers of the connection before, which was thought to have made way: that still stands in
  /// TIME_WAIT.
  case answersFromTimeWait
  /// The next incarnation takes the four-tuple.
  case replaced
}

/// What an event does to a state.
public enum Arrow: Sendable, Hashable {
  case to(TCPState)
  /// Back to where it was before it was taken for CLOSED: the one move with a memory, kept in `EndpointStates`.
  case back
  /// The event is in order and changes nothing: a retransmission, or news that was known.
  case stay
  /// Nothing that was seen moves it, but what was not seen may have: it stays, and an entry says so.
  case uncertain
  /// No such arrow in RFC 9293: the event cannot happen to an endpoint in this state, and changes nothing.
  case impossible
}
