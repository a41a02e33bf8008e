import ConnectionTracking
import PacketDecoding

// Segments that do not fit their connection.

extension AnomalyRule {
  static let overlapDifferentData = AnomalyRule(
    "overlap-different-data", .error, .data, "The same bytes twice, with different content",
    reference: "RFC 9293 §3.10.7.4",
    explanation: """
      A segment repeats a range of the sequence with other bytes than before. Receivers differ in which copy they keep, \
      so that an inspector and the host may read different streams.
      """,
    causes: ["an attempt to evade inspection", "injected data", "a broken network card or middlebox"],
    next: ["tcp.segment.overlap.conflict", "compare ip.ttl of the two segments"],
    advice: "Treat the stream as tampered with until the source is known.",
    peers: PeerNames(wireshark: "tcp.segment.overlap.conflict", suricata: "stream.reassembly_overlap_different_data"),
    on: .observations(.differentData)
  ) { context in
    context.observations(.differentData).map {
      RuleMatch(
        $0.sender, $0, "\(Phrase.bytes($0.bytes)) of the \($0.sender.noun) came again with a different content."
      )
      .with("bytes", $0.bytes)
    }
  }

  static let sequenceGap = AnomalyRule(
    "sequence-gap", .warning, .captureQuality, "Bytes were acknowledged that the capture does not hold",
    reference: "RFC 9293 §3.4",
    explanation: """
      Bytes are missing from the capture, and their receiver acknowledged them: they arrived, and the capture lost \
      them. Not a loss of the network.
      """,
    causes: ["the capturing host was too slow (dropped by kernel)", "packets took another path than the tap"],
    next: ["tcpdump's count of dropped packets; -B for a larger buffer", "tcp.analysis.ack_lost_segment"],
    advice: "Do not take missing or repeated segments of this capture for loss of the network.",
    peers: PeerNames(
      wireshark: "tcp.analysis.ack_lost_segment", zeek: "history G", suricata: "stream.reassembly_seq_gap"),
    on: .observations(.uncaptured)
  ) { context in
    context.observations(.uncaptured).map { observation in
      RuleMatch(
        observation.sender.peer, observation,
        "\(Phrase.bytes(observation.bytes)) of the \(observation.sender.peer.noun) were acknowledged but never captured."
      )
      .with("bytes", observation.bytes)
    }
  }

  static let ackOfUnsent = AnomalyRule(
    "ack-of-unsent", .warning, .data, "An acknowledgment of what was never sent",
    reference: "RFC 9293 §3.10.7.4, fifth step; RFC 5961 §5.2",
    explanation:
      "A segment acknowledges bytes beyond all that its peer has sent. The peer drops it and answers with an ACK.",
    causes: [
      "a forged segment", "two streams mixed under one four-tuple",
      "the acknowledged bytes are missing from the capture",
    ],
    next: ["nstat -az TcpExtTCPChallengeACK", "compare ip.ttl of the segment with the others"],
    advice: "Check whether the capture is whole; if it is, somebody injects segments.",
    peers: PeerNames(suricata: "stream.est_invalid_ack", kernel: "TcpExtTCPChallengeACK"),
    on: .observations(.ackOfUnsent)
  ) { context in
    context.observations(.ackOfUnsent).compactMap { observation -> RuleMatch? in
      let challenge = context.observations(.challengeACK, by: observation.sender.peer).first {
        $0.first.frame > observation.first.frame
      }
      guard challenge != nil else { return nil }
      return RuleMatch(
        observation.sender, observation, .confirmed,
        "A segment in the \(observation.sender.noun)'s name acknowledged \(Phrase.bytes(observation.distance)) that the "
          + "\(observation.sender.peer.noun) never sent; it answered with an ACK."
      )
      .and(challenge?.first.frame)
    }
  }

  static let ackOutOfWindowLow = AnomalyRule(
    "ack-out-of-window-low", .notice, .data, "An acknowledgment from long ago", reference: "RFC 5961 §5.2",
    explanation:
      "A segment acknowledges a number more than the largest window below what was acknowledged before; it is dropped.",
    causes: ["an old duplicate", "a forged segment"], next: ["compare ip.ttl of the segment with the others"],
    advice: "Nothing to do for one.", peers: PeerNames(suricata: "stream.pkt_invalid_ack"), canBeFeigned: true,
    on: .observations(.ackFarBehind)
  ) { context in
    context.observations(.ackFarBehind).map {
      RuleMatch(
        $0.sender, $0, "\($0.sender.subject) acknowledged a byte \(-$0.distance) below what had been acknowledged.")
    }
  }

