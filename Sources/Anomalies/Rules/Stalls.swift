import ConnectionTracking
import PacketDecoding

// Closes that do not come to their end.

extension AnomalyRule {
  static let closeWaitLeak = AnomalyRule(
    "close-wait-leak", .error, .stall, "The application does not close", reference: "RFC 9293 §3.6, Figure 12",
    explanation: """
      The peer has closed, the kernel has acknowledged it, and the application never calls close(): the socket stays \
      in CLOSE_WAIT, where no timer ends it. It holds a file descriptor and memory until the process ends. An end that \
      goes on sending is half closed, and no leak. A warning where the socket was closed after all, in silence: by a slow \
      application, or by the kernel when the process ended.
      """,
    causes: [
      "the application does not close() when read() returns 0",
      "a connection pool that does not evict dead connections",
      "a thread blocked elsewhere",
    ],
    next: ["ss -tnp state close-wait", "lsof -p PID | grep CLOSE_WAIT"],
    advice: "Find the code path that reads the end of the stream and does not close the socket.",
    peers: PeerNames(zeek: "S2, S3", kernel: "ss state close-wait"), on: .traits(.lingered)
  ) { context in
    context.ends.compactMap { end -> RuleMatch? in
      let time = context.nanoseconds(end, in: .closeWait)
      guard time > context.thresholds.closeWait, let entry = context.entered(end, .closeWait),
        entry.confirmed != nil || entry.evidence == .observed
      else { return nil }
      let match =
        context.flow[end].state == .closeWait ? leak(of: end, entry, context) : lateClose(of: end, entry, context)
      return match?.and(entry.confirmed?.frame).with("duration", seconds: time)
    }
  }

  private static func leak(of end: EndpointRole, _ entry: Transition, _ context: RuleContext) -> RuleMatch? {
    guard context.quiet(end, at: context.flow.endedAt) > context.thresholds.closeWait else { return nil }
    return RuleMatch(
      entry, context.confidence(entry),
      "\(end.subject) has not closed \(context.span(end, in: .closeWait)) since its peer did: CLOSE_WAIT.")
  }

  /// It said no more, and closed in the end: as when its process ends, and the kernel closes what it had left open.
  private static func lateClose(of end: EndpointRole, _ entry: Transition, _ context: RuleContext) -> RuleMatch? {
    guard context.observations(.dataAfterPeerFIN, by: end).isEmpty else { return nil }
    return RuleMatch(
      entry, context.confidence(entry),
      "\(end.subject) stayed in CLOSE_WAIT \(context.span(end, in: .closeWait)) after its peer had closed, and sent "
        + "nothing more."
    )
    .but(.warning)
  }

  static let finWait1Stalled = AnomalyRule(
    "fin-wait-1-stalled", .error, .stall, "The FIN is not acknowledged",
    reference: "RFC 9293 §3.8.3; Linux tcp_orphan_retries",
    explanation: """
      An end closed and repeats its FIN (or the data before it), and no acknowledgment comes. It stays in FIN_WAIT_1 \
      until the retransmissions give up: 8 tries for an orphan on Linux, 15 while the application holds it.
      """,
    causes: [
      "the peer is dead or unreachable", "a firewall dropped the connection from its table and now the packets",
      "the peer's window is 0",
    ],
    next: ["ss -tno state fin-wait-1", "sysctl net.ipv4.tcp_orphan_retries", "conntrack -L | grep ADDRESS"],
    advice: "Check whether the peer is alive and whether a firewall on the way still knows the connection.",
    peers: PeerNames(wireshark: "tcp.analysis.retransmission", zeek: "S2, S3"),
    on: .either(.lingered, .finRepeated)
  ) { context in
    stalled(context, .finWait1) { end, time in
      let repeats = context.observations(.finRepeated, by: end).reduce(0) { $0 + $1.count }
      let isRepeating = repeats > 0 || !context.observations(.timeoutRetransmission, by: end).isEmpty
      if time > context.thresholds.finWait1 { return isRepeating }
      return repeats >= 3 && context.flow[end].state == .finWait1
    } why: {
      "its FIN is not acknowledged"
    }
  }

