// Everything that moves a TCP endpoint stands in this one table, and EndpointStates.swift alone sets what it says.
// Whether a segment is acceptable at all (sequence window, RST exact or not, SYN in a synchronised state, PAWS) is
// decided before it, in Acceptability.swift; which events a segment shows of its sender, in ImpliedTransitions.swift, and
// which it brings to its receiver, in Connection+Receiving.swift.
//
// The table knows no role: client and server are the same machine. LISTEN and CLOSED differ only by a call that no
// wire shows, so both open alike. A three-way close needs no row: finAcknowledged and receivesFIN come from one
// segment, and the timeline joins them into FIN_WAIT_1 → TIME_WAIT (RFC 9293 §3.3.2, note 2). UNKNOWN, before any
// evidence, is nil: mid-stream, the earliest evidence counts.

extension TCPState? {
  // swift-format-ignore
  /// Where `event` leads from here, by RFC 9293 (section numbers beside the rows).
  @inline(__always)  // Where the event is known when compiling, so is its row.
  private func arrow(_ event: EndpointEvent) -> Arrow {
    switch event {  // no default anywhere: a new state or event does not compile until it is placed
    // An event of one state alone is one line.
    case .assumesOpener: self == nil ?             .to(.closed) : .impossible        // 3.3.2: nothing before a SYN
    case .assumesListener: self == nil ?           .to(.listen) : .impossible        // 3.3.2
    case .sendsSYN: switch self {
      case nil, .closed, .listen:                  .to(.synSent)      // 3.10.1 active OPEN, 3.10.2 SEND in LISTEN
      case .synSent, .synReceived:                 .stay              // retransmission; Figure 7, line 4
      case .established, .finWait1, .finWait2, .closeWait, .closing, .lastAck, .timeWait: .impossible }
    case .sendsSYNACK: switch self {
      case nil, .closed, .listen:                  .to(.synReceived)  // 3.10.7.2 third: a SYN had arrived
      case .synSent:                               .to(.synReceived)  // 3.10.7.3 fourth: the SYNs had crossed
      case .synReceived:                           .stay              // retransmission
      case .established, .finWait1, .finWait2, .closeWait, .closing, .lastAck, .timeWait: .impossible }
    case .receivesSYN: switch self {                                  // 3.10.7.4 fourth: challenged, moves nothing
      case .closed, .listen:                       .to(.synReceived)  // 3.10.7.2; the passive OPEN itself is invisible
      case .synSent:                               .to(.synReceived)  // 3.10.7.3 fourth; alone: simultaneous, Figure 7
      case .synReceived, nil:                      .stay              // retransmission; Figure 7, line 6
      case .established, .finWait1, .finWait2, .closeWait, .closing, .lastAck, .timeWait: .impossible }
    case .receivesSYNACK: self == nil ?            .to(.established) : .impossible   // 3.10.7.3 fourth
    case .synAcknowledged: switch self {
      case .synReceived:                           .to(.established)  // 3.10.7.4 fifth; after receivesSYN: Figure 6
      case nil, .established, .finWait1, .finWait2, .closeWait, .closing, .lastAck, .timeWait, .closed: .stay
      case .listen, .synSent:                      .impossible }      // 3.10.7.3: an ACK without SYN opens nothing
    case .showsSynchronized: switch self {
      case nil, .closed, .listen, .synSent, .synReceived: .to(.established) // 3.10.7.3 fourth, 3.10.7.4 fifth
      case .established, .finWait1, .finWait2, .closeWait, .closing, .lastAck, .timeWait: .stay }
    case .sendsFIN: switch self {
      case .synReceived, .established:             .to(.finWait1)     // 3.10.4
      case .closeWait:                             .to(.lastAck)      // 3.10.4
      case .finWait1, .finWait2, .closing, .lastAck, .timeWait: .stay // retransmission
      case nil, .closed, .listen, .synSent:        .impossible }      // without ACK: nothing a stack sends
    case .sendsOvertakenFIN: self == .closeWait ?  .to(.closing) : .impossible       // 3.10.4, before 3.10.7.4 eighth
    case .finAcknowledged: switch self {
      case .finWait1:                              .to(.finWait2)     // 3.10.7.4 fifth; Figure 12
      case .closing:                               .to(.timeWait)     // 3.10.7.4 fifth; Figure 13
      case .lastAck:                               .to(.closed)       // 3.10.7.4 fifth
      case nil, .finWait2, .timeWait, .closed:     .stay
      case .listen, .synSent, .synReceived, .established, .closeWait: .impossible }
    case .finAcknowledgedWithoutPeerFIN: self == .closing ? .to(.finWait2) : .impossible // 3.10.7.4 fifth
    case .sendsBeyondFIN: switch self {                               // 3.10.4: nothing is sent after a CLOSE
      case .finWait1, .finWait2:                   .to(.established)
      case .closing, .lastAck, .timeWait:          .to(.closeWait)
      case nil, .closed, .listen, .synSent, .synReceived, .established, .closeWait: .stay }
    case .receivesBeyondFIN: switch self {                            // 3.10.7.4 seventh: nothing is taken after a FIN
      case .closeWait:                             .to(.established)
      case .closing, .lastAck:                     .to(.finWait1)
      case .timeWait:                              .to(.finWait2)
      case nil, .closed, .listen, .synSent, .synReceived, .established, .finWait1, .finWait2: .stay }
    case .receivesFIN: switch self {
      case nil, .synReceived, .established:        .to(.closeWait)    // 3.10.7.4 eighth; Figure 12
      case .finWait1:                              .to(.closing)      // 3.10.7.4 eighth; Figure 13
      case .finWait2:                              .to(.timeWait)     // 3.10.7.4 eighth
      case .closeWait, .closing, .lastAck, .timeWait: .stay           // retransmission, acknowledged again
      case .closed, .listen, .synSent:             .stay }            // dropped: SEG.SEQ cannot be validated
    case .unseenBytes: switch self {
      case .established, .finWait1, .finWait2, .closeWait: .uncertain // a FIN, either way, would have moved it
      case nil, .closed, .listen, .synSent, .synReceived, .closing, .lastAck, .timeWait: .stay }
    case .sendsRST: switch self {
      case .closed:                                .stay              // 3.10.7.1: an answer, no socket behind it
      case nil, .listen:                           .to(.closed)       // 3.10.7.1: this pair has no socket
      case .synSent, .synReceived, .established, .finWait1, .finWait2, .closeWait: .to(.closed)  // 3.10.5 ABORT
      case .closing, .lastAck, .timeWait:          .to(.closed) }     // no ABORT sends one: the socket had gone
    case .receivesRST: switch self {
      case .closed, .listen:                       .stay              // 3.10.7.1, 3.10.7.2
      case .synSent:                               .to(.closed)       // 3.10.7.3 second: refused
      case .synReceived:                           .to(.closed)       // 3.10.7.4 second; the listener is another socket
      case nil, .established, .finWait1, .finWait2:   .to(.closed)    // 3.10.7.4 second
      case .closeWait, .closing, .lastAck, .timeWait: .to(.closed) }  // 3.10.7.4 second
    case .unreachable: self == .synSent ?          .to(.closed) : .stay              // 3.9.2.2; RFC 5927 §4.1
    case .reopens: self == .synSent ?              .stay : .to(.synSent)             // 3.5.1, Figure 9
    case .continues: self == .closed ?             .back : .stay                     // what closed it was not its own
    case .timeout: switch self {
      case .timeWait:                              .to(.closed)       // 3.10.8
      case .finWait2:                              .to(.closed)       // not in the RFC: tcp_fin_timeout and its like
      case nil, .closed, .listen, .synSent, .synReceived, .established, .finWait1, .closeWait: .impossible
      case .closing, .lastAck:                     .impossible }
    case .answersFromTimeWait: switch self {
      case .listen:                                .to(.timeWait)     // 3.10.7.4 first: acknowledged and dropped
      case nil, .closed, .synSent, .synReceived, .established, .finWait1, .finWait2, .closeWait, .closing: .impossible
      case .lastAck:                               .impossible
      case .timeWait:                              .stay }
    case .replaced: switch self {
      case nil, .closed, .listen:                  .stay              // nothing stands in the way of a SYN
      case .synSent, .synReceived, .established, .finWait1, .finWait2:  .to(.closed)   // 3.6.1, RFC 6191
      case .closeWait, .closing, .lastAck, .timeWait:                   .to(.closed) }
    }
  }

  /// What `event` does to this state.
  @inline(__always)
  package func after(_ event: EndpointEvent) -> Arrow {
    let transition = arrow(event)
    #if DEBUG
      TransitionUse.observer?(self, event, transition)
    #endif
    return transition
  }

  /// The state after `event`, where an event without an arrow changes nothing.
  ///
  /// - Parameter before: where it was before it was taken for CLOSED.
  @inline(__always)
  func moved(by event: EndpointEvent, before: TCPState? = nil) -> TCPState? {
    switch after(event) {
    case .to(let next): next
    case .back: before ?? self
    case .stay, .uncertain, .impossible: self
    }
  }
}

#if DEBUG
  /// Lets a test see which arrows are asked for.
  package enum TransitionUse {
    @TaskLocal package static var observer: (@Sendable (TCPState?, EndpointEvent, Arrow) -> Void)?
  }
#endif
