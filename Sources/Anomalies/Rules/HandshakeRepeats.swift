import ConnectionTracking
import PacketDecoding

// Handshakes that succeed late, or at one end only.

extension AnomalyRule {
  static let synRetransmitted = AnomalyRule(
    "syn-retransmitted", .notice, .handshake, "The SYN had to be repeated",
    reference: "RFC 6298 §2: an initial timeout of 1 s",
    explanation: """
      The first SYN brought no answer, a later one did. Each repeat costs the user the retransmission timer: 1 s, \
      then 2 s more, then 4 s; Linux since 6.5 repeats a few times after 1 s each first. Linux servers drop a SYN \
      without a word when the accept queue is full.
      """,
    causes: [
      "loss on the way", "the listener's accept or SYN queue was full", "a stateful firewall learning the flow",
    ],
    next: ["nstat -az TcpExtListenDrops TcpExtListenOverflows TcpRetransSegs", "ss -ltn   # Recv-Q against Send-Q"],
    advice:
      "See whether many connections to this listener show it at the same time: then it is the queue, not the line.",
    peers: PeerNames(wireshark: "tcp.analysis.retransmission", kernel: "TcpExtTCPSynRetrans"), canBeFeigned: true,
    on: .observations(.synRepeated)
  ) { context in
    guard context.flow.close != .unanswered, context.flow.close != .refused, context.flow.serverEnd.packets > 0 else {
      return []
    }
    return context.observations(.synRepeated, by: .client).filter { !$0.circumstances.contains(.acknowledged) }.map {
      observation in
      let delay = observation.last.time.nanoseconds(since: context.flow.firstSeen.time)
      return RuleMatch(
        .client, observation,
        "The SYN was repeated \(Phrase.times(observation.count)) before it was answered, which cost "
          + "\(Phrase.duration(delay))."
      )
      .and(context.flow.firstSeen.frame).with("repeats", observation.count).with("delay", seconds: delay)
    }
  }

  static let synACKLost = AnomalyRule(
    "syn-ack-lost", .notice, .handshake, "The SYN-ACK did not reach the client", reference: "RFC 9293 §3.5",
    explanation: """
      The SYN-ACK passed the tap, and yet the client repeated its SYN or the server its SYN-ACK before any ACK: the \
      SYN-ACK was lost between the tap and the client.
      """,
    causes: ["loss between the tap and the client", "a firewall that drops the answer (asymmetric routing)"],
    next: ["capture at the client", "nstat -az TcpExtTCPSynRetrans", "tcp.flags.syn == 1"],
    advice: "Look at the way from the tap to the client.",
    peers: PeerNames(wireshark: "tcp.analysis.retransmission", suricata: "stream.3whs_synack_flood"),
    canBeFeigned: true, on: .observations(.synRepeated, .synACKRepeated)
  ) { context in
    let again = context.observations(.synRepeated, by: .client).filter { $0.circumstances.contains(.acknowledged) }
    // Sooner than its timer, a SYN-ACK comes again because the network doubled the SYN.
    let answers = context.observations(.synACKRepeated, by: .server).filter {
      !$0.circumstances.contains(.acknowledged) && $0.delay >= leastSYNACKTimer
    }
    guard let first = (again + answers).min(by: { $0.first.frame < $1.first.frame }),
      context.nanoseconds(.client, in: .established) > 0 || context.flow.clientEnd.state != .synSent,
      // What the client reset had reached it, and after a RST of the server the SYN is another attempt.
      !context.observations(.reset).contains(where: { $0.first.frame < first.last.frame })
    else { return [] }
    let count = (again + answers).reduce(0) { $0 + $1.count }
    return [
      RuleMatch(
        .server, first,
        again.isEmpty
          ? "The SYN-ACK passed the tap and was repeated \(Phrase.times(count)): it was lost, or the ACK that "
            + "answered it."
          : "The SYN-ACK passed the tap and was lost behind it: the client repeated its SYN."
      )
      .with("repeats", count)
    ]
  }

  static let thirdACKLost = AnomalyRule(
    "third-ack-lost", .notice, .handshake, "The ACK that ends the handshake was lost",
    reference: "RFC 9293 §3.5, Figure 6",
    explanation: """
      The client acknowledged the SYN-ACK, and the server repeated it all the same: the ACK was lost behind the tap. \
      Meanwhile the client was ESTABLISHED and the server still in SYN_RCVD. Harmless, unless the server speaks first.
      """,
    causes: ["loss between the tap and the server"],
    next: ["ss -tn state syn-recv   # on the server", "tcp.flags.syn == 1 && tcp.flags.ack == 1"],
    advice: "Nothing to do for one; many of them on one listener are an accept queue that overflows.",
    peers: PeerNames(kernel: "TcpExtTCPSynRetrans"), on: .observations(.synACKRepeated)
  ) { context in
    context.observations(.synACKRepeated, by: .server).filter { observation in
      observation.circumstances.contains(.acknowledged) && !observation.circumstances.contains(.peerSentData)
        && !observation.circumstances.contains(.echoesThirdACK)
        && observation.delay >= leastSYNACKTimer && !isDeferred(context)
    }.map { observation in
      let isOver = serverWentOn(context, after: observation)
      let why = isOver ? "that ACK was lost" : "that ACK was lost, or the accept queue is full"
      return RuleMatch(
        .server, observation, isOver ? .confirmed : .presumed,
        "The server repeated its SYN-ACK \(Phrase.times(observation.count)) after the client had acknowledged it: \(why)."
      )
    }
  }

