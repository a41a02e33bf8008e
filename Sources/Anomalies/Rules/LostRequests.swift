import ConnectionTracking
import PacketDecoding

// Requests that meet a server which closes an idle connection.

extension AnomalyRule {
  static let requestAfterFIN = AnomalyRule(
    "request-after-fin", .error, .close, "A request crossed the close of an idle connection",
    reference: "RFC 9112 §9.5; RFC 9293 §3.6.1",
    explanation: """
      The server closed an idle connection, and a request of the client was already on its way, or was sent within a \
      round trip of the FIN by a client that had not heard of it. The server answers it with RST, and the request is \
      lost: behind a proxy, an intermittent 502. In the second form the server had acknowledged the request in its last \
      milliseconds and reset it unread. A farewell that is reset, as TLS's close_notify, is no request, and neither is \
      what a client sends that has acknowledged the FIN: see rst-data-after-close.
      """,
    causes: ["the server's keep-alive timeout is not longer than its client's"],
    next: [
      "compare the idle timeouts: the gap before the request is the server's",
      "nginx keepalive_timeout, Node server.keepAliveTimeout, gunicorn --keep-alive, the balancer's idle timeout",
    ],
    advice: "Make the idle timeout of the end that closes longer than that of the end that sends requests.",
    peers: PeerNames(wireshark: "tcp.flags.reset", kernel: "TcpExtTCPAbortOnData"),
    on: .observations(.dataAfterPeerFIN, .finCrossesData, .reset)
  ) { context in
    crossedFIN(context) ?? unreadAtClose(context) ?? []
  }

  private static func crossedFIN(_ context: RuleContext) -> [RuleMatch]? {
    guard let fin = context.fin(of: .server), let late = crossing(fin, context), late.idle >= RuleContext.leastIdle,
      !saidFarewell(context)
    else { return nil }
    let reset = context.observations(.reset, by: .server).first {
      $0.first.frame > max(late.frame ?? 0, fin.frame ?? 0) && !context.isForeign($0)
    }
    guard reset != nil || context.flow.isOverdue(.client, since: late.time) else { return nil }
    let fate = reset == nil ? "never acknowledged" : "reset"
    return [
      RuleMatch(
        .server, at: fin.time, frames: [fin.frame, late.frame, reset?.first.frame].compactMap(\.self).sorted(),
        "The server closed after \(Phrase.duration(late.idle)) idle; \(Phrase.bytes(late.bytes)) of the client crossed "
          + "the FIN and were \(fate)."
      )
      .with("variant", "crossed-fin").with("bytes_lost", late.bytes).with("idle", seconds: late.idle)
    ]
  }

  /// Payload of a client that did not know of the FIN.
  private struct Crossing {
    let bytes: Int
    /// nil: it passed before the FIN.
    let frame: UInt64?
    let time: Timestamp
    /// For how long the connection had been idle before.
    let idle: Int64
  }

  /// What the client sent within a round trip of the server's FIN, before or after it at the tap, into a connection in
  /// which the server had answered what came before.
  private static func crossing(_ fin: Transition, _ context: RuleContext) -> Crossing? {
    let limit = context.raceLimit
    guard context.flow.serverEnd.payloadBytes > 0 || !context.clientSpokeBefore(fin) else { return nil }
    if let late = context.observations(.dataAfterPeerFIN, by: .client).first {
      guard !late.circumstances.contains(.acknowledged), late.first.time.nanoseconds(since: fin.time) <= limit else {
        return nil
      }
      return Crossing(
        bytes: late.bytes, frame: late.first.frame, time: late.first.time, idle: context.idleBeforeFIN(fin))
    }
    guard let early = context.observations(.finCrossesData, by: .server).first(where: { $0.delay <= limit }) else {
      return nil
    }
    return Crossing(
      bytes: early.bytes, frame: nil, time: early.first.time,
      idle: max(Int64(early.distance), context.idle(before: fin.time) ?? 0))
  }

