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
  /// Judges only what the flows call certain.
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
        let lastSeen = view.last { ($0.source, $0.destination) == (pair.me, pair.you) && $0.time <= checkpoint.t0 }
        if claim.says(want) {
          result.right += 1
        } else if let lastSeen, history.wasTrue(state, of: pair, at: lastSeen.time) {
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

/// Who sent a packet of a view to whom, and when.
public struct SegmentSight: Sendable {
  var time: Int64
  var source: SocketAddress
  var destination: SocketAddress
}

extension History {
  /// Whether the kernel had this end in `state` when a packet it had sent passed at `time`: in that moment, or after
  /// the transition that the sending went with.
  fileprivate func wasTrue(_ state: TCPState, of pair: EndPair, at time: Int64) -> Bool {
    let transitions = self.transitions[pair, default: []]
    let slack: Int64 = 1_000_000
    let last = transitions.last { $0.time <= time + slack }
    switch (last?.to, state) {
    case (state?, _), (.closed?, .listen), (nil, .closed), (nil, .listen): return true
    // The tracepoint shows a request socket only when it is one no more, and calls TIME_WAIT closed.
    case (nil, .synReceived), (.closed?, .synReceived): return true
    case (.closed?, .timeWait): return last?.from == .finWait2 || last?.from == .closing
    default: return false
    }
  }
}
