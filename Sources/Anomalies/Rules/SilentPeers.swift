import ConnectionTracking
import PacketDecoding

// Peers that do not answer, do not read, or have been idle for long.

extension AnomalyRule {
  static let zeroWindowStall = AnomalyRule(
    "zero-window-stall", .warning, .stall, "The receiver does not read", reference: "RFC 9293 §3.8.6.1",
    explanation: """
      An end advertised a window of 0 and its peer had to stop and probe: the application does not read, and its \
      receive buffer is full. The line is not the problem.
      """,
    causes: [
      "the reading application is blocked, overloaded or paused", "it reads from elsewhere meanwhile (back pressure)",
    ],
    next: ["ss -tnm 'dst ADDRESS'   # skmem r, Recv-Q", "tcp.analysis.zero_window || tcp.analysis.zero_window_probe"],
    advice: "Find out what the receiving process was busy with.",
    peers: PeerNames(
      wireshark: "tcp.analysis.zero_window", zeek: "history w", suricata: "stream.est_ack_zwp_data",
      kernel: "TcpExtTCPFromZeroWindowAdv, TcpExtTCPToZeroWindowAdv"),
    on: .observations(.zeroWindow)
  ) { context in
    context.observations(.zeroWindow).compactMap { observation -> RuleMatch? in
      // Nobody knows what a receiver does that answers no probe.
      let isSilent = observation.distance > context.thresholds.unansweredProbes
      let isOpen = observation.circumstances.contains(.open)
      let end = isOpen && !isSilent ? context.flow.endedAt : observation.last.time
      let time = end.nanoseconds(since: observation.first.time)
      let probes = observation.count - (isSilent ? observation.distance : 0)
      guard time > context.thresholds.zeroWindow, probes > 0 else { return nil }
      return RuleMatch(
        observation.sender, observation,
        "The \(observation.sender.noun)'s window was 0 for \(isOpen ? "at least " : "")\(Phrase.duration(time)); its "
          + "peer probed \(Phrase.times(probes))."
      )
      .with("duration", seconds: time).with("probes", probes)
    }
  }

  static let closeBehindZeroWindow = AnomalyRule(
    "close-behind-zero-window", .notice, .stall, "The FIN had to wait for the window",
    reference: "RFC 9293 §3.10.4: a CLOSE is queued behind the data",
    explanation: """
      An end stopped at its peer's zero window, and its FIN came right after the window opened. Its application had \
      closed earlier, when nothing shows: it was in FIN_WAIT_1 before the FIN passed.
      """,
    causes: ["the receiver does not read, and the sender has closed"],
    next: ["tcp.analysis.zero_window || tcp.flags.fin == 1"],
    advice: "Take the times in FIN_WAIT_1 and CLOSE_WAIT for lower bounds.", on: .observations(.zeroWindow)
  ) { context in
    context.observations(.zeroWindow).compactMap { observation -> RuleMatch? in
      guard !observation.circumstances.contains(.open), observation.duration > 100_000_000,
        let fin = context.fin(of: observation.sender.peer), fin.time >= observation.last.time
      else { return nil }
      let after = fin.time.nanoseconds(since: observation.last.time)
      guard after < max(2 * context.roundTrip, 1_000_000_000) else { return nil }
      return RuleMatch(
        fin.endpoint, at: fin.time, frames: frames(observation.first.frame, fin.frame ?? 0), .presumed,
        "\(fin.endpoint.subject)'s FIN came \(Phrase.duration(after)) after the window opened that had been 0 for "
          + "\(Phrase.duration(observation.duration)): it had closed earlier."
      )
    }
  }

  static let retransmissionBlackout = AnomalyRule(
    "retransmission-blackout", .error, .stall, "The peer has fallen silent",
    reference: "RFC 9293 §3.8.3; Linux tcp_retries2",
    explanation: """
      An end sends the same data again and again, or probes a window of 0, ever more slowly, and nothing comes back. It \
      gives up without a word: after some 15 minutes on Linux, with no RST.
      """,
    causes: [
      "the peer lost power or its network", "a firewall or NAT forgot the connection and drops it silently",
      "a packet too large for the path, and no ICMP error (black hole)",
    ],
    next: [
      "ss -tnoi 'dst ADDRESS'   # timer:(on,…), backoff", "ping -M do -s 1472 ADDRESS", "sysctl net.ipv4.tcp_retries2",
    ],
    advice: "Set TCP_USER_TIMEOUT or keepalive, so that the application hears of it sooner.",
    peers: PeerNames(wireshark: "tcp.analysis.retransmission", kernel: "TcpExtTCPTimeouts, TcpExtTCPAbortOnTimeout"),
    canBeFeigned: true, on: .observations(.timeoutRetransmission, .zeroWindow)
  ) { context in
    context.ends.compactMap { end in blackout(of: end, context) ?? deafProbes(of: end, context) }
      .sorted { $0.frames.lexicographicallyPrecedes($1.frames) }
  }

