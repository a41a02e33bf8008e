import ConnectionTracking
import PacketDecoding

// Handshakes of another form than SYN, SYN-ACK, ACK.

extension AnomalyRule {
  static let simultaneousOpen = AnomalyRule(
    "simultaneous-open", .info, .handshake, "Both ends opened at the same time",
    reference: "RFC 9293 §3.5, Figure 7",
    explanation: "Both ends sent a SYN before either had seen the other's. One connection comes of it.",
    causes: ["NAT hole punching", "peers that both connect from a fixed port"],
    next: ["tcp.flags.syn == 1"], advice: "Nothing to do.",
    peers: PeerNames(
      wireshark: "tcp.analysis.retransmission (wrong)", zeek: "simultaneous_open", suricata: "stream.4whs_*"),
    on: .traits(.bothOpened)
  ) { context in
    guard let entry = context.entry(.server, { $0.cause == .sendsSYN }), !isSplit(context),
      context.flow.client != context.flow.server
    else { return [] }
    return [
      RuleMatch(
        nil, at: entry.time, frames: frames(context.flow.firstSeen.frame, entry.frame ?? context.flow.firstSeen.frame),
        "Both ends sent a SYN before either was answered, "
          + "\(Phrase.duration(entry.time.nanoseconds(since: context.flow.firstSeen.time))) apart."
      )
    ]
  }

  static let splitHandshake = AnomalyRule(
    "split-handshake", .notice, .handshake, "The server answered the SYN with a SYN of its own",
    reference: "RFC 9293 §3.5, Figure 7",
    explanation: """
      Instead of a SYN-ACK the server sent a bare SYN, and the client answered it with SYN-ACK. Who reads roles off \
      the SYN-ACK takes the wrong end for the server; some filters were evaded so.
      """,
    causes: ["an attempt to evade a filter", "an odd middlebox or stack"],
    next: ["tcp.flags.syn == 1"], advice: "Find out what the server runs; no ordinary stack does this.",
    peers: PeerNames(wireshark: "tcp.analysis.retransmission (wrong)", suricata: "stream.4whs_synack_with_wrong_ack"),
    on: .traits(.bothOpened)
  ) { context in
    guard isSplit(context), let entry = context.entry(.server, { $0.cause == .sendsSYN }) else { return [] }
    return [
      RuleMatch(entry, .certain, "The server answered the client's SYN with a SYN, and left the SYN-ACK to the client.")
    ]
  }

  static let selfConnect = AnomalyRule(
    "self-connect", .notice, .handshake, "A socket connected to itself", reference: "RFC 9293 §3.5, Figure 7",
    explanation: """
      Both ends are one address and port: a client that connects to a free port of its own host in the ephemeral \
      range was given that very port, and opened simultaneously with itself. It reads back what it writes, and the \
      real server cannot bind its port any more.
      """,
    causes: ["a retry loop that connects to a local port in the ephemeral range while the server is down"],
    next: ["sysctl net.ipv4.ip_local_port_range", "ss -tn 'sport = :PORT and dport = :PORT'"],
    advice: "Give the server a port outside the ephemeral range, or reserve it with ip_local_reserved_ports.",
    on: .traits(.selfConnected)
  ) { context in
    [
      RuleMatch(
        nil, at: context.flow.firstSeen.time, frames: [context.flow.firstSeen.frame],
        "The socket connected to itself: both ends are port \(context.flow.client.port).")
    ]
  }

  static let synDifferentISN = AnomalyRule(
    "syn-different-isn", .notice, .handshake, "A new attempt from the same port before the first was answered",
    reference: "RFC 9293 §3.4.1",
    explanation: """
      The same four-tuple sent a SYN with another initial sequence number while the first attempt still stood: a \
      repeated SYN would have had the same number.
      """,
    causes: [
      "a proxy or NAT that retries under the same port", "connect() cancelled and called again from a bound port",
      "spoofed SYNs",
    ],
    next: ["tcp.flags.syn == 1 && tcp.flags.ack == 0"],
    advice: "Find out who retries; two hosts behind one NAT may be using the same port.",
    peers: PeerNames(suricata: "stream.3whs_syn_resend_diff_seq_on_syn_recv"), on: .observations(.reuse)
  ) { context in
    context.observations(.reuse).filter {
      $0.senderState == .synSent && $0.distance != -1 && !$0.circumstances.contains(.rolesSwapped)
    }.map { observation in
      RuleMatch(
        .client, observation,
        "A SYN with another initial sequence number came \(Phrase.duration(observation.delay)) after the last packet of "
          + "an attempt that was still open."
      )
      .with("previous_flow", context.flow.previousFlow ?? 0)
    }
  }

  static let synACKDifferentISN = AnomalyRule(
    "syn-ack-different-isn", .warning, .handshake, "Two SYN-ACKs with different sequence numbers",
    reference: "RFC 9293 §3.4.1",
    explanation: """
      The SYN was answered twice, each time with another initial sequence number: two hosts or two sockets answered, \
      or one answer is forged. Linux also does it with SYN cookies, whose number holds the time in minutes.
      """,
    causes: [
      "two servers answer for one address (anycast, a floating address during failover)", "a forged SYN-ACK",
      "SYN cookies, a minute apart",
    ],
    next: ["compare ip.ttl and the source MAC of the two SYN-ACKs", "nstat -az TcpExtSyncookiesSent"],
    advice: "Check that only one host owns the address.",
    peers: PeerNames(zeek: "SYN_seq_jump", suricata: "stream.3whs_synack_resend_with_diff_seq"),
    on: .observations(.synACKOtherSequence)
  ) { context in
    context.observations(.synACKOtherSequence).map {
      RuleMatch(
        $0.sender, $0, "A second SYN-ACK came with an initial sequence number that differs by \(abs($0.distance)).")
    }
  }

