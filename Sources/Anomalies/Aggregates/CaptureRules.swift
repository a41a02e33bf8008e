import ConnectionTracking
import PacketDecoding

// What makes the whole capture doubtful.

extension AnomalyRule {
  static let captureLoss = aggregate(
    "capture-loss", .warning, "The capture lost packets", group: .captureQuality,
    explanation: """
      Bytes were acknowledged that the capture does not hold: packets arrived and were not recorded. What looks like \
      loss or a repeat in this capture may be neither.
      """,
    causes: ["the capturing host was too slow (dropped by kernel)", "a mirror port with more traffic than it carries"],
    next: ["tcpdump's count of dropped packets", "capture with -B 65536, -s 128, or a filter"],
    advice: "Capture again with a larger buffer or a shorter snap length.", peers: PeerNames(zeek: "capture_loss.log"))
  static let captureReordered = aggregate(
    "capture-reordered", .info, "Packets are not in order of their time", group: .captureQuality,
    explanation:
      "Some packets have an earlier time than the one before them in the file. Those that belong within 100 ms and 256 "
      + "packets before their place are put in order before anything is inferred; the others stay where they are.",
    causes: ["a network card with several queues", "files put together"], next: ["reordercap IN OUT"],
    advice: "Where some could not be put in order, sort the capture with reordercap and analyze it again.")
  static let clockJump = aggregate(
    "clock-jump", .warning, "The capture's clock went back", group: .captureQuality,
    explanation:
      "Times went back by a second or more: the clock of the capturing host was set. Durations across the jump are "
      + "wrong.",
    causes: ["NTP or an administrator set the clock", "a virtual machine was resumed"],
    next: ["timedatectl; chronyc tracking"],
    advice: "Do not trust durations across the jump.")
  static let snapLengthTruncated = aggregate(
    "snaplen-truncated", .warning, "Packets were cut by the snap length", group: .captureQuality,
    explanation: """
      Packets are longer than what was captured of them. Headers and states are sound as long as the headers are \
      whole; payload and checksums are not.
      """,
    causes: ["tcpdump -s with a small value"], next: ["tcpdump -s 0"], advice: "Capture with -s 0 if payload matters.",
    peers: PeerNames(wireshark: "frame.cap_len < frame.len", zeek: "truncated_tcp_payload"))
  static let truncatedFile = aggregate(
    "truncated-file", .warning, "The capture file is damaged", group: .captureQuality,
    explanation:
      "A file ends inside a packet or holds a bad block. What could be read is reported; what came after is missing.",
    causes: ["the capturing process was killed", "the disk was full", "the file was still being written"],
    next: ["pcapfix FILE", "capinfos FILE"],
    advice: "Take the last states for what was read, not for the end of the connections.")
  static let checksumOffload = aggregate(
    "checksum-offload", .info, "Checksums are left to the network card", group: .captureQuality,
    explanation: """
      Not one checksum of a host is good: the capture was taken on that host, and its network card computes them \
      behind the tap. They say nothing of the wire, so these segments count as good. Told only with \
      --verify-checksums.
      """,
    causes: ["transmit checksum offload on the capturing host, on by default"],
    next: ["ethtool -k IFACE | grep checksumming", "tcp.checksum.status == 0"],
    advice: "Nothing to do; to verify what that host sends, capture elsewhere or turn its offload off.",
    peers: PeerNames(wireshark: "tcp.checksum_bad.expert", zeek: "bad_TCP_checksum (ignore_checksums)"),
    reference: "ethtool(8) -k: tx-checksumming")
  static let natTranslatedPair = aggregate(
    "nat-translated-pair", .info, "Connections are in the capture twice", group: .captureQuality,
    explanation: """
      Two flows began together and share both initial sequence numbers: they are one connection, captured on both \
      sides of something that translates its addresses or wraps it. Counts of flows, packets and bytes hold it twice. \
      An attempt whose SYN goes to one address and, with the same number, to another that answers under its own name \
      has lost its way back through the translator.
      """,
    causes: [
      "tcpdump -i any on a host that translates addresses (containers, a router)", "a balancer's two interfaces",
      "a tunnel and what is inside it",
    ],
    next: ["tcpdump -i IFACE, one interface alone", "conntrack -L", "wirestat analyze FILE --host ADDRESS"],
    advice: "Capture on one interface, or choose one side with --host.", reference: "RFC 6528; RFC 3022")
  static let limitReached = aggregate(
    "limit-reached", .warning, "A table was full", group: .captureQuality,
    explanation: """
      Memory is bounded, and there was more of something than there is room for: the rest was left out. The finding says \
      what that makes doubtful. A gate that names a rule that may have missed something by it catches this one.
      """,
    causes: ["a scan or a flood from very many addresses", "a capture of very many connections"],
    next: ["wirestat analyze FILE --listeners", "wirestat analyze FILE --filter 'host ADDRESS'"],
    advice: "Read the capture in parts, or with a --filter, to see what was left out.")
  static let unsupportedPackets = aggregate(
    "unsupported-packets", .info, "Some packets could not be followed", group: .captureQuality,
    explanation: """
      Fragments whose rest never came, or encapsulations that are encrypted, compressed, too deep, or not unwrapped \
      here. What they hold of a connection is missing, so that one direction or some of its bytes seem not to be \
      captured; while there are any, neither is held against the capture.
      """,
    causes: [
      "ESP, WireGuard, MACsec or another encrypted tunnel", "a tag or tunnel of one direction", "fragments lost",
    ],
    next: [
      "wirestat analyze FILE --format ndjson | grep '\"type\":\"capture\"'",
      "tshark -r FILE -T fields -e frame.protocols",
    ],
    advice: "See the capture's list of skipped packets for what they were.")
}