  /// The timeouts of `end` that nothing answered to the end of the capture.
  private static func blackout(of end: EndpointRole, _ context: RuleContext) -> RuleMatch? {
    let timeouts = context.observations(.timeoutRetransmission, by: end)
    guard let last = timeouts.last, last.distance >= context.thresholds.blackoutSegments,
      last.delay > context.thresholds.blackoutTime, context.flow[end.peer].packets > 0
    else { return nil }
    let start = last.last.time.advanced(byNanoseconds: -last.delay)
    if let heard = context.flow[end.peer].lastSent, heard > start { return nil }
    let first = timeouts.first { $0.first.time >= start }?.first.frame ?? last.last.frame
    let idle = idleBefore(start, end, context)
    let after = idle.map { "After \(Phrase.duration($0)) without a packet the \(end.noun)" } ?? end.subject
    let match = RuleMatch(
      end, at: start, frames: frames(first, last.last.frame),
      "\(after) sent the same data \(Phrase.times(last.distance)) again over \(Phrase.duration(last.delay)), and "
        + "nothing came back."
    )
    .with("repeats", last.distance).with("duration", seconds: last.delay)
    return idle.map { match.with("idle", seconds: $0) } ?? match
  }

  /// The probes of a window of 0 that nothing answered to the end of the capture.
  private static func deafProbes(of end: EndpointRole, _ context: RuleContext) -> RuleMatch? {
    guard let stall = context.observations(.zeroWindow, by: end.peer).last, stall.circumstances.contains(.open),
      stall.distance >= context.thresholds.blackoutSegments, let last = context.flow[end].lastSent
    else { return nil }
    let time = last.nanoseconds(since: stall.last.time)
    guard time > context.thresholds.blackoutTime else { return nil }
    return RuleMatch(
      end, at: stall.last.time, frames: [stall.last.frame],
      "The \(end.peer.noun)'s window was 0, and \(Phrase.times(stall.distance)) the \(end.noun) probed it over "
        + "\(Phrase.duration(time)) without an answer: its host or the path is dead."
    )
    .with("repeats", stall.distance).with("duration", seconds: time)
  }

  /// The silence that `end` broke with the data that it then repeated, where it was long enough to be forgotten in.
  private static func idleBefore(_ time: Timestamp, _ end: EndpointRole, _ context: RuleContext) -> Int64? {
    context.observations(.silence, by: end).last {
      $0.first.time <= time && $0.delay >= context.thresholds.middleboxIdle
        && $0.first.time >= context.flow[end.peer].lastSent ?? $0.first.time
    }?.delay
  }

  static let keepaliveDeadPeer = AnomalyRule(
    "keepalive-dead-peer", .error, .stall, "Keepalive found the peer dead",
    reference: "RFC 9293 §3.8.4; tcp(7) TCP_KEEPCNT",
    explanation: """
      Keepalive probes, segments at SND.NXT - 1, had no answer, and the prober reset the connection.
      """,
    causes: ["the peer lost power or its network", "a NAT or firewall forgot the connection"],
    next: ["ss -tno 'dst ADDRESS'   # timer:(keepalive,…)", "tcp.analysis.keep_alive"],
    advice: "Probe more often than the shortest idle timeout on the way (350 s at many balancers).",
    peers: PeerNames(wireshark: "tcp.analysis.keep_alive", kernel: "TCP_KEEPALIVE_TIMEOUT, TcpExtTCPKeepAlive"),
    on: .observations(.keepAlive)
  ) { context in
    context.observations(.reset).compactMap { reset -> RuleMatch? in
      guard reset.reset.unansweredProbes >= UInt8(clamping: max(1, context.thresholds.unansweredProbes)),
        let probes = context.observations(.keepAlive, by: reset.sender).last
      else { return nil }
      return RuleMatch(
        reset.sender.peer, at: reset.first.time, frames: frames(probes.last.frame, reset.first.frame),
        "\(reset.reset.unansweredProbes) keepalive probes over \(Phrase.duration(probes.delay)) had no answer; the "
          + "\(reset.sender.noun) reset the connection."
      )
      .with("probes", Int(reset.reset.unansweredProbes))
    }
  }

