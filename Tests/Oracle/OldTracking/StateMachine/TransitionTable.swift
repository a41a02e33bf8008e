// Everything that moves a TCP endpoint stands in this one table. Whether a segment is acceptable at all (sequence
// window, RST exact or not, SYN in a synchronised state, PAWS) is decided before it, in Acceptability.swift; what an
// endpoint's own segments prove, and what is only presumed, around it, in TCPEndpoint.swift.
//
// The table knows no role: client and server are the same machine. LISTEN and CLOSED differ only by a call that no
// wire shows, so both open alike. A three-way close needs no row: finAcknowledged and receivesFIN come from one
// segment, and the timeline joins them into FIN_WAIT_1 → TIME_WAIT (RFC 9293 §3.3.2, note 2).

extension TCPState {
  // swift-format-ignore
  /// The state after `event`, by RFC 9293 (section numbers beside the rows).
  package func after(_ event: EndpointEvent) -> Transition {
    switch event {  // no default anywhere: a new state or event does not compile until it is placed
    case .sendsSYN: switch self {
      case .closed, .listen:                       .to(.synSent)      // 3.10.1 active OPEN, 3.10.2 SEND in LISTEN
      case .synSent, .synReceived:                 .stay              // retransmission; the SYN of a SYN-ACK
      case .established, .finWait1, .finWait2, .closeWait, .closing, .lastAck, .timeWait: .violation }
    case .receivesSYN: switch self {
      case .closed, .listen:                       .to(.synReceived)  // 3.10.7.2; the passive OPEN itself is invisible
      case .synSent:                               .to(.synReceived)  // 3.10.7.3 fourth; alone: simultaneous open, Figure 7
      case .synReceived:                           .stay              // retransmission; Figure 7, line 6
      case .established, .finWait1, .finWait2, .closeWait, .closing, .lastAck, .timeWait: .violation } // 3.10.7.4 fourth
    case .synAcknowledged: switch self {
      case .synReceived:                           .to(.established)  // 3.10.7.4 fifth; after receivesSYN: Figure 6
      case .established, .finWait1, .finWait2, .closeWait, .closing, .lastAck, .timeWait, .closed: .stay
      case .listen, .synSent:                      .violation }       // 3.10.7.3: an ACK without SYN opens nothing
    case .sendsFIN: switch self {
      case .synReceived, .established:             .to(.finWait1)     // 3.10.4
      case .closeWait:                             .to(.lastAck)      // 3.10.4
      case .finWait1, .finWait2, .closing, .lastAck, .timeWait: .stay // retransmission
      case .closed, .listen, .synSent:             .violation }
    case .finAcknowledged: switch self {
      case .finWait1:                              .to(.finWait2)     // 3.10.7.4 fifth; Figure 12
      case .closing:                               .to(.timeWait)     // 3.10.7.4 fifth; Figure 13
      case .lastAck:                               .to(.closed)       // 3.10.7.4 fifth
      case .finWait2, .timeWait, .closed:          .stay
      case .listen, .synSent, .synReceived, .established, .closeWait: .violation }
    case .receivesFIN: switch self {
      case .synReceived, .established:             .to(.closeWait)    // 3.10.7.4 eighth; Figure 12
      case .finWait1:                              .to(.closing)      // 3.10.7.4 eighth; Figure 13
      case .finWait2:                              .to(.timeWait)     // 3.10.7.4 eighth
      case .closeWait, .closing, .lastAck, .timeWait: .stay           // retransmission, acknowledged again
      case .closed, .listen, .synSent:             .stay }            // dropped: SEG.SEQ cannot be validated
    case .sendsRST: switch self {
      case .closed, .listen:                       .stay              // 3.10.7.1, 3.10.7.2: an answer, no socket behind it
      case .synSent, .synReceived, .established, .finWait1, .finWait2, .closeWait: .to(.closed)  // 3.10.5 ABORT
      case .closing, .lastAck, .timeWait:          .to(.closed) }     // ABORT sends none here: the socket has already gone
    case .receivesRST: switch self {
      case .closed, .listen:                       .stay              // 3.10.7.1, 3.10.7.2
      case .synSent:                               .to(.closed)       // 3.10.7.3 second: refused
      case .synReceived:                           .to(.closed)       // 3.10.7.4 second; the listener is another socket
      case .established, .finWait1, .finWait2, .closeWait, .closing, .lastAck, .timeWait: .to(.closed) } // 3.10.7.4 second
    case .timeout: switch self {
      case .timeWait:                              .to(.closed)       // 3.10.8
      case .finWait2:                              .to(.closed)       // not in the RFC: tcp_fin_timeout and its like
      case .closed, .listen, .synSent, .synReceived, .established, .finWait1, .closeWait, .closing, .lastAck: .violation }
    }
  }

  /// The state after `event`, where an event without an arrow changes nothing.
  func moved(by event: EndpointEvent) -> TCPState {
    if case .to(let next) = after(event) { next } else { self }
  }

  /// True from ESTABLISHED on: both ends know each other's sequence numbers (RFC 9293 §3.3.2, SYN-RECEIVED aside).
  public var isSynchronized: Bool {
    switch self {
    case .closed, .listen, .synSent, .synReceived: false
    case .established, .finWait1, .finWait2, .closeWait, .closing, .lastAck, .timeWait: true
    }
  }
}
