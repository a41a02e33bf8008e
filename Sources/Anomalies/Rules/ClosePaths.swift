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
}