  static let finWait2Stuck = AnomalyRule(
    "fin-wait-2-stuck", .warning, .stall, "The peer does not close", reference: "RFC 9293 §3.6; Linux tcp_fin_timeout",
    explanation: """
      An end closed, the peer acknowledged it, and the peer's FIN does not come. An orphan, closed by its application, \
      is dropped by the kernel after tcp_fin_timeout (60 s). One that is merely shut down is held without any limit; \
      that is why the setting seems not to work. As long as the peer sends data, nothing is stuck.
      """,
    causes: ["the peer leaks its socket: see its CLOSE_WAIT", "shutdown(SHUT_WR) without close()"],
    next: ["ss -tnpo state fin-wait-2   # no process: an orphan", "sysctl net.ipv4.tcp_fin_timeout"],
    advice: "Look at the other end first: it sits in CLOSE_WAIT.",
    peers: PeerNames(zeek: "S2, S3"), on: .traits(.lingered)
  ) { context in
    context.ends.compactMap { end -> RuleMatch? in
      let time = context.nanoseconds(end, in: .finWait2)
      guard time >= context.thresholds.finWait2, let entry = context.entered(end, .finWait2) else { return nil }
      let left = entry.time.advanced(byNanoseconds: time)
      let quiet = max(context.quiet(end.peer, from: entry.time), context.quiet(end.peer, at: left))
      guard quiet >= context.thresholds.finWait2 else { return nil }
      let isHeld = isHeld(end, entry, time, context)
      return RuleMatch(
        entry, context.confidence(entry),
        "\(end.subject) was in FIN_WAIT_2 \(context.span(end, in: .finWait2))\(outcome(end, isHeld, context))."
      )
      .with("duration", seconds: time).with("held", isHeld ? "true" : "false")
    }
  }

  /// How FIN_WAIT_2 ended, or what is known of who keeps it.
  private static func outcome(_ end: EndpointRole, _ isHeld: Bool, _ context: RuleContext) -> String {
    if isHeld { return "; the application still holds the socket: the peer did not close" }
    if context.entry(end, { $0.cause == .finWait2Expired }) != nil {
      return ", as long as the kernel keeps an orphan: the peer did not close"
    }
    let isLate = context.flow[end].state != .finWait2 && context.fin(of: end.peer) != nil
    return isLate ? ": the peer closed only then" : ": the peer did not close"
  }

  /// `end` is in FIN_WAIT_2 for longer than an orphan, and has shown that it is none: it took data, or acknowledged
  /// something when an orphan was gone.
  private static func isHeld(
    _ end: EndpointRole, _ entry: Transition, _ time: Int64, _ context: RuleContext
  ) -> Bool {
    guard context.flow[end].state == .finWait2, time > orphanTime + 5_000_000_000 else { return false }
    let tookData = context.has(.dataAfterPeerFIN) && context.flow[end.peer].unacknowledgedBytes == 0
    let last = context.flow[end].lastSent ?? entry.time
    return tookData || last.nanoseconds(since: entry.time) > orphanTime
  }

  /// `tcp_fin_timeout`, as long as nobody changed it.
  private static let orphanTime: Int64 = 60_000_000_000

  static let lastAckStalled = AnomalyRule(
    "last-ack-stalled", .warning, .stall, "The last ACK does not arrive", reference: "RFC 9293 §3.6, Figure 12",
    explanation: """
      The end that closed last repeats its FIN: the ACK that would let it go does not reach it. Where that ACK passed \
      the tap, it is lost behind it; where none did, the peer is gone.
      """,
    causes: ["a firewall or balancer forgot the connection at the first FIN", "the peer's socket is gone", "loss"],
    next: ["ss -tno state last-ack", "conntrack -L | grep LAST_ACK"],
    advice: "See whether an ACK of the FIN passes the tap: if so, look behind it.",
    peers: PeerNames(wireshark: "tcp.analysis.retransmission", zeek: "S2, S3"),
    on: .either(.lingered, .finRepeated)
  ) { context in
    context.ends.compactMap { end -> RuleMatch? in
      let repeats = context.observations(.finRepeated, by: end)
      let count = repeats.reduce(0) { $0 + $1.count }
      guard let entry = context.entry(end, { $0.to == .lastAck && $0.from != .lastAck }), count > 0 else { return nil }
      let (time, isOver) = timeInLastAck(of: end, since: entry.time, context)
      guard count >= 2 || time > context.thresholds.lastAck else { return nil }
      let isSeen = repeats.contains { $0.circumstances.contains(.acknowledged) }
      let where_ = isSeen ? "its ACK passed the tap and is lost behind it" : "no ACK of it passed the tap"
      return RuleMatch(
        entry, context.confidence(entry),
        "\(end.subject) was in LAST_ACK for \(isOver ? "" : "at least ")\(Phrase.duration(time)) and repeated its FIN "
          + "\(Phrase.times(count)): \(where_)."
      )
      .and(repeats.last?.last.frame).with("repeats", count).with("duration", seconds: time)
      .with("ack_seen", isSeen ? "true" : "false")
    }
  }

