import ConnectionTracking
import PacketDecoding
import TestSupport
import Testing

/// A flow that leaves the ordinary way is told of as if it had never been held in brief. A tracker that reports each
/// transition holds none so: what it says of a conversation in the end is the measure for one that does.
@Suite("Flows in brief")
struct BriefRecordTests {
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
          let (brief, long) = (
            flows(script, departure, place, stack), flows(script, departure, place, stack, reportsTransitions: true)
          )
          guard brief != long else { continue }
          let name =
            "\(departure.testDescription), \(way.testDescription), \(goesOn ? "interrupted" : "ended") after \(way.lines[place - 1])"
          Issue.record("\(name): \(difference(brief, long))")
        }
      }
    }
  }

  /// The measure would be of no use, were both trackers the same.
  @Test func takeLessMemory() throws {
    #expect(try flowsHeld(reportsTransitions: false) > flowsHeld(reportsTransitions: true))
  }
}

extension BriefRecordTests {
  /// The flows as they stand at the end of the conversation, and then as they end with it.
  private func flows(
    _ script: WireScript, _ departure: Departure, _ place: Int, _ stack: StackProfile, reportsTransitions: Bool = false
  ) -> [Flow] {
    var configuration = TrackerConfiguration()
    configuration.stack = stack
    configuration.reportsTransitions = reportsTransitions
    if departure.act == .eviction { configuration.maximumFlows = 1 }
    var tracker = ConnectionTracker(configuration)
    var events: [TrackerEvent] = []
    for (index, line) in script.lines.enumerated() {
      if let segment = line.segment {
        tracker.observe(segment, payload: line.payload.span, into: &events)
      } else {
        tracker.advance(to: line.time, into: &events)
      }
      if index == place - 1 { departure.act.happen(to: &tracker, at: line.time, &events) }
    }
    let open = tracker.snapshot()
    tracker.finish(into: &events)
    return open + events.compactMap { if case .ended(let flow) = $0 { flow } else { nil } }
  }

  private func difference(_ brief: [Flow], _ long: [Flow]) -> String {
    for (one, other) in zip(brief, long) where one != other {
      return "in brief \(one)\n  but should be \(other)"
    }
    return "\(brief.count) flows, not \(long.count)"
  }

  /// Open connections that fit in a bounded memory.
  private func flowsHeld(reportsTransitions: Bool) throws -> Int {
    var configuration = TrackerConfiguration()
    configuration.reportsTransitions = reportsTransitions
    configuration.maximumMemory = 100_000
    var tracker = ConnectionTracker(configuration)
    var events: [TrackerEvent] = []
    let way = try OrdinaryWay.all[0].script(leavingAfter: 5, by: Departure(testDescription: "nothing"), goesOn: false)
    for port in 1000..<2000 as Range<UInt16> {
      for line in way.lines {
        guard var segment = line.segment else { continue }
        let client = SocketAddress(address: WireScript.client.address, port: port)
        if segment.source == WireScript.client { segment.source = client } else { segment.destination = client }
        tracker.observe(segment, payload: line.payload.span, into: &events)
      }
    }
    return tracker.openFlows
  }
}