  /// The client closed as well before it can have known that the server did: what it sent was its last word.
  private static func saidFarewell(_ context: RuleContext) -> Bool {
    context.fin(of: .client).map { $0.to == .finWait1 || $0.to == .closing } ?? false
  }

  /// Idle, then a request, and before anybody read it the server resets.
  private static func unreadAtClose(_ context: RuleContext) -> [RuleMatch]? {
    guard
      let reset = context.observations(.reset, by: .server).first(where: {
        $0.reset.traits.isSuperset(of: [.hasACK, .acknowledgesAll])
          && $0.reset.traits.isDisjoint(with: [.afterOwnFIN, .afterPeerFIN]) && leavesUnanswered($0)
      }),
      let idle = context.observations(.silence, by: .client).last(where: {
        $0.first.frame < reset.first.frame && $0.delay >= 1_000_000_000
      }),
      idle.circumstances.isDisjoint(with: [.endedByFIN, .endedByRST]), reset.senderState?.isSynchronized == true,
      context.flow.clientEnd.payloadBytes > 0, !context.isForeign(reset)
    else { return nil }
    let delay = reset.first.time.nanoseconds(since: idle.first.time)
    guard delay < context.thresholds.race, context.flow.serverEnd.payloadBytes > 0 else { return nil }
    let time = max(idle.delay, Int64(idle.distance))
    return [
      RuleMatch(
        .server, at: idle.first.time, frames: [idle.first.frame, reset.first.frame],
        "After \(Phrase.duration(time)) idle the client sent a request, and the server reset the connection "
          + "\(Phrase.duration(delay)) later without reading it."
      )
      .with("variant", "unread-at-close").with("idle", seconds: time)
    ]
  }

  /// The peer's data came last, or nothing but an ACK of it after that.
  private static func leavesUnanswered(_ reset: Observation) -> Bool {
    switch reset.reset.answers {
    case .data: true
    case .nothing: reset.reset.traits.contains(.echoesAcknowledgment)
    default: false
    }
  }
}

extension RuleContext {
  /// A connection in which no payload passed for this long is idle: an answer's acknowledgment is delayed by less
  /// (RFC 9293 §3.8.6.3), and so is most of what belongs to one exchange.
  static let leastIdle: Int64 = 200_000_000

  /// What passes within this of a FIN may not know of it.
  var raceLimit: Int64 { max(2 * roundTrip, thresholds.race) }

  /// For how long no payload had passed when `fin` did, the farewell that went just before it left out; since the
  /// handshake where there was none.
  func idleBeforeFIN(_ fin: Transition) -> Int64 {
    let since = flow.idleBeforeClose ?? opened.map { fin.time.nanoseconds(since: $0) } ?? 0
    return max(since, idle(before: fin.time) ?? 0)
  }

  /// The silence that ended within a round trip of `time`, counted from the last payload.
  func idle(before time: Timestamp) -> Int64? {
    let limit = raceLimit
    return observations(.silence).filter { (0...limit).contains(time.nanoseconds(since: $0.first.time)) }
      .map { max($0.delay, Int64($0.distance)) }.max()
  }

  private var opened: Timestamp? { entry(.client) { $0.to == .established }?.time }

  /// The client had sent payload that was acknowledged by the time of `fin`: it waited for an answer.
  fileprivate func clientSpokeBefore(_ fin: Transition) -> Bool {
    let late = observations(.dataAfterPeerFIN, by: .client).reduce(0) { $0 + $1.bytes }
    let crossing = observations(.finCrossesData, by: .server).first?.bytes ?? 0
    return flow.clientEnd.distinctPayloadBytes > max(late, crossing)
  }
}

extension Flow {
  /// `sender` still waits for an acknowledgment, and has for a second or more since `time`.
  fileprivate func isOverdue(_ sender: EndpointRole, since time: Timestamp) -> Bool {
    self[sender].unacknowledgedBytes > 0 && endedAt.nanoseconds(since: time) > 1_000_000_000
  }
}
