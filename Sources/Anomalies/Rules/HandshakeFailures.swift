import ConnectionTracking
import PacketDecoding

// Attempts that came to nothing.

extension AnomalyRule {
  static let synTimeout = AnomalyRule(
    "syn-timeout", .error, .handshake, "Connection attempt without an answer",
    reference: "RFC 9293 §3.8.3; Linux tcp_syn_retries",
    explanation: """
      The client repeated its SYN and heard nothing at all: no SYN-ACK, no RST, no ICMP error. Somebody drops the \
      packets silently, or nobody is there. A closed port on a live host would have answered with RST at once. An attempt \
      whose SYN was never repeated is a warning.
      """,
    causes: [
      "a firewall or security group that drops instead of rejecting", "the host is down or the address is wrong",
      "the answer takes another way and is lost (asymmetric routing)", "the listener's SYN queue is full",
    ],
    next: [
      "ss -tn state syn-sent", "tcptraceroute HOST PORT", "nstat -az TcpExtListenDrops   # on the server",
      "tcp.flags.syn == 1 && tcp.flags.ack == 0",
    ],
    advice: "Look for a firewall rule or a route that drops the SYN; a closed port would answer with RST.",
    peers: PeerNames(
      wireshark: "tcp.analysis.retransmission", zeek: "S0", suricata: nil, kernel: "TcpExtTCPTimeouts"),
    on: .traits(.unanswered)
  ) { context in
    let flow = context.flow
    let syns = flow.clientEnd.packets
    let span = flow.lastSeen.time.nanoseconds(since: flow.firstSeen.time)
    let waited = flow.endedAt.nanoseconds(since: flow.firstSeen.time)
    guard !context.has(.icmpError), syns > 0 else { return [] }
    let isFailed =
      (syns >= context.thresholds.unansweredSYNs && (syns == 1 || span >= initialTimeout))
      || waited > context.thresholds.unansweredSYNTime
    guard isFailed else { return [] }
    let tries = syns == 1 ? "One SYN" : "\(syns) SYNs over \(Phrase.duration(span))"
    let match = RuleMatch(
      .client, at: flow.firstSeen.time, frames: frames(flow.firstSeen.frame, flow.lastSeen.frame),
      "\(tries) found no answer at all in \(context.isCutByEnd ? "at least " : "")\(Phrase.duration(waited)).")
    // A stack that connects repeats its SYN: of one that was never repeated, a scanner's for one, nobody waits for the answer.
    return [(syns == 1 ? match.but(.warning) : match).with("syns", syns)]
  }

  /// The first retransmission timeout (RFC 6298 §2); what is sent sooner is no attempt that was given time.
  private static let initialTimeout: Int64 = 1_000_000_000

  static let synRefused = AnomalyRule(
    "syn-refused", .warning, .handshake, "Connection refused", reference: "RFC 9293 §3.10.7.1",
    explanation: """
      The SYN was answered with RST,ACK, sequence number 0, acknowledging ISN + 1: no socket listens at that port, or none \
      any more where a SYN-ACK had come before. A firewall that rejects with a TCP reset looks the same, save for its TTL.
      """,
    causes: [
      "the service is not running, or not yet", "it listens at another port or only at 127.0.0.1",
      "a firewall rejects with tcp-reset",
    ],
    next: ["ss -ltnp 'sport = :PORT'   # on the server", "systemctl status SERVICE", "tcp.flags.reset == 1"],
    advice: "Check that the service is up and listens at this address and port.",
    peers: PeerNames(
      wireshark: "Connection reset (RST)", zeek: "REJ", suricata: nil, kernel: "TcpOutRsts, reason NO_SOCKET"),
    on: .traits([.refused, .reset])
  ) { context in
    guard
      let reset = context.observations(.reset, by: .server).first(where: {
        [.refused, .firewall].contains(context.cause(of: $0))
      })
    else { return [] }
    let hadAnswered = context.flow.close != .refused && context.flow.serverEnd.initialSequence != nil
    let waited = reset.first.time.nanoseconds(since: context.flow.firstSeen.time)
    let match = RuleMatch(
      .server, at: reset.first.time, frames: frames(context.flow.firstSeen.frame, reset.first.frame),
      hadAnswered
        ? "The server had answered with SYN-ACK, and \(Phrase.duration(waited)) after the first SYN refused the same SYN "
          + "with RST: its listener went away, or it answers a repeated SYN so."
        : "The server answered the SYN with RST after \(Phrase.duration(reset.delay)): no socket listens there.")
    let told = match.with("rst_cause", context.cause(of: reset).rawValue)
    return [hadAnswered ? told.advising("See whether the service was stopped just then.") : told]
  }

