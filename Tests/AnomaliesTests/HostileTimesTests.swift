import Anomalies
import ConnectionTracking
import PacketDecoding
import TestSupport
import Testing

/// A capture may claim any time for a packet. No rule, and nothing that is counted, may fall over one.
@Suite("Times out of all bounds")
struct HostileTimesTests {
  @Test("are no trouble to any rule", arguments: Example.all)
  func oneOfThem(example: Example) throws {
    for conversation in [example.shows, example.nearMiss] {
      let lines = try WireScript(conversation, selfConnect: example.selfConnect).lines
      for place in lines.indices where lines[place].segment != nil {
        for time in [Int64.min, .min + 1, 0, .max] { judge(lines, at: place, Timestamp(nanoseconds: time)) }
      }
    }
  }

  /// Two connections of one listener, centuries apart.
  @Test("are no trouble to what flows show together", arguments: [Int64.min, 0, .max], [Int64.min, 0, .max])
  func twoFlows(first: Int64, second: Int64) throws {
    var statistics = CaptureStatistics()
    let refused = "0.000 c S 0:0(0)\n0.010 s R. 0:0(0) ack 1 win 0"
    for (conversation, time) in [(Example.exchange, first), (refused, second), (Example.exchange, second)] {
      for var flow in try WireScript(conversation).flows() {
        flow.firstSeen.time = Timestamp(nanoseconds: time)
        statistics.add(flow, Findings().of(flow))
      }
    }
    _ = statistics.findings()
    #expect(statistics.quality.flows == 3)
  }

  private func judge(_ lines: [WireScript.Line], at place: Int, _ time: Timestamp) {
    var tracker = ConnectionTracker()
    var events: [TrackerEvent] = []
    var statistics = CaptureStatistics()
    for index in lines.indices {
      let line = lines[index]
      guard var segment = line.segment else { continue }
      if index == place { segment.time = time }
      tracker.process(segment, payload: line.payload.span, into: &events)
    }
    tracker.finish(into: &events)
    for case .ended(let flow) in events { statistics.add(flow, Findings().of(flow)) }
    _ = statistics.findings()
    #expect(statistics.quality.flows > 0)
  }
}
