import ConnectionTracking
import PacketDecoding

// What many connections to one listener show together.

extension AnomalyRule {
  static let synFlood = aggregate(
    "syn-flood", .error, "A flood of SYNs",
    explanation: """
      More SYNs a second than the limit came to one listener from many addresses, and few of the handshakes were \
      finished.
      """,
    causes: ["an attack with spoofed sources", "clients that retry all at once after an outage"],
    next: [
      "ss -tn state syn-recv | wc -l", "nstat -az TcpExtSyncookiesSent TcpExtTCPReqQFullDrop",
      "sysctl net.ipv4.tcp_syncookies",
    ],
    advice: "Keep tcp_syncookies on, and filter the sources upstream.",
    peers: PeerNames(suricata: "stream.3whs_syn_flood", kernel: "TcpExtSyncookiesSent"), reference: "RFC 4987")
  static let synBacklogDrop = aggregate(
    "syn-backlog-drop", .error, "The listener drops SYNs",
    explanation: """
      SYNs to one listener had to be repeated while others were answered at once: its SYN or accept queue was full for \
      moments. Each drop costs its client a second. SYNs that find no answer at all while connections that were answered \
      stay open are told as well, as a warning: the queue may be full for good, or the host gone.
      """,
    causes: [
      "the accept queue is full: Linux then drops SYNs", "tcp_max_syn_backlog is too small and syncookies are off",
    ],
    next: ["nstat -az TcpExtListenDrops TcpExtListenOverflows TcpExtTCPReqQFullDrop", "ss -ltn"],
    advice: "Raise the backlog and net.core.somaxconn, and look at the accept loop.",
    peers: PeerNames(kernel: "TcpExtListenDrops, TcpExtTCPReqQFullDrop"), reference: "Linux tcp_conn_request")
  static let backendFlapping = aggregate(
    "backend-flapping", .warning, "The listener comes and goes",
    explanation: """
      Connections to one listener fail and succeed in turns, each within a minute or so of the other.
      """,
    causes: ["a service that restarts again and again", "several servers behind one address, one of them broken"],
    next: ["systemctl status SERVICE; journalctl -u SERVICE", "the balancer's health checks"],
    advice: "Look for restarts of the service, and for one bad server among several.")
  static let connectLatencyOutlier = aggregate(
    "connect-latency-outlier", .notice, "Some connections took a second to open",
    explanation: """
      From the first SYN to the SYN-ACK some attempts took 1 s, 3 s or 7 s, where others take milliseconds: the \
      steps of the SYN's retransmission timer (1 s, 2 s, 3 s and on from Linux 6.5). A SYN or its answer was dropped; \
      it is not distance.
      """,
    causes: ["a full accept or SYN queue", "loss"],
    next: ["nstat -az TcpExtListenDrops", "tcp.flags.syn == 1 && tcp.analysis.retransmission"],
    advice: "See whether the slow ones come in bursts: then it is the queue.", reference: "RFC 6298 §2")
  static let halfCloseHeavy = aggregate(
    "half-close-heavy", .notice, "Many connections are half closed",
    explanation: """
      A good part of the connections to one listener is closed by one end while the other goes on sending.
      """,
    causes: ["the protocol marks the end of its input by shutdown()"], next: ["ss -tn state fin-wait-2 | wc -l"],
    advice: "Nothing to do where it is meant; balancers with short half-close timeouts may cut the answer off.")
  static let resetRate = aggregate(
    "reset-rate", .warning, "The server resets many connections",
    explanation: """
      A good part of the connections to one listener ended by a RST of the server.
      """,
    causes: [
      "the application closes with unread input, or with SO_LINGER 0", "an idle timeout shorter than the client's",
      "crashes",
    ],
    next: ["nstat -az TcpExtTCPAbortOnClose TcpExtTCPAbortOnData TcpEstabResets"],
    advice: "See the rst_cause of the flows.")
}

