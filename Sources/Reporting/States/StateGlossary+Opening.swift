import ConnectionTracking

/// From nothing to an open connection.
extension StateGlossary {
  static let closed = GlossaryEntry(
    state: .closed,
    meaning: "There is no connection: the socket was not connected yet, or everything about it is over.",
    waitsFor: "nothing; a socket in use waits for connect() or listen()",
    entered: [
      "socket()", "the peer's ACK of our FIN in LAST_ACK", "the end of TIME_WAIT",
      "a RST, sent (SO_LINGER 0, close() with unread data) or received",
    ],
    left: ["connect() sends a SYN: SYN_SENT", "listen(): LISTEN"],
    limit: .none,
    pileUp: "Sockets that were made and never used, or descriptors kept after an error: the program leaks sockets.")

  static let listen = GlossaryEntry(
    state: .listen,
    meaning: "A server's socket that takes connections. On the wire nothing shows it before a client's SYN.",
    waitsFor: "a SYN from any client",
    entered: ["listen()"],
    left: ["a SYN arrives and is answered: a new socket in SYN_RCVD, the listener stays", "close(): CLOSED"],
    limit: .none,
    pileUp: "One a service and address is normal. The backlog in its Recv-Q says whether accept() keeps up.")

  static let synSent = GlossaryEntry(
    state: .synSent,
    meaning: "The client has asked for a connection and has no answer yet.",
    waitsFor: "the server's SYN,ACK",
    entered: ["connect() sends the SYN"],
    left: [
      "SYN,ACK arrives, connect() returns: ESTABLISHED", "a SYN without ACK arrives (simultaneous open): SYN_RCVD",
      "RST arrives, connect() fails with ECONNREFUSED: CLOSED",
      "no answer to any SYN, connect() fails with ETIMEDOUT: CLOSED",
    ],
    limit: .retransmission("until the SYN is given up (RFC: at least 180 s; Linux: tcp_syn_retries, about 130 s)"),
    pileUp: "Somebody does not answer: a firewall that drops, a host that is down, a route that is wrong.")

  static let synReceived = GlossaryEntry(
    state: .synReceived,
    meaning: "The server has answered a SYN and does not know yet whether the client heard it.",
    waitsFor: "the ACK that ends the handshake",
    entered: ["a SYN arrives at a listening socket, SYN,ACK is sent"],
    left: [
      "the ACK arrives, accept() can return: ESTABLISHED", "RST arrives: the listener alone remains",
      "no ACK to any SYN,ACK: the listener alone remains",
    ],
    limit: .retransmission("until the SYN,ACK is given up (Linux: tcp_synack_retries, about 63 s)"),
    pileUp: """
      Clients that never finish the handshake: a SYN flood, forged sources, a broken way back. Or the accept queue is \
      full, and the last ACK is ignored until accept() is called.
      """)

  static let established = GlossaryEntry(
    state: .established,
    meaning: "The connection is open: both ends may send.",
    waitsFor: "data, or either end's close",
    entered: ["connect() returns", "the handshake's last ACK arrives; accept() returns it"],
    left: [
      "close() or shutdown(SHUT_WR) sends a FIN: FIN_WAIT_1", "the peer's FIN arrives, read() returns 0: CLOSE_WAIT",
      "RST, sent or received: CLOSED",
    ],
    limit: .none,
    pileUp: """
      Normal for a busy server. Idle ones whose peer is gone stay for ever unless keepalive or a timeout of the \
      application ends them.
      """)
}
