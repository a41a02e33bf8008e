import ConnectionTracking
import PacketDecoding

// Bytes that pass again, or late. One finding a burst.

extension AnomalyRule {
  static let retransmission = AnomalyRule(
    "retransmission", .notice, .data, "Retransmission after a timeout", reference: "RFC 6298 §5",
    explanation: """
      Segments came again after their sender had been silent for its retransmission timer, or with no sign of why. \
      A timeout costs 200 ms and more, and the sender starts slowly again.
      """,
    causes: ["loss with too little in flight for duplicate ACKs", "the last segment of a reply was lost"],
    next: [
      "ss -ti 'dst ADDRESS'   # retrans, rto", "nstat -az TcpRetransSegs TcpExtTCPTimeouts",
      "tcp.analysis.retransmission",
    ],
    advice: "Look at the loss on the way; see which direction it is.",
    peers: PeerNames(
      wireshark: "tcp.analysis.retransmission", zeek: "history T", suricata: "stream.pkt_retransmission",
      kernel: "TcpExtTCPTimeouts"),
    canBeFeigned: true, on: .observations(.timeoutRetransmission, .otherRetransmission)
  ) { context in
    bursts(context, .timeoutRetransmission) { "after a timeout" }
      + bursts(context, .otherRetransmission) { "without a sign of why" }
  }

  static let fastRetransmission = AnomalyRule(
    "fast-retransmission", .notice, .data, "Fast retransmission", reference: "RFC 5681 §3.2, RFC 6675",
    explanation:
      "Segments came again after three duplicate ACKs or SACK blocks that leave them out: a loss that was mended "
      + "within a round trip.",
    causes: ["loss on the way, mostly a full queue"],
    next: ["ss -ti 'dst ADDRESS'   # retrans", "tcp.analysis.fast_retransmission"],
    advice: "A little of it is how TCP finds its rate.",
    peers: PeerNames(
      wireshark: "tcp.analysis.fast_retransmission", zeek: "history T", suricata: "stream.pkt_retransmission",
      kernel: "TcpExtTCPFastRetrans"),
    canBeFeigned: true, on: .observations(.fastRetransmission)
  ) { context in bursts(context, .fastRetransmission) { "after duplicate ACKs or SACK" } }

  static let spuriousRetransmission = AnomalyRule(
    "spurious-retransmission", .notice, .data, "Retransmission of what had arrived", reference: "RFC 3522, RFC 5682",
    explanation:
      "Segments came again that the peer had acknowledged before: the ACK was lost or late, or the timer too short.",
    causes: [
      "the ACKs were lost", "the delay jumped (radio, a saturated queue)",
      "the tap is nearer to the receiver than the ACK's loss",
    ],
    next: ["nstat -az TcpExtTCPSpuriousRTOs TcpExtTCPDSACKRecv", "tcp.analysis.spurious_retransmission"],
    advice: "Look at the way back and at jumps of the delay.",
    peers: PeerNames(
      wireshark: "tcp.analysis.spurious_retransmission", suricata: "stream.pkt_spurious_retransmission",
      kernel: "TcpExtTCPSpuriousRTOs"),
    canBeFeigned: true, on: .observations(.spuriousRetransmission)
  ) { context in bursts(context, .spuriousRetransmission) { "though the peer had acknowledged them" } }

  static let outOfOrder = AnomalyRule(
    "out-of-order", .info, .data, "Segments out of order", reference: "RFC 9293 §3.10.7.4, seventh step",
    explanation: "A segment passed after one that follows it, and had not passed before: it was overtaken.",
    causes: ["several paths", "parallel queues in a network card or the capture"], next: ["tcp.analysis.out_of_order"],
    advice: "Nothing to do for a few.", peers: PeerNames(wireshark: "tcp.analysis.out_of_order"), canBeFeigned: true,
    on: .observations(.outOfOrder)
  ) { context in
    context.observations(.outOfOrder).map {
      RuleMatch($0.sender, $0, "\(Phrase.count($0.count, "segment")) of the \($0.sender.noun) came out of order.").with(
        "segments", $0.count)
    }
  }

  static let duplicateACKBurst = AnomalyRule(
    "dup-ack-burst", .info, .data, "Duplicate ACKs", reference: "RFC 5681 §2",
    explanation:
      "Three ACKs or more acknowledged the same byte while data was on its way: the receiver misses a segment.",
    causes: ["loss", "reordering"], next: ["tcp.analysis.duplicate_ack"], advice: "Nothing to do: TCP mends it.",
    peers: PeerNames(wireshark: "tcp.analysis.duplicate_ack"), canBeFeigned: true, on: .observations(.duplicateACKs)
  ) { context in
    context.observations(.duplicateACKs).map {
      RuleMatch(
        $0.sender, $0, "\($0.sender.subject) acknowledged the same byte \(Phrase.times($0.count + 2)) and more."
      )
      .with("acks", $0.count + 2)
    }
  }

  private static func bursts(_ context: RuleContext, _ kind: ObservationKind, _ why: @escaping @Sendable () -> String)
    -> [RuleMatch]
  {
    context.observations(kind).map { observation in
      RuleMatch(
        observation.sender, observation,
        "\(Phrase.count(observation.count, "segment")) of the \(observation.sender.noun) (\(Phrase.bytes(observation.bytes))) came "
          + "again\(observation.count > 1 ? " over \(Phrase.duration(observation.duration))" : ""), \(why())."
      )
      .with("segments", observation.count).with("bytes", observation.bytes)
    }
  }
}