  static let keepaliveStorm = AnomalyRule(
    "keepalive-storm", .notice, .stall, "Keepalive probes every few seconds", reference: "RFC 9293 §3.8.4",
    explanation: "Keepalive probes come closer than 10 s apart for more than a minute.",
    causes: ["TCP_KEEPIDLE or TCP_KEEPINTVL set in the wrong unit"],
    next: ["ss -tno   # timer:(keepalive,…)", "sysctl net.ipv4.tcp_keepalive_intvl", "tcp.analysis.keep_alive"],
    advice: "Look where the application sets TCP_KEEPIDLE and TCP_KEEPINTVL: both are in seconds.",
    peers: PeerNames(wireshark: "tcp.analysis.keep_alive", kernel: "TcpExtTCPKeepAlive"), on: .observations(.keepAlive)
  ) { context in
    context.observations(.keepAlive).compactMap { observation -> RuleMatch? in
      let span = observation.duration
      guard observation.count > 6, span > 60_000_000_000,
        span / Int64(observation.count - 1) < context.thresholds.keepAliveInterval
      else { return nil }
      return RuleMatch(
        observation.sender, observation,
        "\(observation.sender.subject) sent \(observation.count) keepalive probes in \(Phrase.duration(span)), one every "
          + "\(Phrase.duration(span / Int64(observation.count - 1)))."
      )
      .with("probes", observation.count)
    }
  }

  static let keepaliveGarbage = AnomalyRule(
    "keepalive-with-data", .info, .data, "Keepalive probes with a garbage byte", reference: "RFC 9293 §3.8.4, MAY-6",
    explanation: "The probes carry one byte of no meaning, as old stacks did for peers that do not answer empty ones.",
    causes: ["an old stack"], next: ["tcp.analysis.keep_alive"], advice: "Nothing to do.",
    peers: PeerNames(wireshark: "tcp.analysis.keep_alive"), on: .observations(.keepAlive)
  ) { context in
    context.observations(.keepAlive).filter { $0.circumstances.contains(.garbageByte) }.map {
      RuleMatch($0.sender, $0, "\($0.sender.subject)'s keepalive probes carry a byte.")
    }
  }

  static let establishedIdle = AnomalyRule(
    "established-idle", .info, .stall, "Idle for long", reference: "RFC 5382 §5: NATs may forget after 2 h 4 min",
    explanation: "Nothing passed for minutes. Balancers and NATs often forget such a connection after 60 s to 350 s.",
    causes: ["a pooled connection without keepalive"], next: ["ss -tno   # timer"],
    advice: "Turn keepalive on with an interval shorter than the shortest idle timeout on the way.",
    on: .observations(.silence)
  ) { context in
    context.observations(.silence).filter { $0.delay > context.thresholds.idle && $0.senderState == .established }
      .prefix(1)
      .map {
        RuleMatch(nil, $0, "Nothing passed for \(Phrase.duration($0.delay)).").with("idle", seconds: $0.delay)
      }
  }

  static let idleMiddleboxReset = AnomalyRule(
    "idle-middlebox-reset", .error, .stall, "Reset after a long idle time", reference: "RFC 5382 §5",
    explanation: """
      After a long silence the first segment was answered by RST at once: somebody between the ends had forgotten the \
      connection. The RST has the shape of an answer without a socket, or another TTL than its sender's. Where nothing \
      answers at all, see retransmission-blackout.
      """,
    causes: ["a NAT, firewall or balancer with an idle timeout (AWS NLB 350 s, Azure 240 s, many proxies 60 s)"],
    next: ["the idle timeouts of every box on the way", "sysctl net.ipv4.tcp_keepalive_time"],
    advice: "Send keepalives more often than that idle time, or close idle connections earlier.",
    peers: PeerNames(wireshark: "tcp.flags.reset"), on: .observations(.silence)
  ) { context in
    context.observations(.silence).filter { $0.delay >= context.thresholds.middleboxIdle }.compactMap {
      silence -> RuleMatch? in
      guard silence.circumstances.isDisjoint(with: [.endedByFIN, .endedByRST]), silence.senderState == .established,
        let reset = context.observations(.reset, by: silence.sender.peer).first(where: {
          $0.first.frame > silence.first.frame
        }),
        reset.first.time.nanoseconds(since: silence.first.time) < 2_000_000_000,
        !reset.reset.traits.contains(.hasACK) || context.isForeign(reset)
      else { return nil }
      return RuleMatch(
        silence.sender.peer, at: silence.first.time, frames: [silence.first.frame, reset.first.frame], .presumed,
        "After \(Phrase.duration(silence.delay)) without a packet the \(silence.sender.noun)'s next segment was "
          + "reset: the connection had been forgotten."
      )
      .with("idle", seconds: silence.delay).with("rst_cause", context.cause(of: reset).rawValue)
    }
  }
}
