import ConnectionTracking
import PacketDecoding
import TestSupport

/// The rules of a timeline that hold for every conversation.
struct TimelineRules {
  let flow: Flow
  let passages: [Simulation.Passage]

  /// Each rule that is broken, in words.
  var breaches: [String] {
    var result = order
    for role in EndpointRole.allCases {
      let entries = flow.timeline.filter { $0.endpoint == role }
      result += chain(entries)
      for entry in entries { result += evidence(entry) + settlement(entry) + wayBack(entry) }
      result += counters(flow[role]) + duration(flow[role])
    }
    return result
  }

  /// Each entry begins where the last one of its end led.
  private func chain(_ entries: [Transition]) -> [String] {
    zip(entries, entries.dropFirst()).filter { $0.to != $1.from }
      .map { "\($1.cause) begins at \(name($1.from)) after \(name($0.to))" }
  }

  /// An end's own segment observes, time alone ends timers, and what is presumed passed on its way to the end, but for
  /// SYN, RST and FIN that bear its name in doubt and a start that was not seen.
  private func evidence(_ entry: Transition) -> [String] {
    guard let frame = entry.frame else { return timer(entry) }
    if entry.evidence == .timer { return ["a timer with a frame"] }
    let isOwn = sender(of: frame) == entry.endpoint
    if entry.evidence == .observed, !isOwn { return ["\(entry.cause) observed at the peer's frame \(frame)"] }
    guard entry.evidence == .presumed, isOwn, isSeenFromTheStart else { return [] }
    let isDoubtful = [.sendsRST, .sendsSYN, .unseenBytes].contains(entry.cause)
    // An arrival that turned out to find another state than was thought is presumed afresh from that one.
    let isAfresh = flow.timeline.contains { $0.endpoint == entry.endpoint && $0.refuted?.frame == frame }
    return isDoubtful || isAfresh ? [] : ["\(entry.cause) presumed at its own frame \(frame)"]
  }

  private func timer(_ entry: Transition) -> [String] {
    guard entry.evidence == .timer else { return ["\(entry.cause) without frame"] }
    let began = entry.time.advanced(byNanoseconds: -60_000_000_000)
    return passages.contains { $0.segment.time == began } ? [] : ["\(entry.cause) not 60 s after a packet"]
  }

  /// Confirmed and refuted by the end itself, not before.
  private func settlement(_ entry: Transition) -> [String] {
    var result: [String] = []
    if entry.confirmed != nil, entry.refuted != nil { result.append("\(entry.cause) confirmed and refuted") }
    guard let moment = entry.confirmed ?? entry.refuted, let frame = entry.frame else { return result }
    if entry.evidence != .presumed { result.append("\(entry.cause) settled though \(entry.evidence)") }
    if moment.frame < frame || moment.time < entry.time { result.append("\(entry.cause) settled before it") }
    if isSeenFromTheStart, sender(of: moment.frame) != entry.endpoint {
      result.append("\(entry.cause) settled by the peer's frame \(moment.frame)")
    }
    return result
  }

  /// A refuted entry is followed by one that leads elsewhere, at the frame that refuted it; but for FIN_WAIT_2 as the
  /// other branch of a simultaneous close, which TIME_WAIT has followed already.
  private func wayBack(_ entry: Transition) -> [String] {
    guard entry.refuted != nil, entry.from != .closing else { return [] }
    let isFollowed = flow.timeline.contains {
      $0.endpoint == entry.endpoint && $0.frame == entry.refuted?.frame && $0.cause != entry.cause
    }
    return isFollowed ? [] : ["\(entry.cause) refuted at \(entry.refuted?.frame ?? 0) and nothing follows"]
  }

  /// Every payload byte is new or repeated, but for single ones, which may be keepalive probes.
  private func counters(_ end: EndpointSummary) -> [String] {
    let other = end.payloadBytes - end.distinctPayloadBytes - end.retransmittedBytes
    let probes = passages.count { $0.segment.wirePayloadLength == 1 }
    return (0...probes).contains(other) ? [] : ["\(other) bytes are neither new nor repeated"]
  }

  private func duration(_ end: EndpointSummary) -> [String] {
    let times = end.nanosecondsInState
    let total = (0..<times.count).reduce(0) { $0 + times[$1] }
    let expected = passages.last?.segment.time.nanoseconds(since: flow.firstSeen.time) ?? 0
    return total == expected ? [] : ["time in states is \(total), not \(expected)"]
  }

  private var order: [String] {
    let frames = flow.timeline.compactMap(\.frame)
    return zip(frames, frames.dropFirst()).allSatisfy(<=) ? [] : ["entries out of order"]
  }

  /// The view holds every segment that passed the tap.
  private var isSeenFromTheStart: Bool {
    passages.first?.segment.frame == 1
      && zip(passages, passages.dropFirst()).allSatisfy { $0.segment.frame + 1 == $1.segment.frame }
  }

  private func sender(of frame: UInt64) -> EndpointRole? {
    guard let passage = passages.first(where: { $0.segment.frame == frame }) else { return nil }
    return passage.segment.source == flow.client ? .client : .server
  }

  private func name(_ state: TCPState?) -> String { state.map { "\($0)" } ?? "unknown" }
}
