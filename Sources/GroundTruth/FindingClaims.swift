import Anomalies
import ConnectionTracking
import PacketDecoding

extension Grader {
  /// What the truth has against a claim: empty where it agrees, nil where it cannot tell.
  func objection(to claim: FindingClaim, _ found: FoundHere) -> String? {
    switch claim {
    case .wasIn(let state): everyEnd(found) { wasNotIn(state, $0, found) }
    // Somebody else's SYN or FIN moves one end, and not the one in whose name it is.
    case .cameThrough(let state):
      found.packets.allSatisfy(isGenuine) ? everyEnd(found) { didNotComeThrough(state, $0) } : nil
    case .neverEstablished: everyEnd(found) { wasEstablished($0, found) }
    case .sentItsResets: sentNoReset(found)
    case .isForged: found.packets.allSatisfy(isGenuine) ? "the host sent it itself" : ""
    case .sentTwice: found.packets.last.map { sentOnce($0) }
    case .lostSomething(let kind):
      found.finding.confidence == .presumed ? nil : everyEnd(found) { lostNothing(kind, $0, found) }
    case .heardNothing:
      everyEnd(found) { received(by: $0, found).isEmpty ? "" : "it received segments of its peer" }
    case .hadBothInOne: everyEnd(found) { hadTheACKBefore($0, found) }
    case .crossedFINs: everyEnd(found) { sentFINAfterPeers($0, found) }
    case .changedNothing: everyEnd(found) { changed($0, found) }
    case .missedTheReset: everyEnd(found) { gotTheReset($0, found) }
    case .cannotBe: "the capture is whole"
    }
  }

  /// The first objection that any of the ends has; nil where none of them is on a host.
  private func everyEnd(_ found: FoundHere, _ objection: (EndPair) -> String?) -> String? {
    let answers = found.ends.filter { history.isHost($0.me) }.compactMap(objection)
    return answers.first { !$0.isEmpty } ?? answers.first
  }

  /// The kernel had it in another state at a checkpoint meanwhile, and a packet shows as much.
  private func wasNotIn(_ state: TCPState, _ pair: EndPair, _ found: FoundHere) -> String? {
    let start = found.finding.time.nanoseconds
    // What happens at the far end passes the tap later.
    let end = start + found.duration - 100_000_000
    let between = recording.checks.filter { $0.t0 >= start && $0.t1 <= end }
    guard !between.isEmpty else { return didNotComeThrough(state, pair) }
    for checkpoint in between {
      let want = truth(at: checkpoint)[pair] ?? .closed
      guard want != state,
        !history.isHidden(pair, at: tap, time: checkpoint.t0, want: want, previous: nil)
      else { continue }
      return "the kernel had it in \(want) at \(checkpoint.label)"
    }
    return ""
  }

  /// The tracepoint shows every state but these two, and only where the kernel has one.
  private func didNotComeThrough(_ state: TCPState, _ pair: EndPair) -> String? {
    guard state != .timeWait, !recording.kernelTrace.isEmpty else { return nil }
    let moves = history.transitions[pair, default: []]
    return moves.contains { $0.to == state || $0.from == state } ? "" : "the kernel never had it in \(state)"
  }

  /// From the flow's first packet to its last; another incarnation may well have been.
  private func wasEstablished(_ pair: EndPair, _ found: FoundHere) -> String? {
    guard !recording.kernelTrace.isEmpty else { return nil }
    let moves = history.transitions[pair, default: []].filter { found.times.contains($0.time) }
    return moves.contains { $0.to == .established } ? "the kernel had it in ESTABLISHED" : ""
  }

  private func isGenuine(_ segment: SegmentSignature) -> Bool {
    Side.allCases.contains { history.wasSent(segment, by: $0) }
  }

  private func sentNoReset(_ found: FoundHere) -> String? {
    let resets = found.packets.filter { $0.flags & 4 != 0 }
    guard !resets.isEmpty else { return nil }
    return resets.allSatisfy(isGenuine) ? "" : "the RST is forged"
  }

