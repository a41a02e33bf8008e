import ConnectionTracking
import PacketDecoding

// RSTs that do not do what they look like.

extension AnomalyRule {
  static let rstChallenged = AnomalyRule(
    "rst-in-window-challenged", .warning, .reset, "A RST was challenged, not obeyed", reference: "RFC 5961 §3.2",
    explanation: """
      A RST lay in the receiver's window but not at the very number it awaits. The receiver answers with a challenge \
      ACK and keeps the connection; a genuine peer would reset again with the right number.
      """,
    causes: ["a blind reset attempt", "a middlebox with stale numbers", "a peer that lost segments of its own"],
    next: ["nstat -az TcpExtTCPChallengeACK", "compare ip.ttl of the RST with the others"],
    advice: "Find out who sent it: the connection lives on.",
    peers: PeerNames(
      wireshark: "tcp.flags.reset (wrong: it goes on)", suricata: "stream.rst_invalid_ack",
      kernel: "TcpExtTCPChallengeACK"),
    on: .observations(.reset)
  ) { context in
    context.observations(.reset).compactMap { observation -> RuleMatch? in
      guard observation.reset.position == .inWindow, !observation.reset.traits.contains(.accepted) else { return nil }
      let challenge = context.observations(.challengeACK, by: observation.sender.peer).first {
        $0.first.frame > observation.first.frame
      }
      let lives = context.observations(.segmentAfterReset).contains { $0.first.frame > observation.first.frame }
      // It was genuine, if the challenge brings the right number.
      let isMeant = context.observations(.reset, by: observation.sender).contains {
        $0.first.frame > observation.first.frame && $0.reset.traits.contains(.accepted)
      }
      guard challenge != nil || lives, !isMeant else { return nil }
      return RuleMatch(
        observation.sender, observation, challenge == nil ? .presumed : .confirmed,
        "A RST in the \(observation.sender.noun)'s name lay \(observation.distance) beyond the number "
          + "awaited\(challenge == nil ? " and was ignored" : "; the \(observation.sender.peer.noun) challenged it"), "
          + "and the connection went on."
      )
      .and(challenge?.first.frame)
    }
  }

  static let rstOutOfWindow = AnomalyRule(
    "rst-out-of-window", .notice, .reset, "A RST outside the window", reference: "RFC 9293 §3.10.7.4, second step",
    explanation: "A RST lay outside the receiver's window, which drops it without a word.",
    causes: ["a scan or an attempt to reset blindly", "an old duplicate", "a middlebox with stale numbers"],
    next: ["compare ip.ttl of the RST with the others"], advice: "Find out who sent it: the connection lives on.",
    on: .observations(.reset)
  ) { context in
    context.observations(.reset).filter {
      $0.reset.position == .outsideWindow && !$0.reset.traits.contains(.accepted)
        && $0.receiverState?.isSynchronized == true
        && $0.receiverState != .timeWait
    }.prefix(1).map {
      RuleMatch(
        $0.sender, $0,
        "A RST in the \($0.sender.noun)'s name lay \(abs($0.distance)) \($0.distance < 0 ? "below" : "beyond") the "
          + "number awaited, outside the window."
      )
    }
  }

  static let rstSuspectedInjected = AnomalyRule(
    "rst-suspected-injected", .error, .reset, "A RST that its alleged sender did not send", reference: "RFC 5961 §1",
    explanation: """
      The RST does not fit the other packets of the end it names: its TTL differs, or that end goes on sending data or \
      acknowledgments after it, or it has neither an ACK, as a socket's own RST, nor a window of 0, as an answer without a socket, and \
      its TTL and IP identification do not carry on either. Something between the ends sent it.
      """,
    causes: [
      "a firewall, IDS or censor that resets connections", "a balancer that resets in the server's name", "an attack",
    ],
    next: ["ip.ttl and the source MAC of the RST against the others", "capture on the other side of the firewall"],
    advice: "Capture at the host named as its sender: a RST that is not there was injected on the way.",
    peers: PeerNames(suricata: "stream.suspected_rst_inject"), on: .observations(.reset)
  ) { context in
    context.observations(.reset).filter { observation in
      observation.senderState?.isSynchronized == true && context.isForeign(observation)
        && (observation.reset.traits.contains(.accepted)
          || abs(Int(observation.reset.timeToLiveDifference)) > context.thresholds.timeToLiveTolerance)
    }.prefix(1).map { observation in
      let difference = Int(observation.reset.timeToLiveDifference)
      let why =
        abs(difference) > context.thresholds.timeToLiveTolerance
        ? "its TTL differs from the others by \(difference)"
        : context.hasForeignShape(observation)
          ? "it has no ACK and yet a window of \(observation.reset.window), and does not carry on from the others"
          : "the \(observation.sender.noun) went on after it"
      return RuleMatch(
        observation.sender, observation, .presumed,
        "A RST in the \(observation.sender.noun)'s name is probably not its own: \(why)."
      )
      .with("ttl_difference", difference).with("rst_cause", ResetCause.injected.rawValue)
    }
  }

  static let peerUnawareOfReset = AnomalyRule(
    "peer-unaware-of-rst", .notice, .reset, "The RST did not reach its receiver", reference: "RFC 9293 §3.5.2",
    explanation: """
      An end reset the connection, and more than a round trip later its peer still sends as if nothing had happened: \
      the RST was lost. Until the peer's next segment is answered, the two ends differ.
      """,
    causes: ["the RST was lost on the way", "a firewall swallows RSTs"], next: ["ss -tn   # at both ends"],
    advice: "Nothing to do, if the peer's next segment is answered by RST.", on: .observations(.segmentAfterReset)
  ) { context in
    let limit = max(2 * context.roundTrip, context.thresholds.race)
    return context.observations(.segmentAfterReset).compactMap { after -> RuleMatch? in
      guard after.circumstances.contains(.afterPeerReset), after.delay > limit,
        let reset = context.observations(.reset, by: after.sender.peer).first(where: {
          $0.reset.traits.contains(.accepted) && $0.first.frame < after.first.frame
        }),
        !context.isForeign(reset), reset.receiverState?.isSynchronized == true
      else { return nil }
      return RuleMatch(
        after.sender, after,
        "\(after.sender.subject) went on for "
          + "\(Phrase.duration(after.last.time.nanoseconds(since: reset.first.time))) after the RST: it did not get it."
      )
      .and(reset.first.frame).with("segments", after.count)
    }
  }
}
