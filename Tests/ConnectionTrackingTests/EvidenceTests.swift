import ConnectionTracking
import PacketDecoding
import TestSupport
import Testing

/// What every timeline keeps to, whatever the conversation: held against hundreds of simulated ones, whose true states
/// are known.
struct EvidenceTests {
  /// What of a conversation the tap captures.
  enum View: CaseIterable {
    case whole, lateStart, clientOnly, serverOnly, lossy

    func passages(of simulation: Simulation, seed: UInt64) -> [Simulation.Passage] {
      var random = SeededGenerator(seed: ~seed)
      return switch self {
      case .whole: simulation.passages
      case .lateStart: Array(simulation.passages.dropFirst(Int.random(in: 1...20, using: &random)))
      case .clientOnly: simulation.passages.filter { $0.sender == .client }
      case .serverOnly: simulation.passages.filter { $0.sender == .server }
      case .lossy: simulation.passages.filter { _ in Int.random(in: 0..<100, using: &random) >= 10 }
      }
    }
  }

  private static let seeds: Range<UInt64> = 0..<120

  @Test(arguments: View.allCases)
  func timelinesKeepTheRules(view: View) {
    for seed in Self.seeds {
      let simulation = Simulation(seed: seed, loss: Int(seed % 20))
      let passages = view.passages(of: simulation, seed: seed)
      let breaches = track(passages).flatMap { TimelineRules(flow: $0, passages: passages).breaches }
      #expect(breaches == [], "seed \(seed)")
    }
  }

  /// Where nothing is marked presumed, the sender of the newest segment is truly in that state; where something is, the
  /// true state is that one or one it was presumed to have left.
  /// What is lost before the tap nobody can know.
  @Test func whatIsCalledCertainIsTrue() {
    for seed in Self.seeds {
      let simulation = Simulation(seed: seed, loss: Int(seed % 20), lossBeforeTap: 0)
      var tracker = ConnectionTracker()
      var events: [TrackerEvent] = []
      for passage in simulation.passages {
        tracker.process(passage.segment, payload: passage.payload.span, into: &events)
        guard passage.isUpToDate, passage.state != .closed, let flow = tracker.snapshot().last else { continue }
        let end = flow[passage.sender]
        let open = flow.timeline.filter { $0.endpoint == passage.sender && $0.evidence == .presumed }
          .filter { $0.confirmed == nil && ($0.refuted == nil || $0.from == .closing) }
        let candidates = end.isPresumed ? [end.state] + open.map(\.from) : [end.state]
        #expect(candidates.contains(passage.state), "seed \(seed), frame \(passage.segment.frame)")
      }
    }
  }

  @Test func followedBytesAreTheBytesSent() {
    var compared = 0
    for seed in Self.seeds {
      let simulation = Simulation(seed: seed, loss: Int(seed % 20))
      guard !simulation.wasAborted else { continue }
      compared += 1
      for sender in EndpointRole.allCases {
        let (bytes, isWhole) = follow(simulation.passages, sender)
        #expect(bytes == simulation.stream(of: sender), "seed \(seed), \(sender)")
        #expect(isWhole, "seed \(seed), \(sender)")
      }
    }
    #expect(compared > 50)
  }

  @Test(arguments: View.allCases)
  func sameInputSameOutput(view: View) {
    for seed in Self.seeds.prefix(50) {
      let passages = view.passages(of: Simulation(seed: seed, loss: 15), seed: seed)
      #expect(track(passages).map(\.timeline) == track(passages).map(\.timeline))
    }
  }

  /// The order of the addresses decides nothing: exchanged, both ends' timelines stay with their roles where a SYN shows
  /// them, and change them where the port does.
  @Test(arguments: [View.whole, .lateStart])
  func exchangedAddressesMirrorTheTimelines(view: View) {
    for seed in Self.seeds.prefix(100) {
      let passages = view.passages(of: Simulation(seed: seed, loss: 15), seed: seed)
      let flows = track(passages)
      let mirrored = track(passages.map(exchanged))
      for (flow, mirror) in zip(flows, mirrored) {
        let isBySYN = flow.orientation == .syn || flow.orientation == .synACK
        let expected = isBySYN ? flow.timeline : flow.timeline.map(withRolesExchanged)
        #expect(mirror.timeline == expected, "seed \(seed)")
        #expect(mirror.clientEnd == (isBySYN ? flow.clientEnd : flow.serverEnd), "seed \(seed)")
      }
      #expect(flows.count == mirrored.count)
    }
  }

  private func exchanged(_ passage: Simulation.Passage) -> Simulation.Passage {
    var result = passage
    (result.segment.source, result.segment.destination) = (passage.segment.destination, passage.segment.source)
    return result
  }

  private func withRolesExchanged(_ entry: Transition) -> Transition {
    var result = entry
    result.endpoint = entry.endpoint.peer
    return result
  }

  private func track(_ passages: [Simulation.Passage]) -> [Flow] {
    var tracker = ConnectionTracker()
    var events: [TrackerEvent] = []
    for passage in passages { tracker.process(passage.segment, payload: passage.payload.span, into: &events) }
    tracker.finish(into: &events)
    let flows = events.compactMap { if case .ended(let flow) = $0 { flow } else { nil } }
    return flows.sorted { $0.number < $1.number }
  }

  private func follow(_ passages: [Simulation.Passage], _ sender: EndpointRole) -> (bytes: [UInt8], isWhole: Bool) {
    var configuration = TrackerConfiguration()
    configuration.reassemblesStreams = true
    var tracker = ConnectionTracker(configuration)
    var events: [TrackerEvent] = []
    for passage in passages { tracker.process(passage.segment, payload: passage.payload.span, into: &events) }
    tracker.finish(into: &events)
    var bytes: [UInt8] = []
    var hasEnded = false
    for case .stream(let event) in events where event.from == sender {
      switch event.content {
      case .bytes(let more): bytes += more
      case .gap: return (bytes, false)
      case .end: hasEnded = true
      }
    }
    return (bytes, hasEnded)
  }
}
