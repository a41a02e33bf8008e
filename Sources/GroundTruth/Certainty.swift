public import ConnectionTracking
import PacketDecoding

/// Whether what is called certain on a partial view is also true.
public struct Certainty: Sendable {
  /// Certain, and the kernel's state.
  public var right = 0
  /// Certain, and the kernel's state when the end last sent something that the view shows: what moved it since is
  /// missing from the view.
  public var outdated = 0
  /// Certain, and never true at that time.
  public var invented: [Grade.Case] = []
  /// Presumed, timed out or unknown.
  public var uncertain = 0

  public init() {}

  public static func += (left: inout Certainty, right: Certainty) {
    left.right += right.right
    left.outdated += right.outdated
    left.invented += right.invented
    left.uncertain += right.uncertain
  }
}

extension Grader {
  /// Judges only what the flows call certain, where the whole capture of the tap would decide it.
  ///
  /// - Parameter view: the packets the flows were inferred from.
  public func certainty(_ flows: [Flow], view: [SegmentSight]) -> Certainty {
    var result = Certainty()
    for checkpoint in recording.checks {
      let truth = truth(at: checkpoint)
      for pair in pairs(truth, flows, checkpoint) where history.isHost(pair.me) {
        let claim = Claim(of: pair, in: flows, at: checkpoint.t0)
        guard claim.isCertain, let state = claim.state else {
          result.uncertain += 1
          continue
        }
        let want = truth[pair] ?? .closed
        guard !history.isHidden(pair, at: tap, time: checkpoint.t0, want: want, previous: nil) else { continue }
        let lastSeen = view.last { ($0.source, $0.destination) == (pair.me, pair.you) && $0.time <= checkpoint.t0 }
        if claim.says(want) {
          result.right += 1
        } else if let lastSeen, history.wasTrue(state, of: pair, whenSending: lastSeen) {
          result.outdated += 1
        } else {
          result.invented.append(
            Grade.Case(
              scenario: recording.scenario, tap: tap, checkpoint: checkpoint.label,
              finding:
                "\(history.side(of: pair.me)) port \(pair.me.port): kernel \(want), inferred \(claim.description)"))
        }
      }
    }
    return result
  }
}

/// A TCP packet of a view: who sent it to whom, and what tells it from others.
public struct SegmentSight: Sendable {
  var time: Int64
  var source: SocketAddress
  var destination: SocketAddress
  var sequence: SequenceNumber
  var flags: TCPFlags
}

extension History {
  /// Whether the kernel had this end in `state` at some moment between the sending of a segment and its passing the tap,
  /// or just around: a call moves the state a little before its segment leaves.
  fileprivate func wasTrue(_ state: TCPState, of pair: EndPair, whenSending sight: SegmentSight) -> Bool {
    let slack: Int64 = 1_000_000
    let sent = self.sent[pair, default: []].last { packet in
      packet.time <= sight.time && packet.segment.sequence == sight.sequence.rawValue
        && packet.segment.flags == sight.flags.rawValue & 0xff
    }
    let (start, end) = ((sent?.time ?? sight.time) - slack, sight.time + slack)
    let before = transitions[pair, default: []].last { $0.time < start }
    let during = transitions[pair, default: []].filter { (start...end).contains($0.time) }
    let states = [before?.to ?? .closed] + during.map(\.to)
    // The tracepoint shows a request socket only when it is one no more, and calls TIME_WAIT closed.
    let unseen: [TCPState: Bool] = [.synReceived: states.contains(.closed), .timeWait: states.contains(.closed)]
    return states.contains { $0 == state || ($0.isGone && state.isGone) } || unseen[state] == true
  }
}
