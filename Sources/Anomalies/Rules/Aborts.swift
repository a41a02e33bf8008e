import ConnectionTracking
import PacketDecoding

// RSTs that their sender's host meant.

extension AnomalyRule {
  static let rstAbortLive = AnomalyRule(
    "rst-abort-live", .notice, .reset, "A live connection was aborted",
    reference: "RFC 9293 §3.10.5; Linux tcp_disconnect",
    explanation: """
      The RST came from a living socket: it carries ACK and a window and continues the socket's numbers; a few stacks \
      leave the ACK out, and their IP identification and TTL show whose it is. The \
      application aborted it: SO_LINGER with a time of 0, close() with little unread input, or somebody ran ss -K.
      """,
    causes: ["SO_LINGER {1, 0} (health checks, some frameworks)", "close() with unread input", "ss -K, tcpkill"],
    next: ["nstat -az TcpExtTCPAbortOnClose TcpExtTCPAbortOnData", "strace -e setsockopt,close -p PID"],
    advice: "If it is not meant, read to the end of the stream before close(), and look for SO_LINGER.",
    peers: PeerNames(
      wireshark: "tcp.flags.reset", zeek: "RSTO, RSTR", kernel: "TcpExtTCPAbortOnData, TcpExtTCPAbortOnClose"),
    on: .traits(.reset)
  ) { context in
    resets(context, .abortedAlive) { observation in
      "\(observation.sender.subject) aborted the connection from \(observation.senderState.word), "
        + "\(Phrase.duration(observation.delay)) after the last segment."
    }
    .map { match in
      // A connection that was never one has failed.
      let isOpening =
        match.endpoint == .server
        && context.observations(.reset, by: .server).contains {
          $0.first.time == match.time && $0.senderState == .synReceived
        }
      return isOpening ? match.but(.warning) : match
    }
  }

  static let rstUnreadData = AnomalyRule(
    "rst-unread-data", .error, .reset, "Closed with unread input", reference: "RFC 2525 §2.17; Linux __tcp_close",
    explanation: """
      The application called close() while input waited unread. The kernel threw it away, which is why the RST's window \
      is larger than the last one, and reset the connection instead of closing it. What the peer had sent is lost, \
      though it was acknowledged.
      """,
    causes: [
      "the application does not read to the end (an error reply before the whole request was read)",
      "a limit on the request's size",
    ],
    next: ["nstat -az TcpExtTCPAbortOnClose", "strace -e read,close -p PID"],
    advice: "Read the input to its end, or shutdown(SHUT_WR) and drain it, before close().",
    peers: PeerNames(zeek: "RSTO, RSTR", kernel: "TcpExtTCPAbortOnClose, TCP_ABORT_ON_CLOSE"), on: .traits(.reset)
  ) { context in
    resets(context, .unreadData) { observation in
      "\(observation.sender.subject) closed with unread input and reset the connection: its window grew from "
        + "\(observation.reset.lastWindow) to \(observation.reset.window) units as the queue was thrown away."
    }
  }

  static let rstNoSocket = AnomalyRule(
    "rst-no-socket", .warning, .reset, "No socket is there any more", reference: "RFC 9293 §3.10.7.1",
    explanation: """
      A segment of the connection was answered by a bare RST, its sequence number taken from that segment's ACK: the \
      host has no socket for it.
      """,
    causes: [
      "the process or host was restarted", "the socket timed out at that end",
      "a balancer sent the segment to another server",
    ],
    next: ["uptime; systemctl status SERVICE", "conntrack -L", "tcp.flags.reset == 1 && tcp.window_size_value == 0"],
    advice: "Find out what that host lost: a restart, a timeout, or a balancer's table.",
    peers: PeerNames(wireshark: "tcp.flags.reset", zeek: "RSTO, RSTR", kernel: "reason NO_SOCKET"),
    on: .observations(.reset)
  ) { context in
    // After a RST that took effect, another is what everybody does.
    guard let first = context.observations(.reset).first(where: { $0.reset.answers != .nothing }),
      !context.observations(.reset).contains(where: {
        $0.first.frame < first.first.frame && $0.reset.traits.contains(.accepted)
      })
    else { return [] }
    return [first].filter {
      context.cause(of: $0) == .noSocket && !isDiscovery(context, $0) && $0.receiverState != .timeWait
        && $0.receiverState != .closed
        // It resets what is left of an old connection, and goes on with its own.
        && $0.senderState != .synSent
    }.map {
      RuleMatch(
        $0.sender, $0,
        "\($0.sender.subject) answered \(Self.word(for: $0.reset.answers)) with RST: it has no socket for it."
      )
      .with("rst_cause", ResetCause.noSocket.rawValue)
    }
  }

  static let rstWithData = AnomalyRule(
    "rst-with-data", .notice, .reset, "A RST with payload", reference: "RFC 9293 §3.5.3, SHLD-2",
    explanation: "The RST carries payload: a message that says why, on a few stacks and middleboxes.",
    causes: ["a middlebox that explains itself", "an old stack"], next: ["tcp.flags.reset == 1 && tcp.len > 0"],
    advice: "Read the payload.", peers: PeerNames(zeek: "RST_with_data"), on: .observations(.reset)
  ) { context in
    context.observations(.reset).filter { $0.reset.traits.contains(.hasPayload) }.prefix(1).map {
      RuleMatch($0.sender, $0, "The RST of the \($0.sender.noun) carries \(Phrase.bytes($0.bytes)).").with(
        "bytes", $0.bytes)
    }
  }

  private static func resets(
    _ context: RuleContext, _ cause: ResetCause, _ message: @escaping @Sendable (Observation) -> String
  ) -> [RuleMatch] {
    context.observations(.reset).filter { $0.reset.traits.contains(.accepted) && context.cause(of: $0) == cause }
      .prefix(1)
      .map {
        RuleMatch($0.sender, $0, message($0)).with("rst_cause", cause.rawValue)
      }
  }

  /// Told as half-open-data-reset or half-open-discovered.
  private static func isDiscovery(_ context: RuleContext, _ observation: Observation) -> Bool {
    context.has(.synInConnection) || (observation.senderState == .established && observation.reset.answers == .data)
  }

  static func word(for answered: ResetShape.Answered) -> String {
    switch answered {
    case .nothing: "nothing that was seen"
    case .syn: "a SYN"
    case .synACK: "a SYN-ACK"
    case .ack: "an ACK"
    case .data: "data"
    case .fin: "a FIN"
    }
  }
}
