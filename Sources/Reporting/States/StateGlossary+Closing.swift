import ConnectionTracking

/// From the first FIN to the end.
extension StateGlossary {
  static let finWait1 = GlossaryEntry(
    state: .finWait1,
    meaning: "This end closed first: its FIN is on the way, or waits behind data that is still to be sent.",
    waitsFor: "the ACK of its FIN",
    entered: ["close() or shutdown(SHUT_WR) in ESTABLISHED sends the FIN"],
    left: [
      "the ACK of the FIN arrives: FIN_WAIT_2", "the peer's FIN arrives without that ACK: CLOSING",
      "the peer's FIN arrives with that ACK (three-way close): TIME_WAIT", "RST, sent or received: CLOSED",
    ],
    limit: .retransmission("until the FIN is given up (Linux: tcp_orphan_retries, 8 tries, once closed)"),
    pileUp: """
      It should last one round trip. The peer is gone or does not read: data sits in the send buffer behind a closed \
      window, or the FIN is repeated into nothing.
      """)

  static let finWait2 = GlossaryEntry(
    state: .finWait2,
    meaning: "This end has closed, the other knows it, and has not closed yet: the connection is half open.",
    waitsFor: "the peer's FIN",
    entered: ["the ACK of our FIN arrives in FIN_WAIT_1"],
    left: [
      "the peer's FIN arrives: TIME_WAIT", "the timer of a closed socket ends: CLOSED, without a packet",
      "RST, sent or received: CLOSED",
    ],
    limit: .orphanedFinWait2,
    pileUp: """
      The peer does not close: look for CLOSE_WAIT there. After close() the stack's timer ends it; after \
      shutdown(SHUT_WR) alone nothing does, and a program that keeps such a socket keeps it for ever.
      """)

  static let closeWait = GlossaryEntry(
    state: .closeWait,
    meaning: "The other end has closed and this one knows; its own application has not called close() yet.",
    waitsFor: "its own application's close()",
    entered: ["the peer's FIN arrives, read() returns 0"],
    left: ["close() sends a FIN: LAST_ACK", "RST, sent or received: CLOSED"],
    limit: .none,
    pileUp: """
      A bug in the program that holds them: it does not read the end of the stream, or forgets to close. No sysctl \
      helps; find the descriptor's owner with ss -tnp state close-wait.
      """)

  static let closing = GlossaryEntry(
    state: .closing,
    meaning: "Both ends closed at the same time: the FINs crossed, and this end's is not acknowledged yet.",
    waitsFor: "the ACK of its FIN",
    entered: ["the peer's FIN arrives in FIN_WAIT_1 and does not acknowledge ours"],
    left: ["the ACK of our FIN arrives: TIME_WAIT", "RST arrives: CLOSED"],
    limit: .retransmission("until the FIN is given up, as in FIN_WAIT_1"),
    pileUp: "Rare and short. Many mean lost ACKs, or timeouts of both ends that fire in the same moment.")

  static let lastAck = GlossaryEntry(
    state: .lastAck,
    meaning: "The other end closed first, now this one has closed too.",
    waitsFor: "the ACK of its FIN, the last segment of the connection",
    entered: ["close() in CLOSE_WAIT sends the FIN"],
    left: ["the ACK of the FIN arrives: CLOSED", "RST arrives: CLOSED"],
    limit: .retransmission("until the FIN is given up (Linux: tcp_orphan_retries, 8 tries)"),
    pileUp: """
      The peer no longer answers: its TIME_WAIT is gone, the last ACK is lost again and again, or a middlebox has \
      forgotten the connection.
      """)

  static let timeWait = GlossaryEntry(
    state: .timeWait,
    meaning: """
      This end closed first and all is done; it keeps the connection in mind, so that late packets do no harm and a \
      repeated FIN still gets its ACK.
      """,
    waitsFor: "two maximum segment lifetimes to pass",
    entered: [
      "the peer's FIN arrives in FIN_WAIT_2, or in FIN_WAIT_1 with the ACK of ours", "the ACK arrives in CLOSING",
    ],
    left: [
      "the timer ends: CLOSED", "a new SYN with a higher sequence number or timestamp: a new connection",
      "RST arrives: CLOSED, unless the stack ignores it (FreeBSD; Linux with tcp_rfc1337)",
    ],
    limit: .timeWait,
    pileUp: """
      Normal at the end that closes first. It costs ports where one client opens many short connections to one \
      server: keep connections open, or let the other end close first.
      """)
}
