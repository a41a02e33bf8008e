import ConnectionTracking

// Flags that no stack sends together.

extension AnomalyRule {
  static let synFIN = odd(
    "syn-fin", .warning, "SYN and FIN in one segment", .synFIN,
    "SYN and FIN together: a stream that ends before it begins.",
    reference: "RFC 9293 §3.10.7", peers: PeerNames(zeek: "baroque_SYN, history q", suricata: "stream.fin_syn"))
  static let synRST = odd(
    "syn-with-rst", .warning, "SYN and RST in one segment", .synRST, "SYN and RST together.",
    reference: "RFC 9293 §3.10.7", peers: PeerNames(zeek: "history q"))
  static let nullFlags = odd(
    "null-flags", .warning, "A segment without SYN, ACK, FIN or RST", .nullFlags,
    "None of SYN, ACK, FIN and RST: every segment but the first must have ACK.",
    reference: "RFC 9293 §3.10.7.4, fifth step",
    peers: PeerNames())
  static let xmasFlags = odd(
    "xmas-flags", .warning, "FIN, PSH and URG without ACK", .xmasFlags,
    "FIN, PSH and URG without ACK: the mark of a scanner.",
    reference: "RFC 9293 §3.10.7.4, fifth step", peers: PeerNames(zeek: "TCP_christmas"))
  static let finWithoutACK = odd(
    "fin-without-ack", .notice, "A FIN without ACK", .finWithoutACK,
    "A FIN without ACK: receivers drop what has no ACK.", reference: "RFC 9293 §3.10.7.4, fifth step",
    peers: PeerNames(suricata: "stream.fin_invalid_ack"))

  static let landAttack = AnomalyRule(
    "land-attack", .error, .flags, "A SYN from an address and port to itself",
    reference: "RFC 9293 §3.5; CVE-1999-0016",
    explanation: """
      Source and destination are one address and port, and no connection of a socket with itself came of it. Old \
      stacks went into a loop over it.
      """,
    causes: ["an attack from long ago, or a test of one"], next: ["ip.src == ip.dst && tcp.srcport == tcp.dstport"],
    advice: "Filter packets from outside that bear an inside address.", on: .observations(.land)
  ) { context in
    // A real self-connect answers itself: SYN, then SYN-ACK.
    guard context.flow.clientEnd.packets == 1 || context.flow.close == .refused else { return [] }
    return context.observations(.land).map { RuleMatch(nil, $0, "A SYN was sent from an address and port to itself.") }
  }

  private static func odd(
    _ id: String, _ severity: Severity, _ title: String, _ kind: ObservationKind, _ explanation: String,
    reference: String,
    peers: PeerNames
  ) -> AnomalyRule {
    AnomalyRule(
      id, severity, .flags, title, reference: reference, explanation: explanation,
      causes: ["a port scanner (nmap)", "an attempt to evade a filter", "a broken middlebox"],
      next: ["tcp.flags && ip.addr == ADDRESS", "the other packets of this source"],
      advice: "See what else this source sends; let the firewall drop such segments.", peers: peers,
      on: .observations(kind)
    ) { context in
      context.observations(kind).map {
        RuleMatch(
          $0.sender, $0,
          "\($0.sender.subject) sent \(Phrase.count($0.count, "segment")) with impossible flags: \(explanation)")
      }
    }
  }
}
