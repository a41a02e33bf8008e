import ConnectionTracking
import PacketDecoding

// Ends that give up though the tap saw them answered.

extension AnomalyRule {
  static let answersLost = AnomalyRule(
    "answers-lost-behind-tap", .warning, .stall, "Answers passed the tap and did not arrive",
    reference: "RFC 9293 §3.8.1, §3.8.4",
    explanation: """
      An end repeats data or keepalive probes, the peer answers each of them at the tap, and the end goes on as if nothing \
      came, until it gives up. The peer is alive, and the way to it works; the way back does not, behind the tap.
      """,
    causes: [
      "a firewall or a filter of the host drops the answers", "an asymmetric route of which one way is cut",
      "wrong checksums, which the host drops",
    ],
    next: ["capture at the end that gives up", "nstat -az TcpInCsumErrors; iptables -L -v; nft list ruleset"],
    advice: "Look for what drops packets between the tap and the end that gives up.",
    on: .observations(.keepAlive, .spuriousRetransmission)
  ) { context in
    context.ends.compactMap { probesGivenUp(by: $0, context) ?? repeatsAnswered(of: $0, context) }
  }

  /// A RST of `end` at the very time at which its next keepalive probe was due, though the last ones were answered.
  private static func probesGivenUp(by end: EndpointRole, _ context: RuleContext) -> RuleMatch? {
    let limit = max(2, context.thresholds.unansweredProbes)
    guard let probes = context.observations(.keepAlive, by: end).last, probes.count >= limit,
      let reset = context.observations(.reset, by: end).first(where: { $0.first.frame > probes.last.frame }),
      Int(reset.reset.unansweredProbes) < context.thresholds.unansweredProbes,
      let heard = context.flow[end.peer].lastSent, heard >= probes.last.time
    else { return nil }
    let interval = probes.duration / Int64(probes.count - 1)
    let wait = reset.first.time.nanoseconds(since: probes.last.time)
    guard interval > 0, (wait &- interval).magnitude <= (interval / 10).magnitude else { return nil }
    return RuleMatch(
      end, at: reset.first.time, frames: frames(probes.last.frame, reset.first.frame), .presumed,
      "\(end.subject) gave up after \(probes.count) keepalive probes, though the \(end.peer.noun)'s answers passed the "
        + "tap: they are lost behind it."
    )
    .with("probes", probes.count)
  }

  /// The last data of `end`, repeated again and again after an acknowledgment of it had passed.
  private static func repeatsAnswered(of end: EndpointRole, _ context: RuleContext) -> RuleMatch? {
    let repeats = context.observations(.spuriousRetransmission, by: end)
    let count = repeats.reduce(0) { $0 + $1.count }
    guard let first = repeats.first, let last = repeats.last, count >= context.thresholds.blackoutSegments,
      repeats.allSatisfy({ $0.bytes * first.count == first.bytes * $0.count }),
      let sent = context.flow[end].lastSent, sent <= last.last.time
    else { return nil }
    let time = last.last.time.nanoseconds(since: first.first.time)
    guard time > context.thresholds.blackoutTime else { return nil }
    return RuleMatch(
      end, at: first.first.time, frames: frames(first.first.frame, last.last.frame), .presumed,
      "\(end.subject) sent the same data \(Phrase.times(count)) again over \(Phrase.duration(time)), though it was "
        + "acknowledged at the tap: the answers are lost behind it."
    )
    .with("repeats", count).with("duration", seconds: time)
  }
}