  static let deferredAccept = AnomalyRule(
    "deferred-accept", .info, .handshake, "The server waits for data before it accepts",
    reference: "tcp(7) TCP_DEFER_ACCEPT; Linux tcp_check_req",
    explanation: """
      The third ACK passed, the server ignored it and repeated its SYN-ACK a second or more later, or after the sum of \
      the timeouts that it let pass: 3, 7, 15 or 31 s. With TCP_DEFER_ACCEPT a Linux server stays in SYN_RCVD until data \
      comes, or until that time is over and its SYN-ACK is acknowledged again. Not a loss.
      """,
    causes: ["TCP_DEFER_ACCEPT is set on the listener (nginx `deferred`, Apache AcceptFilter)"],
    next: ["nstat -az TcpExtTCPDeferAcceptDrop", "ss -tn state syn-recv   # on the server"],
    advice: "Nothing to do, as long as the client speaks first.",
    peers: PeerNames(kernel: "TcpExtTCPDeferAcceptDrop"), on: .observations(.synACKRepeated)
  ) { context in
    guard isDeferred(context) else { return [] }
    return context.observations(.synACKRepeated, by: .server).filter { $0.circumstances.contains(.acknowledged) }
      .prefix(1)
      .map { observation in
        let end =
          hasServedData(context)
          ? "until data came"
          : context.has(.reset) ? "and gave up before data came" : "as a listener does that waits for data"
        return RuleMatch(
          .server, observation,
          observation.circumstances.contains(.echoesThirdACK) ? .certain : .presumed,
          "The server ignored the third ACK and stayed in SYN_RCVD \(end), "
            + "\(Phrase.duration(observation.first.time.nanoseconds(since: context.flow.firstSeen.time))) and more."
        )
      }
  }

  static let synReceivedStalled = AnomalyRule(
    "syn-rcvd-stalled", .warning, .handshake, "The server waits for the end of the handshake",
    reference: "RFC 9293 §3.10.7.4; Linux tcp_synack_retries",
    explanation: """
      The server answered the SYN and repeats its SYN-ACK; no ACK comes. It holds a request in SYN_RCVD meanwhile, \
      about a minute on Linux.
      """,
    causes: ["the source address is spoofed (SYN flood)", "the way back is broken", "the client cancelled connect()"],
    next: ["ss -tn state syn-recv | wc -l", "nstat -az TcpExtTCPSynRetrans TcpExtSyncookiesSent"],
    advice: "Check the way back to the client; with many sources at once, think of a SYN flood.",
    peers: PeerNames(suricata: "stream.3whs_synack_flood", kernel: "TcpExtTCPTimeouts"),
    on: .observations(.synACKRepeated)
  ) { context in
    let waited = context.nanoseconds(.server, in: .synReceived)
    guard context.flow.serverEnd.state == .synReceived || context.entered(.server, .established) == nil,
      waited > context.thresholds.synReceived, let entry = context.entered(.server, .synReceived),
      !context.flow.timeline.contains(where: {
        $0.endpoint == .client && $0.to == .established && $0.evidence == .observed
      })
    else { return [] }
    let repeats = context.observations(.synACKRepeated, by: .server).reduce(0) { $0 + $1.count }
    guard repeats > 0 else { return [] }
    return [
      RuleMatch(
        entry, context.confidence(entry),
        "The server was in SYN_RCVD \(context.span(.server, in: .synReceived)) and repeated its SYN-ACK "
          + "\(Phrase.times(repeats)); no ACK came."
      )
      .with("duration", seconds: waited).with("repeats", repeats)
    ]
  }

  /// SYN-ACKs come again by a timer of 1 s; sooner they are copies, or answers to a repeated SYN.
  static let leastSYNACKTimer: Int64 = 500_000_000

  /// The server answered for good after `observation`.
  static func serverWentOn(_ context: RuleContext, after observation: Observation) -> Bool {
    guard let last = context.flow.serverEnd.lastSent else { return false }
    return last > observation.last.time
  }

  /// The server repeated its SYN-ACK on the timer alone, though it had the third ACK: it took the connection when data came,
  /// its timestamp says so, or it let as many timeouts pass as a listener does that waits (Linux tcp_check_req, whose
  /// SYN-ACK times out after 1, 2, 4, 8 and 16 s).
  static func isDeferred(_ context: RuleContext) -> Bool {
    guard
      let observation = context.observations(.synACKRepeated, by: .server).first(where: {
        $0.circumstances.contains(.acknowledged)
      }),
      !observation.circumstances.contains(.peerSentData), !context.has(.synRepeated)
    else { return false }
    let since = observation.first.time.nanoseconds(since: context.flow.firstSeen.time)
    if observation.circumstances.contains(.echoesThirdACK) || isSumOfTimeouts(since) {
      return observation.count == 1
    }
    return hasServedData(context) && since >= 900_000_000
      && context.observations(.silence).contains { $0.delay >= 1_000_000_000 }
  }

  /// The server took data of the client.
  private static func hasServedData(_ context: RuleContext) -> Bool {
    context.flow.clientEnd.payloadBytes > context.flow.clientEnd.unacknowledgedBytes
  }

  /// 1 + 2 s, 1 + 2 + 4 s, ...: within a twentieth.
  private static func isSumOfTimeouts(_ nanoseconds: Int64) -> Bool {
    (2...6).contains { timeouts in
      let sum = (Int64(1) << timeouts - 1) * 1_000_000_000
      return (sum - sum / 20...sum + sum / 20).contains(nanoseconds)
    }
  }
}