extension AggregateRule {
  static let listeners: [AggregateRule] = [
    AggregateRule(rule: .acceptQueueOverflow) { context in
      context.listeners { one in
        guard one.acceptQueueSigns >= context.thresholds.acceptQueueFlows else { return nil }
        return (
          "\(one.acceptQueueSigns) of \(one.attempts) connections look as if the accept queue of \(one.listener) "
            + "had been full.",
          one.first(showing: .acceptQueue), one.acceptQueueSigns
        )
      }
    },
    AggregateRule(rule: .synFlood) { context in
      context.listeners { one in
        guard one.rate.peak >= context.thresholds.synFlood, one.established * 10 < one.attempts, one.distinctClients > 9
        else { return nil }
        return (
          "\(one.rate.peak) SYNs came to \(one.listener) in one second, from "
            + "\(one.distinctClients == 64 ? "64 or more" : "\(one.distinctClients)") addresses; \(one.established) "
            + "of \(one.attempts) handshakes were finished.",
          one.firstAttemptSeen, one.rate.peak
        )
      }
    },
    AggregateRule(rule: .synBacklogDrop) { context in
      context.listeners { one in
        guard one.retried >= 3, one.slowAnswers >= 3, one.answerDelay.count > 2 * one.slowAnswers else { return nil }
        return (
          "\(one.retried) SYNs to \(one.listener) had to be repeated while "
            + "\(one.answerDelay.count - one.slowAnswers) were answered at once.",
          one.first(showing: .retry), one.retried
        )
      }
    },
    AggregateRule(rule: .synBacklogDrop) { context in
      context.listeners { one in
        guard one.ignoresWhileHolding else { return nil }
        return (
          "\(one.listener) left \(Phrase.count(one.ignored, "attempt")) without any answer while it held "
            + "\(Phrase.count(one.held, "connection")) that it had answered: its accept queue or backlog is full, or the "
            + "host, or the way to it, is gone.",
          one.first(showing: .ignored), one.ignored
        )
      }
      .map { $0.but(.warning) }
    },
    AggregateRule(rule: .connectLatencyOutlier) { context in
      context.listeners { one in
        guard one.slowAnswers > 0, one.answerDelay.count > 2 * one.slowAnswers,
          one.answerDelay.percentile(0.5) < 300_000_000
        else { return nil }
        return (
          "\(one.slowAnswers) of \(one.answerDelay.count) connections to \(one.listener) took up to "
            + "\(Phrase.duration(one.answerDelay.longest)) to open, where half take "
            + "\(Phrase.duration(one.answerDelay.percentile(0.5))) or less.",
          one.first(showing: .slowAnswer), one.slowAnswers
        )
      }
    },
    AggregateRule(rule: .resetRate) { context in
      context.listeners { one in
        guard one.attempts >= context.thresholds.rateSample,
          one.resetByServer * 100 > one.attempts * context.thresholds.resetRate
        else { return nil }
        return (
          "\(one.resetByServer) of \(one.attempts) connections to \(one.listener) ended by a RST of the server.",
          one.first(showing: .reset), one.resetByServer
        )
      }
    },
    AggregateRule(rule: .halfCloseHeavy) { context in
      context.listeners { one in
        guard one.attempts >= context.thresholds.rateSample,
          one.halfClosed * 100 > one.attempts * context.thresholds.halfClose
        else { return nil }
        return (
          "\(one.halfClosed) of \(one.attempts) connections to \(one.listener) were half closed while the other end "
            + "went on sending.",
          one.first(showing: .reset), one.halfClosed
        )
      }
    },
    AggregateRule(rule: .backendFlapping) { context in
      context.listeners { one in
        guard one.flaps >= 4, (one.refused + one.unanswered) * 10 >= one.attempts else { return nil }
        return (
          "Connections to \(one.listener) failed and succeeded in turns: \(one.flaps) or more changes, \(one.refused) "
            + "refused and \(one.unanswered) unanswered of \(one.attempts).",
          one.first(showing: .refusal), one.flaps
        )
      }
    },
  ]
}

extension AggregateContext {
  /// What `judge` has to say of each listener: the message, where the evidence is, and the number that counts.
  fileprivate func listeners(
    _ judge: (ListenerStatistics) -> (message: String, first: (frame: UInt64, flow: Int)?, count: Int)?
  ) -> [RuleMatch] {
    var told: [(listener: ListenerStatistics, match: RuleMatch)] = []
    for index in listeners.indices {
      guard listeners[index].isSelected, let verdict = judge(listeners[index]) else { continue }
      let one = listeners[index]
      let frames = verdict.first.map { [$0.frame] } ?? []
      let match = RuleMatch(nil, at: one.firstSeen, frames: frames, verdict.message)
        .with("listener", "\(one.listener)").with("count", verdict.count).with(
          "flows", verdict.first.map { [$0.flow] } ?? [])
      told.append((one, match))
    }
    return told.sorted { $0.listener.isBusier(than: $1.listener) }.map(\.match)
  }
}