  /// The bytes, or the FIN, of `segment` left their host once.
  private func sentOnce(_ segment: SegmentSignature) -> String {
    let range = segment.sequence...(segment.sequence &+ UInt32(max(0, segment.payloadLength - 1)))
    let count = recording.log.filter { packet in
      packet.isSent && packet.segment.source == segment.source && packet.segment.sourcePort == segment.sourcePort
        && packet.segment.destinationPort == segment.destinationPort
        && packet.segment.payloadLength + Int(packet.segment.flags & 1) > 0
        && packet.segment.sequence &- range.lowerBound <= range.upperBound &- range.lowerBound
    }.count
    return count > 1 ? "" : "its host sent that \(count == 0 ? "never" : "once")"
  }

  /// Each SYN-ACK, or each ACK of it, arrived.
  private func lostNothing(_ kind: FindingClaim.SegmentKind, _ server: EndPair, _ found: FoundHere) -> String {
    let synACKs = undelivered(of: server, found) { $0 & 0x12 == 0x12 }
    let acks = undelivered(of: server.reversed, found) { $0 & 0x17 == 0x10 }
    return kind == .ack && acks > 0 || kind == .synACK && synACKs + acks > 0 ? "" : "nothing was lost"
  }

  /// Segments of `pair` that had not arrived when they were sent again, or ever.
  private func undelivered(of pair: EndPair, _ found: FoundHere, _ matches: (UInt16) -> Bool) -> Int {
    let sent = sent(by: pair, found).filter { matches($0.segment.flags) }
    let arrived = received(by: pair.reversed, found)
    return sent.indices.filter { index in
      let next = sent[(index + 1)...].first { $0.segment == sent[index].segment }?.time ?? .max
      return !arrived.contains { $0.segment == sent[index].segment && (sent[index].time..<next).contains($0.time) }
    }.count
  }

  /// What the end's host sent during the flow; other incarnations of the four-tuple have their own.
  private func sent(by pair: EndPair, _ found: FoundHere) -> [History.Packet] {
    history.sent[pair, default: []].filter { found.times.contains($0.time) }
  }

  private func received(by pair: EndPair, _ found: FoundHere) -> [History.Packet] {
    history.received[pair, default: []].filter { found.times.contains($0.time) }
  }

  /// An ACK of its FIN reached it before the peer's FIN did.
  private func hadTheACKBefore(_ pair: EndPair, _ found: FoundHere) -> String? {
    guard let fin = sent(by: pair, found).first(where: { $0.has(1) })?.segment else { return nil }
    let finEnd = fin.sequence &+ UInt32(fin.payloadLength) &+ 1
    let covers = received(by: pair, found).first { $0.has(16) && $0.segment.acknowledgment == finEnd }
    return covers.map { $0.has(1) ? "" : "an ACK of its FIN had come before" }
  }

  private func sentFINAfterPeers(_ pair: EndPair, _ found: FoundHere) -> String? {
    guard let sent = sent(by: pair, found).first(where: { $0.has(1) }) else { return nil }
    let arrived = received(by: pair, found).first { $0.has(1) }
    return arrived.map { $0.time > sent.time } ?? true ? "" : "the peer's FIN had arrived before"
  }

  /// The kernel moved right after the RST.
  private func changed(_ pair: EndPair, _ found: FoundHere) -> String? {
    guard let reset = found.packets.first(where: { $0.flags & 4 != 0 }), !recording.kernelTrace.isEmpty else {
      return nil
    }
    let sender = reset.source == pair.me.address.description && reset.sourcePort == pair.me.port
    let victim = sender ? pair.reversed : pair
    let arrivals = received(by: victim, found).filter { $0.segment == reset }.map(\.time)
    let ends = history.transitions[victim, default: []].filter { $0.to == .closed }.map(\.time)
    let isEnded = arrivals.contains { arrival in ends.contains { abs($0 - arrival) < 5_000_000 } }
    return isEnded ? "it ended the connection" : ""
  }

  /// The RST had arrived before the peer sent what is held against it.
  private func gotTheReset(_ pair: EndPair, _ found: FoundHere) -> String? {
    guard let last = found.packets.last, let reset = found.packets.first(where: { $0.flags & 4 != 0 }) else {
      return nil
    }
    let sent = sent(by: pair, found).last { $0.segment == last }?.time
    let arrived = received(by: pair, found).first { $0.segment == reset }?.time
    guard let sent, let arrived else { return arrived == nil ? "" : nil }
    return arrived < sent ? "the RST had arrived" : ""
  }
}
