package import ConnectionTracking
package import PacketDecoding

extension Flow {
  /// The rules that every flow keeps to, whatever its segments were, and that are broken; empty where none is.
  ///
  /// - Parameter sender: who sent a frame of this flow; nil where that is not known.
  package func breaches(sender: (UInt64) -> SocketAddress? = { _ in nil }) -> [String] {
    var result: [String] = []
    if timeline.count > 512 { result.append("a timeline of \(timeline.count) entries") }
    if !frames.isInOrder { result.append("entries out of order") }
    if !observations.map(\.first.frame).isInOrder { result.append("observations out of order") }
    if firstSeen.frame > lastSeen.frame { result.append("the last packet came before the first") }
    for entry in timeline { result += entry.breaches(in: self, sender: sender) }
    for role in EndpointRole.allCases { result += breaches(of: role) }
    return result
  }

  private var frames: [UInt64] { timeline.compactMap(\.frame) }

  private func breaches(of role: EndpointRole) -> [String] {
    var result: [String] = []
    let end = self[role]
    let entries = timeline.filter { $0.endpoint == role }
    if timelineOmitted == 0 {
      for (entry, next) in zip(entries, entries.dropFirst()) where entry.to != next.from {
        result.append("\(role): \(next.cause) begins at \(name(next.from)) after \(name(entry.to))")
      }
      for (entry, next) in zip(entries, entries.dropFirst()) where entry.isCertain && !next.isLegal {
        result.append("\(role): \(next.cause) leads from \(name(next.from)) to \(name(next.to))")
      }
    }
    if let last = entries.last, last.to != end.state {
      result.append("\(role) is in \(name(end.state)) after \(name(last.to))")
    }
    // A clock that is set back takes no time away from the states before.
    let own = client == server ? timeline : entries
    let latest = own.lazy.filter { $0.refuted == nil }.map(\.time).reduce(endedAt, max)
    return result + end.breaches(from: firstSeen.time, to: latest).map { "\(role): \($0)" }
  }
}

extension Transition {
  /// The rules of evidence: a segment sent by an end proves that end's state, one sent to it proves nothing until the end
  /// answers, and time alone ends timers.
  fileprivate func breaches(in flow: Flow, sender: (UInt64) -> SocketAddress?) -> [String] {
    var result: [String] = []
    let own = endpoint == .client ? flow.client : flow.server
    if (evidence == .timer) != (frame == nil) { result.append("\(cause) is \(evidence) at frame \(frame ?? 0)") }
    if evidence == .observed, let frame, let sender = sender(frame), sender != own {
      result.append("\(cause) of the \(endpoint) observed at its peer's frame \(frame)")
    }
    guard let settled = confirmed ?? refuted else { return result }
    if confirmed != nil, refuted != nil { result.append("\(cause) is confirmed and refuted") }
    if evidence == .observed { result.append("\(cause) is settled though observed") }
    if let frame, settled.frame < frame { result.append("\(cause) is settled before it happened") }
    return result
  }

  /// Its state can be built on: nothing may show yet that the end was never there.
  fileprivate var isCertain: Bool { evidence == .observed || confirmed != nil }

  /// RFC 9293 has a way between the two states that few events can take; what was not seen is free.
  fileprivate var isLegal: Bool {
    guard let from, let to, !Self.leaps.contains(cause) else { return true }
    guard evidence != .timer else { return Optional(from).after(.timeout) == .to(to) }
    // The peer's FIN may have met this end's own on the way, or have come after its acknowledgment: two branches.
    if (from, to, evidence) == (.closing, .finWait2, .presumed) { return true }
    // A FIN that its sender's later ACK overtook: it had been sent before the peer's FIN came.
    if (from, to, cause) == (.closeWait, .closing, .sendsFIN) { return true }
    return from == to || Self.reach[Int(from.rawValue)].contains(to)
  }

  /// Causes that say themselves that something was not seen, or was not as presumed.
  private static let leaps: Set<TransitionCause> = [.midstream, .unseenBytes, .replaced, .presumptionRefuted]

  /// What can be reached from each state by the events of up to two segments: each end's own and its peer's.
  private static let reach: [Set<TCPState>] = TCPState.allCases.map { state in
    var reached: Set<TCPState> = [state]
    for _ in 0..<3 { for from in reached { reached.formUnion(from.successors) } }
    return reached
  }
}

extension TCPState {
  fileprivate var successors: [TCPState] {
    Self.steps.compactMap { if case .to(let next) = Optional(self).after($0) { next } else { nil } }
  }

  /// What the two ends of a connection do; none of it concludes from what a tap saw.
  private static var steps: [EndpointEvent] {
    [.sendsSYN, .receivesSYN, .synAcknowledged, .sendsFIN, .finAcknowledged, .receivesFIN, .sendsRST, .receivesRST]
  }
}

extension EndpointSummary {
  /// Counts that contradict each other.
  ///
  /// - Parameters:
  ///   - start: when the flow began.
  ///   - end: until when it was followed.
  fileprivate func breaches(from start: Timestamp, to end: Timestamp) -> [String] {
    var result: [String] = []
    let bytes = [
      packets, self.bytes, payloadBytes, distinctPayloadBytes, retransmittedBytes, retransmittedSegments,
      uncapturedBytes,
      lostBytes, outOfOrderSegments, zeroWindows, duplicatePackets, superSegments, unacknowledgedBytes,
    ]
    if bytes.contains(where: { $0 < 0 }) { result.append("a negative count in \(bytes)") }
    if distinctPayloadBytes + retransmittedBytes > payloadBytes { result.append("more bytes than were sent") }
    if packets == 0, payloadBytes + self.bytes > 0 { result.append("bytes without packets") }
    let times = nanosecondsInState
    if (0..<times.count).contains(where: { times[$0] < 0 }) { result.append("negative time in a state") }
    let total = (0..<times.count).reduce(0) { $0 &+ times[$1] }
    if total != max(0, end.nanoseconds &- start.nanoseconds) { result.append("\(total) ns in all states") }
    return result
  }
}

extension [UInt64] {
  fileprivate var isInOrder: Bool { zip(self, dropFirst()).allSatisfy(<=) }
}

private func name(_ state: TCPState?) -> String { state.map { "\($0)" } ?? "unknown" }