  static let badSYNACKAcknowledgment = AnomalyRule(
    "bad-syn-ack-ack", .warning, .handshake, "A SYN-ACK that acknowledges something else",
    reference: "RFC 9293 §3.10.7.3, first step; Figure 8",
    explanation: """
      A SYN-ACK does not acknowledge the client's SYN. The client resets it and goes on waiting (RFC 9293 §3.10.7.3).
      """,
    causes: [
      "an answer to an earlier SYN of the same port", "a forged SYN-ACK", "a middlebox that rewrites one direction",
    ],
    next: ["tcp.flags.syn == 1 && tcp.flags.ack == 1"],
    advice: "See whether the client used this port shortly before.",
    peers: PeerNames(zeek: "bad_SYN_ack", suricata: "stream.3whs_synack_with_wrong_ack"),
    on: .observations(.synACKWrongAcknowledgment)
  ) { context in
    context.observations(.synACKWrongAcknowledgment).map {
      RuleMatch(
        $0.sender, $0,
        "A SYN-ACK acknowledged a number \(abs($0.distance)) \($0.distance > 0 ? "beyond" : "below") the client's SYN.")
    }
  }

  static let fastOpenUsed = AnomalyRule(
    "tfo-used", .info, .handshake, "TCP Fast Open", reference: "RFC 7413 §3 and §4",
    explanation: "The SYN carried data, or a cookie or the request for one: TCP Fast Open saves a round trip.",
    causes: ["the application asked for it (TCP_FASTOPEN_CONNECT, MSG_FASTOPEN)"],
    next: ["nstat -az TcpExtTCPFastOpenActive TcpExtTCPFastOpenPassive", "tcp.options.tfo"], advice: "Nothing to do.",
    peers: PeerNames(wireshark: "tcp.analysis.tfo_syn", zeek: "SYN_with_data", kernel: "TcpExtTCPFastOpenActive"),
    on: .observations(.synWithData, .fastOpenOption)
  ) { context in
    let data = context.observations(.synWithData).first
    guard let observation = data ?? context.observations(.fastOpenOption).first else { return [] }
    let what = data.map { "carried \(Phrase.bytes($0.bytes))" } ?? "asked for or gave a Fast Open cookie"
    return [RuleMatch(observation.sender, observation, "The SYN \(what).").with("bytes", data?.bytes ?? 0)]
  }

  static let fastOpenIgnored = AnomalyRule(
    "tfo-data-ignored", .notice, .handshake, "The server ignored the data in the SYN", reference: "RFC 7413 §4.2",
    explanation:
      "The SYN-ACK acknowledges the SYN and not its data, so that the client sends it again after the handshake.",
    causes: [
      "the cookie is not valid (another server behind the balancer, a changed key)", "Fast Open is off on the server",
      "a middlebox cut the data off",
    ],
    next: ["sysctl net.ipv4.tcp_fastopen   # on the server", "nstat -az TcpExtTCPFastOpenPassiveFail"],
    advice: "Give all servers behind one address the same tcp_fastopen_key, or turn Fast Open off.",
    peers: PeerNames(wireshark: "tcp.analysis.tfo_ignored", suricata: "stream.3whs_synack_tfo_data_ignored"),
    on: .observations(.synDataIgnored)
  ) { context in
    // A SYN that comes again is without data (RFC 7413 §4.1.3): it may be the one that is answered.
    guard context.has(.synWithData), !context.has(.synRepeated) else { return [] }
    return context.observations(.synDataIgnored).map {
      RuleMatch($0.sender, $0, "The SYN-ACK left out the \(Phrase.bytes($0.bytes)) that the SYN carried.").with(
        "bytes", $0.bytes)
    }
  }

  static let dataBeforeEstablished = AnomalyRule(
    "data-before-established", .notice, .handshake, "Data before the handshake was over", reference: "RFC 9293 §3.5",
    explanation: """
      The client sent payload, without SYN, before a SYN-ACK had passed the tap. A client cannot know where its peer's \
      numbers begin by then: the capture is out of order or misses the SYN-ACK, or the segment is forged.
      """,
    causes: ["packets out of order in the capture", "the SYN-ACK was not captured", "an attempt to evade inspection"],
    next: ["check the capture for one-sided or reordered packets"],
    advice: "Check the capture's order first.",
    peers: PeerNames(zeek: "data_before_established"), canBeFeigned: true, on: .observations(.dataBeforeEstablished)
  ) { context in
    guard context.flow.serverEnd.packets > 0 else { return [] }
    return context.observations(.dataBeforeEstablished).map {
      RuleMatch($0.sender, $0, "\(Phrase.bytes($0.bytes)) of payload came before the SYN-ACK.").with("bytes", $0.bytes)
    }
  }

  /// The client answered the server's SYN with SYN-ACK, and the server sent no SYN-ACK of its own.
  private static func isSplit(_ context: RuleContext) -> Bool {
    !context.observations(.synACKOfOpener, by: .client).isEmpty
      && context.observations(.synACKOfOpener, by: .server).isEmpty
      && context.flow.serverEnd.packets > 1
  }
}
