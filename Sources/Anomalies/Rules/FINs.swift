import ConnectionTracking
import PacketDecoding

// FINs out of place, and what the close leaves behind.

extension AnomalyRule {
  static let dataAfterFIN = AnomalyRule(
    "data-after-fin", .warning, .close, "Data beyond the sender's own FIN",
    reference: "RFC 9293 §3.10.7.4, seventh step",
    explanation: """
      An end sent payload at or beyond the sequence number of its own FIN. No stack does that; the receiver drops it \
      without an ACK.
      """,
    causes: ["a forged segment", "two streams mixed under one four-tuple", "a broken stack"],
    next: ["compare ip.ttl and ip.id of the late segment with the others"],
    advice: "Check whether the segment comes from the same host as the FIN.",
    peers: PeerNames(zeek: "FIN_advanced_last_seq", suricata: "stream.closewait_pkt_before_last_ack"),
    on: .observations(.dataAfterFIN)
  ) { context in
    context.observations(.dataAfterFIN).map {
      RuleMatch($0.sender, $0, "\($0.sender.subject) sent \(Phrase.bytes($0.bytes)) beyond its own FIN.")
        .and(context.fin(of: $0.sender)?.frame).with("bytes", $0.bytes)
    }
  }

  static let finSequenceChanged = AnomalyRule(
    "fin-seq-changed", .warning, .close, "A second FIN at another place", reference: "RFC 9293 §3.4",
    explanation: "An end sent a FIN at another sequence number than its first one: a stream ends once.",
    causes: ["a forged FIN", "two streams mixed under one four-tuple", "a broken stack"],
    next: ["tcp.flags.fin == 1", "compare ip.ttl and ip.id of the FINs"],
    advice: "Check whether both FINs come from the same host.",
    peers: PeerNames(zeek: "inappropriate_FIN", suricata: "stream.fin1_fin_wrong_seq, stream.fin2_fin_wrong_seq"),
    on: .observations(.finElsewhere)
  ) { context in
    context.observations(.finElsewhere).map {
      RuleMatch(
        $0.sender, $0,
        "\($0.sender.subject) sent another FIN, \(abs($0.distance)) \($0.distance > 0 ? "beyond" : "before") its "
          + "first one."
      )
      .and(context.fin(of: $0.sender)?.frame)
    }
  }

  static let finRetransmitted = AnomalyRule(
    "fin-retransmitted", .info, .close, "The FIN was repeated", reference: "RFC 9293 §3.8.1",
    explanation: "An end sent its FIN again: the FIN was lost, or the ACK that answered it.",
    causes: ["loss", "the peer is gone"], next: ["tcp.flags.fin == 1"],
    advice: "One repeat is ordinary loss; more are told by the -stalled findings.",
    peers: PeerNames(wireshark: "tcp.analysis.retransmission", suricata: "stream.pkt_spurious_retransmission"),
    canBeFeigned: true,
    on: .observations(.finRepeated)
  ) { context in
    context.observations(.finRepeated).map { observation in
      let what =
        observation.circumstances.contains(.acknowledged) ? "after an ACK of it had passed" : "before any ACK of it"
      return RuleMatch(
        observation.sender, observation,
        "\(observation.sender.subject) repeated its FIN \(Phrase.times(observation.count)), \(what)."
      )
      .and(context.fin(of: observation.sender)?.frame).with("repeats", observation.count)
    }
  }

  static let finOutOfOrder = AnomalyRule(
    "fin-out-of-order", .info, .close, "The FIN overtook data", reference: "RFC 9293 §3.10.7.4, eighth step",
    explanation: """
      The FIN came while bytes before it were missing. Its receiver stays where it is until the hole is filled.
      """,
    causes: ["loss or reordering of the last data segment"], next: ["tcp.flags.fin == 1 || tcp.analysis.out_of_order"],
    advice: "Nothing to do, as long as the hole is filled.", canBeFeigned: true, on: .observations(.finBeyondHole)
  ) { context in
    context.observations(.finBeyondHole).map {
      RuleMatch($0.sender, $0, "\($0.sender.subject)'s FIN came while bytes before it were missing.")
    }
  }

  static let unacknowledgedAtClose = AnomalyRule(
    "unacked-data-at-close", .warning, .close, "Data was never acknowledged", reference: "RFC 9293 §3.6.1",
    explanation: """
      The connection ended by RST while payload of one end had not been acknowledged. Whether the other host had \
      received it, nothing shows; its application did not need to read it.
      """,
    causes: ["the peer aborted", "the peer died or the line was cut"],
    next: ["tcp.flags.reset == 1", "the application's log for the last request"],
    advice: "Treat the last request as lost or half done: repeat it only where that is safe.",
    peers: PeerNames(zeek: "pending_data_when_closed"), on: .traits(.unacknowledged)
  ) { context in
    guard context.flow.close == .reset || context.flow.close == .resetAfterFIN else { return [] }
    let reset =
      context.observations(.reset).first { $0.reset.traits.contains(.accepted) } ?? context.observations(.reset).first
    guard let reset else { return [] }
    return context.ends.compactMap { end -> RuleMatch? in
      let bytes = min(context.flow[end].unacknowledgedBytes, context.flow[end].distinctPayloadBytes)
      guard bytes > 0, context.flow[end.peer].packets > 0,
        !reset.reset.traits.contains(.acknowledgesAll) || reset.sender == end
      else { return nil }
      let match = RuleMatch(
        end, reset, .presumed,
        "\(Phrase.bytes(bytes)) of the \(end.noun) had not been acknowledged when the connection was reset."
      )
      .with("bytes", bytes)
      return context.tookLeave(end) ? match.but(.notice) : match
    }
  }
}
