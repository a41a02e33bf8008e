import ConnectionTracking
import PacketDecoding

// How connections end.

extension AnomalyRule {
  static let threeWayClose = AnomalyRule(
    "three-way-close", .info, .close, "Closed with three segments", reference: "RFC 9293 §3.3.2, Figure 5, note 2",
    explanation: """
      The second FIN was also the first acknowledgment of the first one, so the end that closed first went from \
      FIN_WAIT_1 to TIME_WAIT directly and was never in FIN_WAIT_2.
      """,
    causes: ["the other application closed at once when it read the end of the stream"],
    next: ["tcp.flags.fin == 1"], advice: "Nothing to do.", peers: PeerNames(wireshark: "tcp.completeness", zeek: "SF"),
    on: .traits(.threeWay)
  ) { context in
    let first: EndpointRole = context.flow.closedBy == .server ? .server : .client
    guard let fin = context.fin(of: first), let answer = context.fin(of: first.peer) else { return [] }
    return [
      RuleMatch(
        first, at: fin.time, frames: frames(fin.frame ?? 0, answer.frame ?? 0),
        "The second FIN also acknowledged the first: no FIN_WAIT_2.")
    ]
  }

  static let simultaneousClose = AnomalyRule(
    "simultaneous-close", .notice, .close, "Both ends closed at the same time", reference: "RFC 9293 §3.6, Figure 13",
    explanation: """
      Each FIN was sent before the other had arrived: an end that the other's FIN reaches before the ACK of its own \
      goes through CLOSING, and both keep the four-tuple in TIME_WAIT.
      """,
    causes: ["idle timeouts of the same length at both ends"],
    next: ["ss -tan state time-wait", "tcp.flags.fin == 1"],
    advice: "Give one end the longer idle timeout, so that only the other closes.",
    peers: PeerNames(zeek: "SF"), on: .traits(.simultaneous)
  ) { context in
    guard let client = context.fin(of: .client), let server = context.fin(of: .server) else { return [] }
    let apart = client.time.distance(to: server.time)
    let first = client.time <= server.time ? client : server
    let second = client.time <= server.time ? server : client
    return [
      RuleMatch(
        nil, at: first.time, frames: frames(first.frame ?? 0, second.frame ?? 0),
        "Both ends sent a FIN before the other's had arrived, \(Phrase.duration(apart)) apart.")
    ]
  }

  static let halfClose = AnomalyRule(
    "half-close", .info, .close, "One end closed and the other went on sending", reference: "RFC 9293 §3.6.1",
    explanation: """
      One end sent its FIN, the other acknowledged it and kept sending. Legal: shutdown(SHUT_WR) ends one direction \
      only. The end that closed stays in FIN_WAIT_2 meanwhile, the other in CLOSE_WAIT.
      """,
    causes: ["shutdown(SHUT_WR) to mark the end of the input (ssh, git, rsync, netcat -N)"],
    next: ["ss -tn state fin-wait-2", "tcp.flags.fin == 1"], advice: "Nothing to do.",
    on: .observations(.dataAfterPeerFIN)
  ) { context in
    guard context.flow.close != .resetAfterFIN, context.flow.close != .reset else { return [] }
    return context.observations(.dataAfterPeerFIN).filter { observation in
      observation.circumstances.contains(.acknowledged) && (observation.count > 1 || context.flow.close != .threeWay)
    }.prefix(1).map { observation in
      let closer = observation.sender.peer
      return RuleMatch(
        closer, observation,
        "The \(closer.noun) closed its direction, and the \(observation.sender.noun) sent \(Phrase.bytes(observation.bytes)) "
          + "more over \(Phrase.duration(observation.delay))."
      )
      .with("bytes", observation.bytes)
    }
  }

  static let rstAfterFIN = AnomalyRule(
    "rst-after-fin", .notice, .close, "The close ended in a reset", reference: "RFC 9293 §3.6.1; RFC 2525 §2.16",
    explanation: """
      One end had sent its FIN when a RST ended the connection. What was on its way by then is lost to an application \
      that had not read it yet.
      """,
    causes: [
      "data came after close()", "the application closed with unread input", "SO_LINGER with a short time",
      "the kernel had dropped the closed socket",
    ],
    next: ["nstat -az TcpExtTCPAbortOnData TcpExtTCPAbortOnClose", "tcp.flags.reset == 1"],
    advice: "Read until the end of the stream before close(); rst_cause says which of the cases it is.",
    peers: PeerNames(wireshark: "tcp.flags.reset", zeek: "RSTO, RSTR"), on: .traits(.reset)
  ) { context in
    guard context.flow.close == .resetAfterFIN,
      let observation = context.observations(.reset).first(where: {
        !$0.reset.traits.isDisjoint(with: [.afterOwnFIN, .afterPeerFIN])
      }), !context.isForeign(observation)
    else { return [] }
    let cause = context.cause(of: observation)
    let whose =
      observation.reset.traits.contains(.afterOwnFIN) ? "its own FIN" : "the \(observation.sender.peer.noun)'s FIN"
    return [
      RuleMatch(observation.sender, observation, "\(observation.sender.subject) sent RST after \(whose).").with(
        "rst_cause", cause.rawValue)
    ]
  }

