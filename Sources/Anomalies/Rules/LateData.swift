import ConnectionTracking
import PacketDecoding

// Data that comes when nobody is left to read it.

extension AnomalyRule {
  static let rstDataAfterClose = AnomalyRule(
    "rst-data-after-close", .warning, .reset, "Data came after close()",
    reference: "RFC 1122 §4.2.2.13; Linux tcp_rcv_state_process",
    explanation: """
      An end had closed both directions when data of its peer came: nobody would read it, and the kernel answered with \
      a bare RST. A notice where no more was lost than a farewell, as TLS's close_notify (RFC 8446 §6.1).
      """,
    causes: [
      "the application closed before the answer was over",
      "a pooled connection was used again though the server had closed it",
    ],
    next: ["nstat -az TcpExtTCPAbortOnData", "tcp.flags.reset == 1"],
    advice: "Let the end that sends last close first, or drain before close().",
    peers: PeerNames(wireshark: "tcp.flags.reset", zeek: "history FDR", kernel: "TcpExtTCPAbortOnData"),
    on: .traits(.reset)
  ) { context in
    context.observations(.reset).filter {
      $0.reset.traits.contains(.accepted) && context.cause(of: $0) == .dataAfterClose
    }
    .prefix(1).map { lateData(LateData($0, context)) }
  }

  private static func lateData(_ late: LateData) -> RuleMatch {
    let closer = late.reset.sender
    let what = late.bytes > 0 ? Phrase.bytes(late.bytes) : "a segment"
    let leave = late.alsoClosed ? ", which closed as well," : ""
    let match = RuleMatch(
      closer, late.reset,
      "\(closer.subject) had closed\(late.after) when \(what) of the \(closer.peer.noun)\(leave) came, and answered with "
        + "RST."
    )
    .with("rst_cause", ResetCause.dataAfterClose.rawValue)
    if let idle = late.idleOfPool {
      return match.with("idle", seconds: idle).advising(
        "Give up pooled connections sooner than the server does, here after \(Phrase.duration(idle)) idle, and look for "
          + "its FIN before using one again.")
    }
    guard late.isFarewell else { return match }
    return match.but(.notice).advising("Nothing to do, unless the farewell mattered.")
  }
}

/// What a RST answered that found its application gone.
private struct LateData: Sendable {
  let reset: Observation
  let bytes: Int
  /// The sender of the data closed at once as well.
  let alsoClosed: Bool
  /// No more was lost than a farewell.
  let isFarewell: Bool
  /// How long the connection had been idle when the server closed it that the client used again later; nil where
  /// something else happened.
  let idleOfPool: Int64?

  /// A TLS alert record is not longer: IV, alert, HMAC-SHA-384 and padding (RFC 5246 §6.2.3.2).
  private static let longestFarewell = 85

  init(_ reset: Observation, _ context: RuleContext) {
    let sender = reset.sender.peer
    let late = context.observations(.dataAfterPeerFIN, by: sender)
    let leaves = context.tookLeave(sender)
    let knew = late.first?.circumstances.contains(.acknowledged) ?? true
    self.reset = reset
    bytes = late.reduce(0) { $0 + $1.bytes }
    alsoClosed = leaves
    idleOfPool = leaves || !knew ? nil : Self.idleOfPool(late.first, context)
    isFarewell = leaves || (idleOfPool == nil && knew && bytes <= Self.longestFarewell)
  }

  /// "after 5 s idle, 1 s before"
  var after: String { idleOfPool.map { " after \(Phrase.duration($0)) idle" } ?? "" }

  private static func idleOfPool(_ late: Observation?, _ context: RuleContext) -> Int64? {
    guard let late, late.sender == .client, let fin = context.fin(of: .server),
      late.first.time.nanoseconds(since: fin.time) > context.raceLimit
    else { return nil }
    let idle = context.idleBeforeFIN(fin)
    return idle >= RuleContext.leastIdle ? idle : nil
  }
}
