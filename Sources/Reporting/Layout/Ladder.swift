package import ConnectionTracking
import PacketDecoding

/// A flow's timeline as steps: the transitions that one segment made stand on one rung.
package struct Ladder {
  /// The states before the first step.
  package let start: Sides<TCPState?>
  package private(set) var rungs: [Rung] = []

  package init(_ flow: Flow) {
    start = Sides(client: Self.start(of: .client, in: flow), server: Self.start(of: .server, in: flow))
    var states = Sides(client: StandingState(start.client), server: StandingState(start.server))
    for entries in Self.steps(of: flow.timeline) {
      guard let first = entries.first else { continue }
      for entry in entries {
        states[entry.endpoint] = StandingState(entry)
        if flow.client == flow.server { states[entry.endpoint.peer] = StandingState(entry) }
      }
      let sinceStart = first.time.nanoseconds(since: flow.firstSeen.time)
      rungs.append(Rung(entries, sinceStart: sinceStart, client: states.client, server: states.server))
    }
  }

  /// What an end's first transition left, or what it is in where there was none.
  private static func start(of role: EndpointRole, in flow: Flow) -> TCPState? {
    let first = flow.timeline.first { $0.endpoint == role }
    // A socket connected to itself has one history.
    let own = first ?? (flow.client == flow.server ? flow.timeline.first : nil)
    return own.map(\.from) ?? flow[role].state
  }

  /// Neighbours in the timeline that the same frame made.
  private static func steps(of timeline: [Transition]) -> [[Transition]] {
    timeline.reduce(into: []) { steps, entry in
      if let frame = entry.frame, steps.last?.last?.frame == frame {
        steps[steps.count - 1].append(entry)
      } else {
        steps.append([entry])
      }
    }
  }
}

/// One step of a ladder, with both states as they stand after it.
package struct Rung {
  package let entries: [Transition]
  /// Nanoseconds since the flow's first packet.
  package let sinceStart: Int64
  package let client: StandingState
  package let server: StandingState

  init(_ entries: [Transition], sinceStart: Int64, client: StandingState, server: StandingState) {
    self.entries = entries
    self.sinceStart = sinceStart
    self.client = client.standing(at: entries.first?.frame)
    self.server = server.standing(at: entries.first?.frame)
  }

  package func entry(of role: EndpointRole) -> Transition? { entries.last { $0.endpoint == role } }

  package func moves(of role: EndpointRole) -> Int { entries.count { $0.endpoint == role } }

  /// Who sent the segment that made this step; nil where none did. An arrival that only its receiver's own segment
  /// shows is none that was seen.
  package var sender: EndpointRole? {
    entries.lazy.compactMap { entry in
      switch entry.cause.direction {
      case .sent: entry.endpoint
      case .received: entry.evidence == .observed ? nil : entry.endpoint.peer
      case .none: nil
      }
    }.first
  }

  /// What happened, in few words: the cause that tells most of those on this rung.
  package var label: String {
    entries.max { $0.cause.weight < $1.cause.weight }?.cause.label ?? ""
  }
}

/// A state as it stands on a rung.
package struct StandingState {
  package let state: TCPState?
  /// True while nothing has confirmed it.
  package private(set) var isPresumed: Bool
  private let confirmedFrame: UInt64?

  init(_ state: TCPState?) {
    self.state = state
    isPresumed = false
    confirmedFrame = nil
  }

  init(_ entry: Transition) {
    state = entry.to
    isPresumed = entry.evidence == .presumed
    confirmedFrame = entry.confirmed?.frame
  }

  /// A presumption ends with the frame that confirms it.
  func standing(at frame: UInt64?) -> StandingState {
    var standing = self
    if let frame, let confirmedFrame, confirmedFrame <= frame { standing.isPresumed = false }
    return standing
  }
}