  static let requestAfterFIN = AnomalyRule(
    "request-after-fin", .error, .close, "A request crossed the close of an idle connection",
    reference: "RFC 9112 §9.5; RFC 9293 §3.6.1",
    explanation: """
      One end closed an idle connection, and a request of the other was already on its way, or was sent within a round \
      trip of the FIN. The closer answers it with RST, and the request is lost: behind a proxy, an intermittent 502. \
      In the second form the closer had acknowledged the request in its last milliseconds and reset it unread.
      """,
    causes: ["the closer's keep-alive timeout is not longer than its peer's"],
    next: [
      "compare the idle timeouts: the gap before the FIN is the closer's",
      "nginx keepalive_timeout, Node server.keepAliveTimeout, gunicorn --keep-alive, the balancer's idle timeout",
    ],
    advice: "Make the idle timeout of the end that closes longer than that of the end that sends requests.",
    peers: PeerNames(wireshark: "tcp.flags.reset", kernel: "TcpExtTCPAbortOnData"),
    on: .observations(.dataAfterPeerFIN, .finCrossesData, .reset)
  ) { context in
    crossedFIN(context) ?? unreadAtClose(context) ?? []
  }

  private static func crossedFIN(_ context: RuleContext) -> [RuleMatch]? {
    guard let late = crossing(context), let fin = context.fin(of: late.closer) else { return nil }
    let reset = context.observations(.reset, by: late.closer).first { $0.first.frame > late.frame ?? 0 }
    guard reset != nil || context.flow.isOverdue(late.closer.peer, since: late.time) else { return nil }
    let idle = idleBefore(fin, context)
    // What the closer acknowledged it took: it had closed its own direction only. Between two requests it resets them
    // unread all the same.
    let wasTaken = context.flow[late.closer.peer].unacknowledgedBytes < late.bytes
    if wasTaken, idle == nil { return nil }
    let after = idle.map { " after \(Phrase.duration($0)) idle" } ?? ""
    let fate = reset == nil ? "never acknowledged" : "reset"
    return [
      RuleMatch(
        late.closer, at: fin.time, frames: [fin.frame, late.frame, reset?.first.frame].compactMap(\.self).sorted(),
        "The \(late.closer.noun) closed\(after); \(Phrase.bytes(late.bytes)) of the \(late.closer.peer.noun) "
          + "crossed the FIN and were \(fate)."
      )
      .with("variant", "crossed-fin").with("bytes_lost", late.bytes).with("idle", seconds: idle ?? 0)
    ]
  }

  /// Data that was sent within a round trip of the peer's FIN, before or after it at the tap.
  private static func crossing(
    _ context: RuleContext
  ) -> (closer: EndpointRole, bytes: Int, frame: UInt64?, time: Timestamp)? {
    let limit = max(2 * context.roundTrip, context.thresholds.race)
    if let late = context.observations(.dataAfterPeerFIN).first(where: {
      $0.delay <= limit && !context.tookLeave($0.sender)
    }
    ) {
      return (late.sender.peer, late.bytes, late.first.frame, late.first.time)
    }
    guard let early = context.observations(.finCrossesData).first(where: { $0.delay <= limit }) else { return nil }
    return (early.sender, early.bytes, nil, early.first.time)
  }

  /// Idle, then a request, and before anybody read it the closer resets.
  private static func unreadAtClose(_ context: RuleContext) -> [RuleMatch]? {
    guard
      let reset = context.observations(.reset).first(where: {
        $0.reset.traits.isSuperset(of: [.hasACK, .acknowledgesAll])
      }),
      let idle = context.observations(.silence).last(where: {
        $0.sender == reset.sender.peer && $0.first.frame < reset.first.frame && $0.delay >= 1_000_000_000
      }),
      idle.circumstances.isDisjoint(with: [.endedByFIN, .endedByRST]), reset.senderState?.isSynchronized == true,
      context.flow[reset.sender.peer].payloadBytes > 0, !context.isForeign(reset)
    else { return nil }
    let delay = reset.first.time.nanoseconds(since: idle.first.time)
    guard delay < context.thresholds.race, context.flow[reset.sender].payloadBytes > 0 else { return nil }
    return [
      RuleMatch(
        reset.sender, at: idle.first.time, frames: [idle.first.frame, reset.first.frame],
        "After \(Phrase.duration(idle.delay)) idle the \(idle.sender.noun) sent a request, and the "
          + "\(reset.sender.noun) reset the connection \(Phrase.duration(delay)) later without reading it."
      )
      .with("variant", "unread-at-close").with("idle", seconds: idle.delay)
    ]
  }

  /// How long nothing had passed before `fin`; nil for less than a second.
  static func idleBefore(_ fin: Transition, _ context: RuleContext) -> Int64? {
    context.observations(.silence).first { $0.first.frame == fin.frame && $0.delay >= 1_000_000_000 }?.delay
  }
}

extension Flow {
  /// `sender` still waits for an acknowledgment, and has for a second or more since `time`.
  fileprivate func isOverdue(_ sender: EndpointRole, since time: Timestamp) -> Bool {
    self[sender].unacknowledgedBytes > 0 && endedAt.nanoseconds(since: time) > 1_000_000_000
  }
}