  static let pawsViolation = AnomalyRule(
    "paws-violation", .notice, .data, "A timestamp from before", reference: "RFC 7323 §5.3; Linux tcp_paws_discard",
    explanation:
      "A segment's timestamp is older than the last one: its receiver drops it, however well its sequence fits, and "
      + "answers with an ACK.",
    causes: ["an old duplicate", "a NAT that mixes hosts under one port", "a forged segment"],
    next: ["nstat -az TcpExtPAWSEstab TcpExtPAWSActive", "tcp.options.timestamp.tsval"],
    advice: "With many of them behind a NAT, look for hosts that share a port.",
    peers: PeerNames(suricata: "stream.pkt_invalid_timestamp", kernel: "TcpExtPAWSEstab"),
    on: .observations(.oldTimestamp)
  ) { context in
    context.observations(.oldTimestamp).map { observation in
      let answer = context.observations(.challengeACK, by: observation.sender.peer).first {
        $0.first.frame > observation.first.frame
      }
      return RuleMatch(
        observation.sender, observation, answer == nil ? .presumed : .confirmed,
        "A segment in the \(observation.sender.noun)'s name has a timestamp \(observation.distance) ticks older than the "
          + "last: it is dropped."
      )
      .and(answer?.first.frame)
    }
  }

  static let timestampMissing = AnomalyRule(
    "timestamp-missing", .info, .data, "Segments without the timestamp that was agreed on", reference: "RFC 7323 §3.2",
    explanation: "Both SYNs had timestamps, so every segment but a RST must have one. Some do not.",
    causes: ["a middlebox that strips options", "forged segments"], next: ["!tcp.options.timestamp.tsval"],
    advice: "Compare with a capture on the other side of the middlebox.",
    peers: PeerNames(suricata: "stream.pkt_invalid_timestamp"),
    on: .observations(.missingTimestamp)
  ) { context in
    context.observations(.missingTimestamp).map {
      RuleMatch(
        $0.sender, $0,
        "\(Phrase.count($0.count, "segment")) of the \($0.sender.noun) had no timestamp, though both SYNs did.")
    }
  }

  static let windowShrunk = AnomalyRule(
    "window-shrunk", .notice, .data, "The window was taken back", reference: "RFC 9293 §3.8.6: strongly discouraged",
    explanation:
      "The right edge of an advertised window moved left: bytes that the peer was invited to send are no longer "
      + "welcome.",
    causes: ["memory pressure at the receiver", "an odd stack or middlebox"],
    next: ["nstat -az TcpExtTCPWantZeroWindowAdv TcpExtPruneCalled", "tcp.window_size"],
    advice: "Look at the receiver's memory limits (net.ipv4.tcp_mem, SO_RCVBUF).",
    peers: PeerNames(zeek: "window_recision", suricata: "stream.pkt_bad_window_update"), canBeFeigned: true,
    on: .observations(.windowShrunk)
  ) { context in
    context.observations(.windowShrunk).map {
      RuleMatch(
        $0.sender, $0, "The right edge of the \($0.sender.noun)'s window moved back by \(Phrase.bytes($0.distance))."
      ).with("bytes", $0.distance)
    }
  }

  static let windowOverrun = AnomalyRule(
    "window-overrun", .notice, .data, "Far outside the window", reference: "RFC 9293 §3.10.7.4, first step",
    explanation: "Segments lie so far from what their receiver awaits that it drops them, and answers with an ACK.",
    causes: [
      "two streams mixed under one four-tuple", "a forged segment", "an old duplicate",
      "an end that lost the connection",
    ],
    next: ["compare ip.ttl and ip.id of the segments with the others"],
    advice: "Find out whether one host sent them all.",
    peers: PeerNames(
      wireshark: "tcp.analysis.window_full", zeek: "above_hole_data_without_any_acks",
      suricata: "stream.est_packet_out_of_window"),
    on: .observations(.outsideWindow)
  ) { context in
    context.observations(.outsideWindow).map {
      RuleMatch(
        $0.sender, $0, .presumed,
        "\(Phrase.count($0.count, "segment")) in the \($0.sender.noun)'s name lay \(abs($0.distance)) "
          + "\($0.distance < 0 ? "below" : "beyond") its last byte, outside the window."
      )
      .with("distance", $0.distance)
    }
  }

  static let urgentUsed = AnomalyRule(
    "urgent-used", .info, .data, "Urgent data", reference: "RFC 6093; RFC 9293 §3.8.5, SHLD-13",
    explanation:
      "The URG flag was used: a byte out of band (MSG_OOB). Stacks disagree on where it lies; new applications "
      + "should not use it.",
    causes: ["telnet, rlogin, ftp ABOR, some databases"], next: ["tcp.flags.urg == 1"], advice: "Nothing to do.",
    peers: PeerNames(suricata: "stream.reassembly_urgent_oob_limit_reached"), on: .observations(.urgent)
  ) { context in
    context.observations(.urgent).map { RuleMatch($0.sender, $0, "\($0.sender.subject) sent urgent data.") }
  }
}
