import ConnectionTracking
import PacketDecoding
import TestSupport
import Testing

/// What is known of a flow is from its own packets: others that pass in between change nothing of it.
@Suite("Flows interleaved with others")
struct InterleavedFlowsTests {
  @Test("changes nothing of a flow", arguments: Departure.all + Departure.waits)
  func changesNothing(departure: Departure) throws {
    if departure.act != .nothing { return }
    for way in OrdinaryWay.all {
      for place in 1...way.lines.count {
        let script = try way.script(leavingAfter: place, by: departure, goesOn: true)
        let (alone, amongOthers) = (flows(script.lines), flows(Self.mixed(script.lines)))
        #expect(alone == amongOthers, "\(way.testDescription) after \(way.lines[place - 1])")
      }
    }
  }

  /// Its flows, with the numbers they have among themselves.
  private func flows(_ lines: [WireScript.Line]) -> [Flow] {
    var tracker = ConnectionTracker()
    var events: [TrackerEvent] = []
    for line in lines {
      if let segment = line.segment {
        tracker.process(segment, payload: line.payload.span, into: &events)
      } else {
        tracker.advance(to: line.time, into: &events)
      }
    }
    tracker.finish(into: &events)
    var flows = events.compactMap { if case .ended(let flow) = $0 { flow } else { nil } }
    flows.removeAll { [$0.client.port, $0.server.port].contains(Self.otherPort) }
    flows.sort { $0.number < $1.number }
    let numbers = flows.map(\.number)
    for index in flows.indices {
      flows[index].number = index
      flows[index].previousFlow = flows[index].previousFlow.flatMap { numbers.firstIndex(of: $0) }
    }
    return flows
  }

  private static let otherPort: UInt16 = 40_001

  /// The same with each segment a second time, at once and half-way to the next one, as if another client had sent it
  /// or was sent it: its numbers, identifications and payload are those of the flow.
  private static func mixed(_ lines: [WireScript.Line]) -> [WireScript.Line] {
    var result: [WireScript.Line] = []
    for (index, line) in lines.enumerated() {
      result.append(line)
      guard var segment = line.segment, index + 1 < lines.count else { continue }
      if segment.source.port == WireScript.client.port {
        segment.source.port = otherPort
      } else {
        segment.destination.port = otherPort
      }
      var other = line
      other.segment = segment
      result.append(other)
      let gap = lines[index + 1].time.nanoseconds(since: line.time)
      segment.time = segment.time.advanced(byNanoseconds: gap / 2)
      other.segment = segment
      result.append(other)
    }
    return result
  }
}
