import ConnectionTracking
import PacketDecoding
import TestSupport
import Testing

/// What is predicted is told of as if the machine had taken it. The measure is a tracker that predicts nothing, and another
/// that saves no SYN either, for it reports each transition: what they say of a conversation in the end, and of each of its
/// segments, wherever it leaves the ordinary way.
@Suite("Ordinary segments")
struct PredictionTests {
  @Test("leave the ordinary way after any segment", arguments: Departure.all)
  func departure(_ departure: Departure) throws { try compare(departure, .linux) }

  /// What only time does, by every stack's timers, which run for times of their own.
  @Test("time out as their stack does", arguments: StackProfile.all)
  func timers(_ stack: StackProfile) throws {
    for departure in Departure.waits { try compare(departure, stack) }
  }

  private func compare(_ departure: Departure, _ stack: StackProfile) throws {
    for way in OrdinaryWay.all {
      for place in 1...way.lines.count {
        for goesOn in [false, true] {
          let script = try way.script(leavingAfter: place, by: departure, goesOn: goesOn)
          let short = outcome(script, departure, place, stack) { _ in }
          let alone = outcome(script, departure, place, stack) { $0.predictsSegments = false }
          let long = outcome(script, departure, place, stack) { configuration in
            configuration.predictsSegments = false
            configuration.reportsTransitions = true
          }
          let digested = outcome(script, departure, place, stack) { $0.digestsUneventful = true }
          let isSame = short.says(alone) && short.says(long)
          if isSame, digested.digests == long.digests { continue }
          let name =
            "\(departure.testDescription), \(way.testDescription), \(goesOn ? "interrupted" : "ended") after \(way.lines[place - 1])"
          let other = short.says(alone) ? long : alone
          Issue.record("\(name): \(isSame ? "\(digested.digests)" : difference(short, other))")
        }
      }
    }
  }

  /// To look at it replays its packets, and it goes on waiting for its end.
  @Test func aRefusedFlowEndsThoughItWasLookedAt() throws {
    let way = try #require(OrdinaryWay.all.first { $0.testDescription == "refused" })
    var tracker = ConnectionTracker()
    var events: [TrackerEvent] = []
    let nothing: [UInt8] = []
    let script = try way.script(leavingAfter: 2, by: Departure(testDescription: "nothing"), goesOn: false)
    for segment in script.lines.compactMap(\.segment) {
      tracker.process(segment, payload: nothing.span, into: &events)
    }
    #expect(tracker.snapshot().map(\.close) == [.refused])
    tracker.advance(to: tracker.snapshot()[0].lastSeen.time.advanced(byNanoseconds: 61_000_000_000), into: &events)
    #expect(tracker.openFlows == 0)
  }

  /// The measure would be of no use, were both trackers the same.
  @Test(arguments: OrdinaryWay.all.filter { $0.testDescription.hasPrefix("refused") && $0.step < 1000 })
  func takeLessMemoryWhereTheyAreSaved(way: OrdinaryWay) throws {
    #expect(try flowsHeld(way, reportsTransitions: false) > 2 * flowsHeld(way, reportsTransitions: true))
  }
}

extension PredictionTests {
  private struct Outcome {
    /// The flows as they stand at the end of the conversation.
    let open: [Flow]
    /// How they ended before, and with it.
    let events: [TrackerEvent]
    /// What each segment was, as the machine says.
    let verdicts: [PacketVerdict?]

    func says(_ other: Outcome) -> Bool {
      open == other.open && ended == other.ended && verdicts == other.verdicts
    }

    var ended: [Flow] { events.compactMap { if case .ended(let flow) = $0 { flow } else { nil } } }

    /// What is counted of the flows that end.
    var digests: [FlowDigest] {
      events.flatMap { event -> [FlowDigest] in
        switch event {
        case .passed(let digests): digests
        case .ended(let flow): [FlowDigest(flow)]
        default: []
        }
      }
    }
  }

  private func outcome(
    _ script: WireScript, _ departure: Departure, _ place: Int, _ stack: StackProfile,
    _ configure: (inout TrackerConfiguration) -> Void
  ) -> Outcome {
    var configuration = TrackerConfiguration()
    configuration.stack = stack
    configure(&configuration)
    if departure.act == .eviction { configuration.maximumFlows = 1 }
    var tracker = ConnectionTracker(configuration)
    var events: [TrackerEvent] = []
    var verdicts: [PacketVerdict?] = []
    for (index, line) in script.lines.enumerated() {
      if let segment = line.segment {
        verdicts.append(tracker.process(segment, payload: line.payload.span, into: &events)?.byTheMachine)
      } else {
        tracker.advance(to: line.time, into: &events)
      }
      if index == place - 1 { departure.act.happen(to: &tracker, at: line.time, &events) }
    }
    let open = tracker.snapshot()
    tracker.finish(into: &events)
    return Outcome(open: open, events: events, verdicts: verdicts)
  }

  private func difference(_ short: Outcome, _ long: Outcome) -> String {
    for (one, other) in zip(short.open + short.ended, long.open + long.ended) where one != other {
      return "the ordinary way \(one)\n  but should be \(other)"
    }
    for (index, (one, other)) in zip(short.verdicts, long.verdicts).enumerated() where one != other {
      return "segment \(index) was \(String(describing: one)), but should be \(String(describing: other))"
    }
    return "\(short.open.count + short.ended.count) flows, not \(long.open.count + long.ended.count)"
  }

  /// Connections that have gone some of their `way` and fit in a bounded memory.
  private func flowsHeld(_ way: OrdinaryWay, reportsTransitions: Bool) throws -> Int {
    var configuration = TrackerConfiguration()
    configuration.reportsTransitions = reportsTransitions
    configuration.maximumMemory = 100_000
    var tracker = ConnectionTracker(configuration)
    var events: [TrackerEvent] = []
    let script = try way.script(leavingAfter: 5, by: Departure(testDescription: "nothing"), goesOn: false)
    for port in 1000..<2000 as Range<UInt16> {
      for line in script.lines {
        guard var segment = line.segment else { continue }
        if segment.source.port == WireScript.client.port {
          segment.source.port = port
        } else {
          segment.destination.port = port
        }
        tracker.process(segment, payload: line.payload.span, into: &events)
      }
    }
    return tracker.openFlows
  }
}
