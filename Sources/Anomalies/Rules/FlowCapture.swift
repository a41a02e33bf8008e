import ConnectionTracking
import PacketDecoding

// What the capture itself does to a flow.

extension AnomalyRule {
  static let midstreamStart = AnomalyRule(
    "midstream-start", .info, .captureQuality, "The opening was not captured", reference: "",
    explanation: """
      The first packet is no SYN: the connection is older than the capture, or was over and forgotten before this \
      packet came. Window scale and initial numbers are not known, the ends' states are presumed until \
      their own segments show them, and who is the client is taken from the ports.
      """,
    causes: [
      "the capture was started late", "a filter that leaves the SYN out", "one direction is missing",
      "a stray packet of a connection that is over",
    ],
    next: ["tcp.completeness"], advice: "Start the capture before the connection, if the opening matters.",
    peers: PeerNames(wireshark: "tcp.completeness", zeek: "OTH"), on: .traits(.midstream)
  ) { context in
    // Its SYN passed in the connection before, which seemed to stand in the way of it.
    guard context.flow.previousFlow == nil || context.flow.orientation != .synACK else { return [] }
    return [
      RuleMatch(
        nil, at: context.flow.firstSeen.time, frames: [context.flow.firstSeen.frame],
        context.flow.orientation == .synACK
          ? "The first packet is a SYN-ACK: the SYN was not captured."
          : "The first packet is no SYN: the opening was not captured, or the connection was over by then.")
    ]
  }

  static let oneSided = AnomalyRule(
    "one-sided-capture", .warning, .captureQuality, "Only one direction was captured", reference: "",
    explanation: """
      All packets are of one end, and its acknowledgments show that the other sent as well. States of the other end, \
      losses and repeats can not be judged.
      """,
    causes: [
      "asymmetric routing", "a mirror port of one direction", "a filter such as `src host`",
      "an encapsulation of one direction that is not unwrapped",
    ],
    next: ["capture both directions", "tcpdump without src or dst"],
    advice: "Capture where both directions pass; if the capture has unsupported-packets, look for the other in those.",
    peers: PeerNames(suricata: "async sessions", kernel: nil),
    on: .traits(.oneSided)
  ) { context in
    context.ends.compactMap { end -> RuleMatch? in
      guard context.flow[end].packets > 5, context.flow[end.peer].packets == 0, context.flow.close != .unanswered else {
        return nil
      }
      return RuleMatch(
        end.peer, at: context.flow.firstSeen.time,
        frames: frames(context.flow.firstSeen.frame, context.flow.lastSeen.frame),
        "All \(context.flow[end].packets) packets are of the \(end.noun): none of the other direction could be read.")
    }
  }

  static let duplicatedPackets = AnomalyRule(
    "duplicate-packets", .warning, .captureQuality, "The capture holds packets twice", reference: "",
    explanation: """
      The very same packet, identification, numbers and length alike, passed the tap twice within 50 ms. The copies are \
      left out of all counts; they are not retransmissions.
      """,
    causes: ["tcpdump -i any: each packet on every interface it passes", "a mirror port that copies in and out"],
    next: ["editcap -d IN OUT", "capture on one interface"],
    advice: "Capture on one interface, or remove the copies with editcap -d.", on: .observations(.duplicatePacket)
  ) { context in
    let copies = context.flow.clientEnd.duplicatePackets + context.flow.serverEnd.duplicatePackets
    let packets = context.flow.clientEnd.packets + context.flow.serverEnd.packets + copies
    guard let observation = context.observations(.duplicatePacket).first, copies > 2,
      copies * 1000 >= packets * context.thresholds.duplicates
    else { return [] }
    return [
      RuleMatch(nil, observation, "\(copies) of \(packets) packets are in the capture twice.").with("copies", copies)
    ]
  }

  static let superSegments = AnomalyRule(
    "gro-supersegments", .notice, .captureQuality, "Segments larger than any link carries",
    reference: "ethtool(8) -k: tso, gso, gro, lro",
    explanation: """
      Segments hold more payload than the MSS allows: the capturing host's network card or kernel joins and splits \
      them, and the tap sits inside. Counts of packets and their times are not those of the wire.
      """,
    causes: ["segmentation or receive offload on the capturing host"],
    next: ["ethtool -k IFACE | grep -E 'segmentation|receive-offload'"],
    advice: "Turn offloads off for a capture that must show the wire, or capture elsewhere.",
    on: .observations(.superSegment)
  ) { context in
    context.observations(.superSegment).map { observation in
      let count = context.flow[observation.sender].superSegments
      return RuleMatch(
        observation.sender, observation,
        "\(Phrase.count(count, "segment")) of the \(observation.sender.noun) \(count == 1 ? "is" : "are") larger than "
          + "the MSS of \(context.flow[observation.sender.peer].maximumSegmentSize ?? 0) allows, the first with "
          + "\(Phrase.bytes(observation.bytes))."
      )
      .but(.info).with("segments", count)
    }
  }

  static let badChecksum = AnomalyRule(
    "bad-checksum", .info, .captureQuality, "Wrong checksums", reference: "RFC 9293 §3.1",
    explanation: """
      The checksum of segments is wrong, while other segments of their host have a good one: they were damaged. A \
      receiver drops them without a word, so they count for nothing here; the sender's timer sends them again. Told \
      only with --verify-checksums. A host whose every checksum is wrong is told of as checksum-offload instead.
      """,
    causes: ["a broken cable, card or switch", "a middlebox that rewrites segments and not their checksum"],
    next: ["nstat -az TcpInCsumErrors", "ethtool -S IFACE | grep -i -E 'crc|csum'", "tcp.checksum.status == 0"],
    advice: "Look at the error counters of the links on the way.",
    peers: PeerNames(
      wireshark: "tcp.checksum_bad.expert", zeek: "bad_TCP_checksum", suricata: "stream invalid_checksum",
      kernel: "TcpInCsumErrors"),
    on: .observations(.badChecksum)
  ) { context in
    context.observations(.badChecksum).map { observation in
      let all = context.flow[observation.sender].packets + observation.count
      let what = observation.count == 1 ? "has a wrong checksum: it counts" : "have a wrong checksum: they count"
      return RuleMatch(
        observation.sender, observation,
        "\(observation.count) of \(all) segments of the \(observation.sender.noun) \(what) for nothing, for a receiver drops "
          + "\(observation.count == 1 ? "it" : "them")."
      )
      .with("segments", observation.count)
    }
  }

  static let evictedFlow = AnomalyRule(
    "evicted-flow", .warning, .captureQuality, "A connection was given up for want of room", reference: "",
    explanation:
      "The limit on connections held at once was reached, and the one that had been quiet longest was let go while "
      + "it was open.",
    causes: ["more connections at once than --max-flows allows"], next: ["raise the limit"],
    advice: "Raise the limit of flows, or filter the capture.", on: .traits(.evicted)
  ) { context in
    [
      RuleMatch(
        nil, at: context.flow.lastSeen.time, frames: [context.flow.lastSeen.frame],
        "The connection was let go to make room, "
          + "\(Phrase.duration(context.flow.endedAt.nanoseconds(since: context.flow.lastSeen.time))) after its last "
          + "packet."
      )
    ]
  }
}
