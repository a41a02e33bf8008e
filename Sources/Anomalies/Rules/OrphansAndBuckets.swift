import ConnectionTracking
import PacketDecoding

// A FIN that comes to a socket the kernel has already dropped.

extension AnomalyRule {
  static let finWait2OrphanTimeout = AnomalyRule(
    "fin-wait-2-orphan-timeout", .notice, .stall, "The peer closed after the kernel had given up waiting",
    reference: "Linux tcp_fin_timeout, tcp_timewait_state_process",
    explanation: """
      An end closed and waited for its peer in FIN_WAIT_2; when the peer's FIN came at last it was answered by a bare \
      RST: the kernel had dropped the orphan after tcp_fin_timeout.
      """,
    causes: ["the peer closes late: its own timeout, or a leak that is cleaned up late"],
    next: ["sysctl net.ipv4.tcp_fin_timeout", "nstat -az TcpOutRsts"],
    advice: "Look at why the peer waits so long before it closes.",
    peers: PeerNames(zeek: "history FR", kernel: "reason NO_SOCKET"), on: .traits(.reset)
  ) { context in
    orphanResets(context).filter { $0.waited >= 1_000_000_000 }.map { orphan in
      RuleMatch(
        orphan.reset.sender, orphan.reset,
        "The peer's FIN came \(Phrase.duration(orphan.waited)) after the \(orphan.reset.sender.noun)'s and was "
          + "answered by RST: the kernel had dropped the socket."
      )
      .with("waited", seconds: orphan.waited).with("rst_cause", ResetCause.expiredOrphan.rawValue)
    }
  }

  static let timeWaitBucketOverflow = AnomalyRule(
    "time-wait-bucket-overflow", .warning, .stall, "No room for another TIME_WAIT",
    reference: "Linux tcp_max_tw_buckets, tcp_time_wait",
    explanation: """
      The peer's FIN was answered by a bare RST at once, though the end that closed first had not been reset: the \
      kernel dropped FIN_WAIT_2 straight away. It does so when tcp_max_tw_buckets is reached, and with a negative \
      TCP_LINGER2.
      """,
    causes: ["tcp_max_tw_buckets is reached", "TCP_LINGER2 is negative"],
    next: ["nstat -az TcpExtTCPTimeWaitOverflow", "sysctl net.ipv4.tcp_max_tw_buckets", "ss -s"],
    advice: "Raise tcp_max_tw_buckets, or let the other end close first.",
    peers: PeerNames(kernel: "TcpExtTCPTimeWaitOverflow"), on: .traits(.reset)
  ) { context in
    orphanResets(context).filter { $0.waited < 1_000_000_000 }.map { orphan in
      RuleMatch(
        orphan.reset.sender, orphan.reset, .presumed,
        "The peer's FIN came only \(Phrase.duration(orphan.waited)) later and was answered by RST: FIN_WAIT_2 had "
          + "been dropped at once."
      )
      .with("waited", seconds: orphan.waited)
    }
  }

  static let rstReplyToFIN = AnomalyRule(
    "rst-reply-to-fin", .notice, .reset, "A FIN was answered by RST", reference: "RFC 9293 §3.10.7.1",
    explanation: "The peer's FIN was answered by RST instead of ACK: no socket waited for it.",
    causes: ["the kernel had dropped the closed socket", "the application had aborted it"],
    next: ["tcp.flags.reset == 1"],
    advice: "See rst_cause for which of the cases it is.", peers: PeerNames(zeek: "history FR"), on: .traits(.reset)
  ) { context in
    context.observations(.reset).prefix(1).filter { observation in
      observation.reset.answers == .fin && observation.senderState?.isSynchronized == true
        && ![.expiredOrphan, .abortedAlive, .unreadData, .injected].contains(context.cause(of: observation))
    }.map {
      RuleMatch($0.sender, $0, "\($0.sender.subject) answered a FIN with RST.").with(
        "rst_cause", context.cause(of: $0).rawValue)
    }
  }

  /// Bare RSTs that answer the peer's first FIN in FIN_WAIT_2, and how long after that end's own FIN they came.
  private static func orphanResets(_ context: RuleContext) -> [(reset: Observation, waited: Int64)] {
    context.observations(.reset).prefix(1).compactMap { reset in
      guard !reset.reset.traits.contains(.hasACK), reset.reset.traits.contains(.afterOwnFIN),
        reset.reset.answers == .fin || reset.reset.traits.contains(.afterPeerFIN),
        !context.isForeign(reset), let fin = context.fin(of: reset.sender),
        let waits = context.entered(reset.sender, .finWait2), let answered = context.fin(of: reset.sender.peer),
        answered.time >= waits.time, context.cause(of: reset) == .expiredOrphan,
        context.observations(.finRepeated, by: reset.sender.peer).isEmpty
      else { return nil }
      return (reset, reset.first.time.nanoseconds(since: fin.time))
    }
  }
}