  static let synICMPRejected = AnomalyRule(
    "syn-icmp-rejected", .warning, .handshake, "Connection attempt rejected by ICMP",
    reference: "RFC 1122 §4.2.3.9, RFC 792; Linux tcp_v4_err",
    explanation: """
      An ICMP error came back that quotes the SYN. On Linux it ends the attempt at once: port unreachable as \
      ECONNREFUSED, host unreachable or administratively prohibited as EHOSTUNREACH.
      """,
    causes: ["a firewall that rejects", "no route to the host, or no answer to ARP", "the host is down"],
    next: ["nft list ruleset | grep reject", "ip route get ADDRESS", "icmp.type == 3 || icmpv6.type == 1"],
    advice: "Ask who sent the ICMP error: that router or firewall knows why.",
    peers: PeerNames(wireshark: "icmp.type == 3", zeek: nil, suricata: nil, kernel: "IcmpInDestUnreachs"),
    on: .observations(.icmpError)
  ) { context in
    context.observations(.icmpError, by: .client).filter { $0.senderState == .synSent }.map { observation in
      let who =
        observation.circumstances.contains(.fromPeer) ? "the server's own host" : "a router or firewall on the way"
      return RuleMatch(
        .client, at: observation.first.time, frames: frames(context.flow.firstSeen.frame, observation.first.frame),
        "The SYN was answered with ICMP \(ICMPWord.text(for: observation)) from \(who)."
      )
      .with("icmp_type", observation.distance >> 8).with("icmp_code", observation.distance & 0xff)
    }
  }

  static let handshakeAborted = AnomalyRule(
    "handshake-aborted", .warning, .handshake, "The client reset its own connection attempt",
    reference: "RFC 9293 §3.5, Figure 8",
    explanation: """
      The client sent a SYN, got the SYN-ACK and answered it with RST: its socket was gone by then, or never was. The \
      server keeps nothing of it.
      """,
    causes: [
      "connect() timed out or was cancelled before the answer came", "a port scan (SYN scan): see port-scan",
      "the answer came from an address that was not translated back: see nat-translated-pair",
      "a spoofed SYN, whose victim answers the SYN-ACK", "an old duplicate SYN",
    ],
    next: ["nstat -az TcpExtTCPAbortOnTimeout TcpAttemptFails", "tcp.flags.reset == 1 && tcp.seq == 1"],
    advice: "Compare the delay of the SYN-ACK with the client's connect timeout.",
    peers: PeerNames(wireshark: nil, zeek: "RSTOS0", suricata: nil, kernel: "TcpExtEmbryonicRsts"),
    on: .traits(.reset)
  ) { context in
    context.observations(.reset, by: .client).prefix(1).compactMap { observation -> RuleMatch? in
      guard observation.reset.answers == .synACK,
        context.entered(.client, .established) == nil
          || context.flow.clientEnd.state == .closed,
        context.cause(of: observation) == .cancelledConnect
      else { return nil }
      let waited = observation.first.time.nanoseconds(since: context.flow.firstSeen.time)
      let hasSYN = context.flow.orientation == .syn
      let difference = Int(observation.reset.timeToLiveDifference)
      let isRaw = hasSYN && abs(difference) > context.thresholds.timeToLiveTolerance
      let match = RuleMatch(
        .client, at: observation.first.time, frames: frames(context.flow.firstSeen.frame, observation.first.frame),
        hasSYN
          ? "The client answered the SYN-ACK with RST, \(Phrase.duration(waited)) after its first SYN"
            + "\(isRaw ? ", with a TTL that differs by \(difference): a raw socket sent the SYN" : "")."
          : "The client answered the SYN-ACK with RST; a SYN of its own was not captured."
      )
      guard hasSYN else { return match }
      let timed = match.with("waited", seconds: waited)
      if isRaw { return timed.with("ttl_difference", difference).advising(scanAdvice) }
      return waited < ResetCause.leastPatience ? timed.advising(noSocketAdvice) : timed
    }
  }

