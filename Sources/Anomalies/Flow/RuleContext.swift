public import ConnectionTracking
import PacketDecoding

/// What a rule looks at: one flow, the thresholds, and how far the capture reaches.
///
/// A class, for what a rule has to say keeps it until somebody wants the words.
public final class RuleContext: Sendable {
  public let flow: Flow
  public let thresholds: Thresholds

  public init(_ flow: Flow, _ thresholds: Thresholds) {
    self.flow = flow
    self.thresholds = thresholds
  }

  /// The observations of a kind, oldest first.
  func observations(_ kind: ObservationKind) -> [Observation] { flow.observations.filter { $0.kind == kind } }

  func observations(_ kind: ObservationKind, by sender: EndpointRole) -> [Observation] {
    flow.observations.filter { $0.kind == kind && $0.sender == sender }
  }

  func has(_ kind: ObservationKind) -> Bool { flow.observations.contains { $0.kind == kind } }

  /// The first transition of `end` that `matches`, false ones left out.
  func entry(_ end: EndpointRole, _ matches: (Transition) -> Bool) -> Transition? {
    flow.firstEntry { $0.endpoint == end && $0.refuted == nil && matches($0) }
  }

  /// When `end` entered `state` for the last time.
  func entered(_ end: EndpointRole, _ state: TCPState) -> Transition? {
    flow.timeline.last { $0.endpoint == end && $0.refuted == nil && $0.to == state }
  }

  /// The `end`'s FIN.
  func fin(of end: EndpointRole) -> Transition? { entry(end) { $0.cause == .sendsFIN } }

  func nanoseconds(_ end: EndpointRole, in state: TCPState) -> Int64 {
    flow[end].nanosecondsInState[Int(state.rawValue)]
  }

  /// True where the flow was still followed when the capture ended, so that a duration is a lower bound.
  var isCutByEnd: Bool { flow.end == .inputEnded || flow.end == .open || flow.end == .evicted }

  /// "for 41 s", or "for at least 41 s" where `end` is still in `state` and the capture ends.
  func span(_ end: EndpointRole, in state: TCPState) -> String {
    let duration = Phrase.duration(nanoseconds(end, in: state))
    return isCutByEnd && flow[end].state == state ? "for at least \(duration)" : "for \(duration)"
  }

  /// The time from the SYN to the SYN-ACK and on to the ACK, an hour at most; 200 ms where the handshake was not seen.
  var roundTrip: Int64 {
    guard let start = entry(.client, { $0.cause == .sendsSYN }),
      let end = entry(.client, { $0.from == .synSent && $0.to == .established })
    else { return 200_000_000 }
    let time = (end.confirmed?.time ?? end.time).nanoseconds(since: start.time)
    return min(max(1_000_000, time), 3_600_000_000_000)
  }

  /// `end` knew that its peer had closed, sent a last word and closed as well, at once: the farewell of a protocol, as
  /// TLS's close_notify, and no request.
  func tookLeave(_ end: EndpointRole) -> Bool {
    guard let fin = fin(of: end),
      let late = observations(.dataAfterPeerFIN, by: end).first(where: { $0.circumstances.contains(.acknowledged) })
    else { return false }
    return (0...thresholds.race).contains(fin.time.nanoseconds(since: late.first.time))
  }

  /// How long `end` had sent no new payload at `time`, since its peer's FIN; `.max` where it never did.
  func quiet(_ end: EndpointRole, at time: Timestamp) -> Int64 {
    observations(.dataAfterPeerFIN, by: end).last.map { time.nanoseconds(since: $0.last.time) } ?? .max
  }

  /// How long `end` sent nothing new after `time`, when its peer had closed; `.max` where it never did.
  func quiet(_ end: EndpointRole, from time: Timestamp) -> Int64 {
    observations(.dataAfterPeerFIN, by: end).first.map { $0.first.time.nanoseconds(since: time) } ?? .max
  }

  /// How far an entry can be relied on.
  func confidence(_ entry: Transition) -> Confidence {
    switch entry.evidence {
    case .observed: .certain
    case .timer: .timer
    case .presumed: entry.confirmed != nil ? .confirmed : .presumed
    }
  }

  /// Both ends, client first; a socket connected to itself has one.
  var ends: [EndpointRole] { flow.client == flow.server ? [.client] : [.client, .server] }
}