  /// From the FIN of `end` to what let it go for good; or to the end of the flow, where nothing did.
  private static func timeInLastAck(
    of end: EndpointRole, since start: Timestamp, _ context: RuleContext
  ) -> (time: Int64, isOver: Bool) {
    let isOver = context.flow[end].state != .lastAck
    let left = context.flow.timeline.last { $0.endpoint == end && $0.from == .lastAck && $0.to != .lastAck }
    let last = isOver ? left?.time ?? context.flow.endedAt : context.flow.endedAt
    return (last.nanoseconds(since: start), isOver)
  }

  static let lastAckMissed = AnomalyRule(
    "last-ack-missed", .notice, .captureQuality, "The last ACK was not captured",
    reference: "RFC 9293 §3.8.1; RFC 6298 §5",
    explanation: """
      An end closed last, no ACK of its FIN passed the tap, and yet it never repeated that FIN. A stack repeats it \
      within seconds: so it has had its ACK, which was not captured, or it is gone. It is no stall.
      """,
    causes: ["the capture lost the packet, or the tap sees one way only", "the host has gone"],
    next: ["tcpdump's count of dropped packets", "ss -tno state last-ack"],
    advice: "Take the connection for closed, and see whether the capture lost packets.", on: .traits(.lingered)
  ) { context in
    context.ends.compactMap { end -> RuleMatch? in
      let time = context.nanoseconds(end, in: .lastAck)
      guard let entry = context.entered(end, .lastAck), time > context.thresholds.lastAck,
        context.observations(.finRepeated, by: end).isEmpty
      else { return nil }
      return RuleMatch(
        entry, context.confidence(entry),
        "\(end.subject) sent its FIN, and did not repeat it for \(Phrase.duration(time)), though no ACK of it passed the "
          + "tap: it has had one, or is gone."
      )
      .with("duration", seconds: time)
    }
  }

  static let closingStalled = AnomalyRule(
    "closing-stalled", .warning, .stall, "A simultaneous close does not finish", reference: "RFC 9293 §3.6, Figure 13",
    explanation: "Both ends have closed, each knows of the other's FIN, and the ACK of its own does not come: CLOSING.",
    causes: ["loss both ways", "a firewall forgot the connection at the first FIN"], next: ["ss -tno state closing"],
    advice: "See whether a firewall on the way drops the last ACKs.", on: .either(.lingered, .finRepeated)
  ) { context in
    stalled(context, .closing) { end, time in
      let repeats = context.observations(.finRepeated, by: end).reduce(0) { $0 + $1.count }
      return time > context.thresholds.closing || (repeats >= 3 && context.flow[end].state == .closing)
    } why: {
      "the ACK of its FIN is missing"
    }
  }

  /// An end that stayed in `state` for too long, as `isStalled` judges the end and the time it was there.
  private static func stalled(
    _ context: RuleContext, _ state: TCPState, _ isStalled: (EndpointRole, Int64) -> Bool,
    why: @escaping @Sendable () -> String
  ) -> [RuleMatch] {
    context.ends.compactMap { end -> RuleMatch? in
      guard let entry = context.entered(end, state), isStalled(end, context.nanoseconds(end, in: state)) else {
        return nil
      }
      let last = context.observations(.finRepeated, by: end).last
      return RuleMatch(
        entry, context.confidence(entry),
        "\(end.subject) was in \(TCPState?.some(state).word) \(context.span(end, in: state)): \(why())."
      )
      .and(last?.last.frame).with("duration", seconds: context.nanoseconds(end, in: state))
    }
  }
}