extension AggregateRule {
  static let capture: [AggregateRule] = [
    AggregateRule(rule: .duplicatedPackets) { context in
      let quality = context.quality
      guard let first = quality.firstDuplicate, quality.duplicates > 2,
        quality.duplicates * 1000 >= quality.segments * context.thresholds.duplicates
      else { return [] }
      return [
        RuleMatch(
          nil, at: first.time, frames: [first.frame],
          "\(quality.duplicates) of \(quality.segments) segments are in the capture twice; the copies are left out "
            + "of all counts."
        )
        .with("copies", quality.duplicates)
      ]
    },
    AggregateRule(rule: .superSegments) { context in
      let quality = context.quality
      guard quality.superSegments > 0, let first = quality.firstSeen else { return [] }
      return [
        RuleMatch(
          nil, at: first.time, frames: [],
          "\(quality.superSegments) of \(quality.segments) segments are larger than the MSS: the capturing host "
            + "joins segments before the tap."
        )
        .with("segments", quality.superSegments)
      ]
    },
    AggregateRule(rule: .oneSided) { context in
      let quality = context.quality
      guard quality.oneSidedFlows * 2 > quality.flows, quality.hiddenPackets.isEmpty, let first = quality.firstSeen
      else { return [] }
      return [
        RuleMatch(
          nil, at: first.time, frames: [],
          "\(quality.oneSidedFlows) of \(quality.flows) connections show one direction only."
        )
        .with("flows", quality.oneSidedFlows)
      ]
    },
    AggregateRule(rule: .captureLoss) { context in
      let quality = context.quality
      let total = quality.payloadBytes + quality.uncapturedBytes
      guard let first = quality.firstUncaptured, quality.uncapturedBytes > 0, quality.hiddenPackets.isEmpty,
        quality.uncapturedBytes * 1000 >= total * context.thresholds.captureLoss
      else { return [] }
      return [
        RuleMatch(
          nil, at: first.time, frames: [first.frame],
          "\(Phrase.bytes(quality.uncapturedBytes)) of \(total) were acknowledged but never captured: the capture "
            + "lost packets, not the network."
        )
        .with("bytes", quality.uncapturedBytes)
      ]
    },
    AggregateRule(rule: .captureReordered) { context in
      let quality = context.quality
      guard let first = quality.firstBackwards, quality.longestStepBack < 1_000_000_000 else { return [] }
      let outcome =
        quality.misplaced == 0
        ? "; they were put in order" : "; \(quality.misplaced) could not be put in order, and closes may look otherwise"
      let match = RuleMatch(
        nil, at: first.time, frames: [first.frame],
        "\(Phrase.count(quality.backwards, "packet")) came with a time before the last one's, up to "
          + "\(Phrase.duration(quality.longestStepBack))\(outcome)."
      )
      .with("packets", quality.backwards).with("misplaced", quality.misplaced)
      return [quality.misplaced == 0 ? match : match.but(.warning)]
    },
    AggregateRule(rule: .clockJump) { context in
      let quality = context.quality
      guard let first = quality.firstBackwards, quality.longestStepBack >= 1_000_000_000 else { return [] }
      return [
        RuleMatch(
          nil, at: first.time, frames: [first.frame],
          "The capture's clock went back by \(Phrase.duration(quality.longestStepBack))."
        )
        .with("step", seconds: quality.longestStepBack)
      ]
    },
    AggregateRule(rule: .snapLengthTruncated) { context in
      let quality = context.quality
      guard let first = quality.firstCut else { return [] }
      return [
        RuleMatch(
          nil, at: first.time, frames: [first.frame],
          "\(quality.cut) of \(Phrase.count(quality.packets, "packet")) were cut by the snap length."
        )
        .with("packets", quality.cut)
      ]
    },
    AggregateRule(rule: .truncatedFile) { context in
      let quality = context.quality
      guard quality.damagedFiles > 0, let last = quality.lastSeen else { return [] }
      return [
        RuleMatch(
          nil, at: last.time, frames: [last.frame],
          "\(Phrase.count(quality.damagedFiles, "file")) could not be read to the end; the last packet that could "
            + "is frame \(last.frame)."
        )
      ]
    },
    AggregateRule(rule: .badChecksum) { context in
      let damage = context.quality.checksums.damage
      guard let first = damage.first else { return [] }
      let dropped = context.quality.checksums.dropped
      return [
        RuleMatch(
          nil, at: first.time, frames: [first.frame],
          "\(damage.wrong) of \(damage.segments) segments \(damage.wrong == 1 ? "has" : "have") a wrong checksum; "
            + "\(dropped) of them \(dropped == 1 ? "counts" : "count") for nothing, since the sender's others are good."
        )
        .with("segments", damage.wrong)
      ]
    },
    AggregateRule(rule: .checksumOffload) { context in
      context.quality.checksums.offloading.compactMap { address, host in
        guard let first = host.firstOffloaded ?? host.firstWrong else { return nil }
        return RuleMatch(
          nil, at: first.time, frames: [first.frame],
          "None of the \(host.segments) checksums of \(address) is good: its network card computes them behind the "
            + "tap, and they count as good."
        )
        .with("host", "\(address)").with("segments", host.segments)
      }
    },
    AggregateRule(rule: .natTranslatedPair) { context in
      let attempts = context.quality.attempts.foundAttempts.map { count, first in
        RuleMatch(
          nil, at: first.began.time, frames: [first.began.frame], .presumed,
          "\(Phrase.count(count, "attempt")) to connect \(count == 1 ? "is" : "are") in the capture before and after the "
            + "address was translated: flow \(first.later) is flow \(first.earlier) again, and its answer came back under the "
            + "other address, so that the client's host had no socket for it. The attempt itself still stands."
        )
        .with("attempts", count).with("flow", first.earlier).with("twin", first.later)
        .advising("Find out why answers pass the translator by: br_netfilter, conntrack, or another way back.")
      }
      guard let (count, first) = context.quality.pairs.found else { return attempts.map { [$0] } ?? [] }
      return (attempts.map { [$0] } ?? []) + [
        RuleMatch(
          nil, at: first.began.time, frames: [first.began.frame],
          "\(Phrase.count(count, "connection")) \(count == 1 ? "is" : "are") in the capture twice, under "
            + "other addresses or in another encapsulation: flow \(first.later) is flow \(first.earlier) again."
        )
        .with("connections", count).with("flow", first.earlier).with("twin", first.later)
      ]
    },
    AggregateRule(rule: .evictedFlow) { context in
      let quality = context.quality
      guard quality.evictedFlows > 0, let last = quality.lastSeen else { return [] }
      return [
        RuleMatch(
          nil, at: last.time, frames: [],
          "\(Phrase.count(quality.evictedFlows, "connection")) were let go while open, for want of room."
        )
        .with("flows", quality.evictedFlows)
      ]
    },
    AggregateRule(rule: .limitReached) { context in
      let time = context.quality.lastSeen?.time ?? Timestamp(nanoseconds: 0)
      return context.limits.map { $0.match(at: time) }
    },
    AggregateRule(rule: .unsupportedPackets) { context in
      let quality = context.quality
      let packets = quality.unsupportedPackets + quality.hiddenPackets.values.reduce(0, +)
      guard packets > 0, let first = quality.firstSeen else { return [] }
      let match = RuleMatch(
        nil, at: first.time, frames: [],
        "\(Phrase.count(packets, "packet")) could not be followed: \(quality.unfollowed).\(quality.missingDirection)"
      ).with("packets", packets)
      return [
        quality.hiddenPackets.isEmpty ? match : match.advising("Capture where the packets are not encapsulated.")
      ]
    },
  ]
}

extension CaptureQuality {
  /// What the packets that could not be followed are in, the most frequent first.
  fileprivate var unfollowed: String {
    let most = 4
    let names = hiddenPackets.keys.sorted { first, second in
      (hiddenPackets[second, default: 0], first) < (hiddenPackets[first, default: 0], second)
    }
    var parts = names.prefix(most).map { "\(hiddenPackets[$0, default: 0]) in \($0)" }
    if names.count > most { parts.append("others in \(Phrase.count(names.count - most, "more encapsulation"))") }
    if unsupportedPackets > 0 { parts.append("\(unsupportedPackets) in fragments given up or encapsulated too deep") }
    return parts.joined(separator: ", ")
  }

  /// That the packets hidden may be what flows of one direction lack; empty where there are none of either.
  fileprivate var missingDirection: String {
    guard oneSidedFlows > 0, !hiddenPackets.isEmpty else { return "" }
    return
      " What \(Phrase.count(oneSidedFlows, "connection")) of one direction \(oneSidedFlows == 1 ? "lacks" : "lack") may "
      + "be in them."
  }
}