  private static let scanAdvice = "See whether that host tried other ports as well: this is how a SYN scan looks."
  private static let noSocketAdvice =
    "Where no connect() gives up so soon, look for a scanner, or for an answer whose address was not translated back."

  static let synSentAbandoned = AnomalyRule(
    "syn-sent-abandoned", .notice, .stall, "The SYN-ACK came and nobody took it",
    reference: "RFC 9293 §3.10.4",
    explanation: """
      The server answered the SYN, and the client never sent anything again. Either the SYN-ACK was lost between the \
      tap and the client, or the client had closed the socket and a firewall swallows the RST.
      """,
    causes: ["connect() was cancelled (happy eyeballs, a short timeout)", "loss between the tap and the client"],
    next: ["ss -tn state syn-recv   # on the server", "tcp.flags.syn == 1"],
    advice: "Capture at the client to see whether the SYN-ACK reaches it.",
    peers: PeerNames(zeek: "S1"), on: .traits(.lingered)
  ) { context in
    let flow = context.flow
    guard flow.orientation == .syn, flow.clientEnd.packets == 1, flow.serverEnd.packets > 0, flow.close == .none,
      flow.serverEnd.state == .synReceived, let sent = flow.clientEnd.lastSent
    else { return [] }
    let waited = flow.endedAt.nanoseconds(since: sent)
    guard waited > context.thresholds.unansweredSYNTime else { return [] }
    return [
      RuleMatch(
        .client, at: sent, frames: frames(flow.firstSeen.frame, flow.lastSeen.frame), .presumed,
        "The client sent one SYN and nothing more, though the server answered it; that is "
          + "\(Phrase.duration(waited)) ago."
      )
    ]
  }
}

/// What an ICMP error says.
enum ICMPWord {
  private static let unreachable: [Int: String] = [
    0: "network unreachable", 1: "host unreachable", 2: "protocol unreachable", 3: "port unreachable",
    4: "fragmentation needed", 9: "network administratively prohibited", 10: "host administratively prohibited",
    13: "administratively prohibited",
  ]
  private static let unreachable6: [Int: String] = [
    0: "no route to destination", 1: "administratively prohibited", 3: "address unreachable", 4: "port unreachable",
    5: "source address failed policy", 6: "reject route",
  ]

  static func text(for observation: Observation) -> String {
    let type = observation.distance >> 8
    let code = observation.distance & 0xff
    let isIPv6 = observation.circumstances.contains(.icmpv6)
    let word = isIPv6 ? (type == 1 ? unreachable6[code] : nil) : (type == 3 ? unreachable[code] : nil)
    if let word { return word }
    switch (isIPv6, type) {
    case (false, 11), (true, 3): return "time exceeded"
    case (true, 2): return "packet too big"
    default: return "type \(type) code \(code)"
    }
  }
}

/// Two frames, or one where they are the same.
func frames(_ first: UInt64, _ last: UInt64) -> [UInt64] { first == last ? [first] : [first, last] }
