import ConnectionTracking
import PacketDecoding

// A listener that cannot take what comes.

extension AnomalyRule {
  static let acceptQueueOverflow = AnomalyRule(
    "accept-queue-overflow", .error, .handshake, "The server will not take a finished handshake",
    reference: "listen(2); Linux tcp_check_req, tcp_conn_request",
    explanation: """
      The client finished the handshake and sent data, or the timestamps say that its ACK arrived, and the server went on \
      repeating its SYN-ACK: its accept queue is full. It drops the third ACK and the data, and the client believes it is \
      connected.
      """,
    causes: ["the application does not call accept() fast enough", "backlog or net.core.somaxconn is too small"],
    next: ["ss -ltn   # Recv-Q against Send-Q", "nstat -az TcpExtListenOverflows TcpExtListenDrops"],
    advice: "Raise listen()'s backlog and net.core.somaxconn, and find what keeps the accept loop busy.",
    peers: PeerNames(wireshark: "tcp.analysis.retransmission", kernel: "TcpExtListenOverflows"),
    on: .observations(.synACKRepeated)
  ) { context in
    guard let entry = context.flow.timeline.first(where: { $0.endpoint == .client && $0.to == .established }),
      !isDeferred(context)
    else { return [] }
    return context.observations(.synACKRepeated, by: .server).filter { observation in
      observation.circumstances.contains(.acknowledged) && observation.delay >= leastSYNACKTimer
        && !context.has(.synWithData)
        && (observation.circumstances.contains(.peerSentData)
          ? observation.count >= 2 || !serverWentOn(context, after: observation)
          : observation.circumstances.contains(.echoesThirdACK) && observation.count >= 2)
    }.prefix(1).map { observation in
      let data = context.flow.clientEnd.distinctPayloadBytes
      let known =
        observation.circumstances.contains(.peerSentData) ? "sent \(Phrase.bytes(data))" : "the server had its ACK"
      return RuleMatch(
        .server, observation, .presumed,
        "The client finished the handshake and \(known); the server repeated its SYN-ACK "
          + "\(Phrase.times(observation.count)) all the same."
      )
      .and(entry.frame).with("repeats", observation.count)
    }
  }

  static let acceptOverflowReset = AnomalyRule(
    "accept-overflow-reset", .error, .handshake, "The server reset a finished handshake",
    reference: "Linux tcp_abort_on_overflow, tcp_check_req",
    explanation: """
      The client's third ACK was answered with a bare RST: the accept queue is full and `tcp_abort_on_overflow` is set, \
      or the listener was closed while the handshake was under way, as in a restart. The wire does not tell which.
      """,
    causes: [
      "the accept queue is full and tcp_abort_on_overflow is 1 (it is 0 by default)",
      "the listener was closed between the SYN and the third ACK",
    ],
    next: ["sysctl net.ipv4.tcp_abort_on_overflow", "ss -ltn", "nstat -az TcpExtListenOverflows"],
    advice: "See whether the service was restarted; else raise the backlog, and set tcp_abort_on_overflow to 0.",
    peers: PeerNames(zeek: "RSTR", kernel: "TcpExtListenOverflows, TcpExtEmbryonicRsts"), on: .traits(.reset)
  ) { context in
    context.observations(.reset, by: .server).prefix(1).compactMap { observation -> RuleMatch? in
      guard context.cause(of: observation) == .acceptQueue else { return nil }
      return RuleMatch(
        .server, observation, "The server answered the end of the handshake with RST: it did not take the connection."
      )
      .with("rst_cause", ResetCause.acceptQueue.rawValue)
    }
  }

  static let syncookieOrphan = AnomalyRule(
    "syncookie-orphan", .error, .handshake, "Connected at the client, unknown to the server",
    reference: "Linux tcp_v4_cookie_check; RFC 4987 §3.6",
    explanation: """
      The handshake was finished on the wire, and the server never sent anything again: no acknowledgment of the \
      client's data, no SYN-ACK again, no RST. With SYN cookies the server keeps nothing of a handshake; where the \
      accept queue is full when the third ACK comes, no socket is made and nobody is told.
      """,
    causes: ["SYN cookies and a full accept queue", "the third ACK was lost and SYN cookies were in use"],
    next: ["nstat -az TcpExtSyncookiesSent TcpExtSyncookiesRecv TcpExtSyncookiesFailed TcpExtListenOverflows"],
    advice: "Raise the backlog so that SYN cookies are not needed, and see why accept() lags.",
    peers: PeerNames(kernel: "TcpExtSyncookiesFailed, TcpExtTCPReqQFullDoCookies"),
    on: .observations(.timeoutRetransmission)
  ) { context in
    let flow = context.flow
    guard flow.orientation == .syn, flow.serverEnd.packets == 1, flow.clientEnd.distinctPayloadBytes > 0,
      flow.close == .none || flow.close == .half, !context.has(.synACKRepeated),
      let data = context.observations(.timeoutRetransmission, by: .client).first, let answer = flow.serverEnd.lastSent
    else { return [] }
    let silent = flow.endedAt.nanoseconds(since: answer)
    guard silent > context.thresholds.unansweredSYNTime else { return [] }
    return [
      RuleMatch(
        .server, data, .presumed,
        "The handshake was finished, yet the server took none of the client's "
          + "\(Phrase.bytes(flow.clientEnd.distinctPayloadBytes)) and was silent for \(Phrase.duration(silent)): it "
          + "has no socket for them."
      )
      .with("bytes", flow.clientEnd.distinctPayloadBytes)
    ]
  }
}
