import ConnectionTracking
import PacketDecoding

// One four-tuple, several connections.

extension AnomalyRule {
  static let timeWaitAssassination = AnomalyRule(
    "time-wait-assassination", .warning, .incarnation, "A RST ended TIME_WAIT",
    reference: "RFC 1337; Linux tcp_rfc1337",
    explanation: """
      An end in TIME_WAIT received a RST at the very number it awaits and gave TIME_WAIT up. Old segments of this \
      connection may now reach a new one of the same four-tuple.
      """,
    causes: ["an old duplicate was answered by TIME_WAIT, and the peer reset that answer", "a forged RST"],
    next: ["sysctl net.ipv4.tcp_rfc1337", "tcp.flags.reset == 1"],
    advice: "Set net.ipv4.tcp_rfc1337=1 where ports are reused fast.",
    peers: PeerNames(kernel: "tcp_rfc1337"), on: .observations(.reset)
  ) { context in
    context.observations(.reset).filter {
      $0.receiverState == .timeWait && $0.reset.traits.contains(.accepted) && $0.senderState != .timeWait
    }
    .prefix(1).map { observation in
      let entry = context.flow.timeline.last { $0.endpoint == observation.sender.peer && $0.cause == .receivesRST }
      return RuleMatch(
        observation.sender.peer, observation, entry.map(context.confidence) ?? .presumed,
        "A RST reached the \(observation.sender.peer.noun) in TIME_WAIT, which ends "
          + "it\(entry?.confirmed == nil ? " unless tcp_rfc1337 is set" : "")."
      )
    }
  }

  static let timeWaitReuse = AnomalyRule(
    "time-wait-reuse", .info, .incarnation, "A four-tuple was used again",
    reference: "RFC 9293 §3.6.1, MAY-2; RFC 6191",
    explanation: """
      A new SYN came for a four-tuple that was still in TIME_WAIT, and was accepted: its sequence number or timestamp \
      is newer than all before.
      """,
    causes: ["a client that opens many connections to one server"], next: ["ss -tan state time-wait | wc -l"],
    advice: "Nothing to do; connections that are kept open would need fewer ports.",
    peers: PeerNames(
      wireshark: "tcp.analysis.reused_ports", zeek: "active_connection_reuse", suricata: "flow.reason tcp_reuse"),
    on: .observations(.reuse)
  ) { context in
    context.observations(.reuse).filter { $0.receiverState == .timeWait || $0.senderState == .timeWait }.prefix(1).map {
      RuleMatch(
        .client, $0,
        "The four-tuple was used again \(Phrase.duration($0.delay)) after its last packet, while an end was in "
          + "TIME_WAIT."
      )
      .with("previous_flow", context.flow.previousFlow ?? 0).with("gap", seconds: $0.delay)
    }
  }

  static let prematurePortReuse = AnomalyRule(
    "premature-port-reuse", .notice, .incarnation, "A port was used again while its last connection stood",
    reference: "RFC 9293 §3.6.1",
    explanation: """
      A new SYN came for a four-tuple whose last connection the opener itself still had in TIME_WAIT: it bound the same \
      port again (SO_REUSEADDR), or its range of ports is too small.
      """,
    causes: ["bind() to a fixed local port", "ip_local_port_range too small for the rate of connections"],
    next: ["sysctl net.ipv4.ip_local_port_range net.ipv4.tcp_tw_reuse", "ss -tan state time-wait"],
    advice: "Let the kernel choose the port, and widen the range.",
    peers: PeerNames(zeek: "premature_connection_reuse"),
    on: .observations(.reuse)
  ) { context in
    context.observations(.reuse).filter { $0.senderState == .timeWait && $0.delay < 60_000_000_000 }.prefix(1).map {
      RuleMatch(
        .client, $0,
        "The client used its port again \(Phrase.duration($0.delay)) after the last packet of a connection that it "
          + "still held in TIME_WAIT."
      )
      .with("previous_flow", context.flow.previousFlow ?? 0).with("gap", seconds: $0.delay)
    }
  }

  static let roleSwappedReuse = AnomalyRule(
    "role-swapped-reuse", .notice, .incarnation, "The next connection was opened from the other side",
    reference: "RFC 9293 §3.6.1",
    explanation: "The same four-tuple was opened again by the end that had accepted before.",
    causes: ["applications that connect both ways between fixed ports"], next: ["tcp.flags.syn == 1"],
    advice: "Nothing to do.",
    on: .observations(.reuse)
  ) { context in
    context.observations(.reuse).filter { $0.circumstances.contains(.rolesSwapped) }.prefix(1).map {
      RuleMatch(.client, $0, "This connection was opened by the end that had been the server of the one before.")
        .with("previous_flow", context.flow.previousFlow ?? 0)
    }
  }

  static let timeWaitSYNChallenged = AnomalyRule(
    "time-wait-syn-challenged", .warning, .incarnation, "TIME_WAIT did not take the new SYN",
    reference: "RFC 6191 §2; RFC 5961 §4",
    explanation: """
      A SYN came to a socket in TIME_WAIT, and it looked old: its sequence number and timestamp are not newer than the \
      last connection's. The socket answered with an ACK, the client reset it, and only then could connect.
      """,
    causes: [
      "a NAT that gives one port to several hosts in turn", "source ports reused within a minute",
      "timestamps off or random",
    ],
    next: ["nstat -az TcpExtTCPChallengeACK TcpExtTWRecycled", "ss -tan state time-wait"],
    advice: "Spread the source ports: more addresses behind the NAT, a wider range, connections that live longer.",
    peers: PeerNames(suricata: "stream.timewait_*"), on: .observations(.synInConnection)
  ) { context in
    context.observations(.synInConnection).filter {
      $0.receiverState == .timeWait && !$0.circumstances.contains(.acknowledged)
    }.prefix(1).map { observation in
      RuleMatch(
        observation.sender, observation,
        "A SYN came \(Phrase.duration(observation.delay)) after the \(observation.sender.noun)'s last segment and was not "
          + "newer: the TIME_WAIT of the \(observation.sender.peer.noun) did not take it."
      )
      .and(context.observations(.challengeACK).first?.first.frame)
    }
  }

  static let synOnEstablished = AnomalyRule(
    "syn-on-established", .warning, .incarnation, "A SYN inside a living connection", reference: "RFC 5961 §4.2",
    explanation:
      "A SYN came for a connection that stands. Its receiver answers with a challenge ACK and keeps the connection.",
    causes: ["the other host restarted and uses the same port", "an attempt to reset blindly"],
    next: ["nstat -az TcpExtTCPSYNChallenge", "compare ip.ttl of the SYN with the others"],
    advice: "Find out whether the host restarted.",
    peers: PeerNames(
      wireshark: "tcp.analysis.reused_ports", zeek: "SYN_inside_connection", suricata: "stream.est_syn_resend",
      kernel: "TcpExtTCPSYNChallenge"),
    on: .observations(.synInConnection)
  ) { context in
    guard !isDiscovered(context) else { return [] }
    return context.observations(.synInConnection).filter {
      $0.receiverState != .timeWait && $0.receiverState?.isSynchronized == true
        && !$0.circumstances.contains(.acknowledged)
    }
    .prefix(1).map { observation in
      let challenge = context.observations(.challengeACK, by: observation.sender.peer).first
      return RuleMatch(
        observation.sender, observation, challenge == nil ? .presumed : .certain,
        "A SYN in the \(observation.sender.noun)'s name came while the \(observation.sender.peer.noun) was in "
          + "\(observation.receiverState.word)\(challenge == nil ? "." : ", which challenged it.")"
      )
      .and(challenge?.first.frame)
    }
  }

  static let halfOpenDiscovered = AnomalyRule(
    "half-open-discovered", .warning, .incarnation, "One end had lost the connection",
    reference: "RFC 9293 §3.5.1, Figure 9",
    explanation: """
      A host connected anew from a port whose connection its peer still held. The peer answered the SYN with an ACK of \
      the old connection, the host reset that, and its next SYN succeeds.
      """,
    causes: ["the host crashed or restarted", "the process was killed while the network was down"],
    next: ["uptime", "journalctl -k | grep -i tcp"],
    advice: "Look for a restart of that host; keepalive would have found it earlier.",
    on: .observations(.synInConnection)
  ) { context in
    guard isDiscovered(context), let syn = context.observations(.synInConnection).first,
      let reset = context.observations(.reset, by: syn.sender).first(where: { $0.first.frame > syn.first.frame })
    else { return [] }
    return [
      RuleMatch(
        syn.sender, at: syn.first.time, frames: [syn.first.frame, reset.first.frame],
        "The \(syn.sender.noun)'s host opened anew and reset what the \(syn.sender.peer.noun) still held: it had "
          + "lost the connection."
      )
    ]
  }

  static let halfOpenDataReset = AnomalyRule(
    "half-open-data-reset", .error, .incarnation, "Data for a connection that one end had lost",
    reference: "RFC 9293 §3.5.1, Figure 10",
    explanation: """
      Data on a connection that stood was answered by a bare RST: the receiving host had lost the connection without a \
      word, or something in between had.
      """,
    causes: [
      "the host was restarted or lost power", "a NAT or balancer lost its table and sent the segment elsewhere",
      "its application had closed, and the FIN was lost before the tap",
    ],
    next: ["uptime", "the balancer's and firewall's logs"],
    advice: "Look for a restart or failover; repeat what was sent only where that is safe.",
    peers: PeerNames(zeek: "RSTO, RSTR", kernel: "reason NO_SOCKET"), on: .observations(.reset)
  ) { context in
    // A listener that waits for data has given the connection up: nothing was lost.
    guard !isDeferred(context) else { return [] }
    return context.observations(.reset).filter {
      context.cause(of: $0) == .noSocket && $0.reset.answers == .data && $0.senderState == .established
    }.prefix(1).map {
      RuleMatch(
        $0.sender, $0,
        "Data of the \($0.sender.peer.noun) was answered by RST though the connection stood: the "
          + "\($0.sender.noun)'s host had lost it."
      )
      .with("rst_cause", ResetCause.noSocket.rawValue)
    }
  }

  /// The sender of a SYN inside a connection then reset what its peer still held.
  private static func isDiscovered(_ context: RuleContext) -> Bool {
    guard let syn = context.observations(.synInConnection).first(where: { $0.receiverState != .timeWait }) else {
      return false
    }
    return context.observations(.reset, by: syn.sender).contains {
      $0.first.frame > syn.first.frame && !$0.reset.traits.contains(.hasACK)
    }
  }
}
