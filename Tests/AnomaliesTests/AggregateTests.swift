import Anomalies
import ConnectionTracking
import PacketDecoding
import TestSupport
import Testing

@Suite("Listeners and hosts")
struct AggregateTests {
  @Test func floodOfSYNs() {
    let attempts = (0..<150).map { number in
      flow(number, at: Int64(number) * 5, from: number) { $0.close = .unanswered }
    }
    #expect(ids(attempts).contains("syn-flood"))
    // The same number over three seconds.
    #expect(
      !ids((0..<150).map { flow($0, at: Int64($0) * 20, from: $0) { $0.close = .unanswered } }).contains("syn-flood"))
    // As many at once, and all of them finished.
    #expect(!ids((0..<150).map { flow($0, at: Int64($0) * 5, from: $0) }).contains("syn-flood"))
  }

  @Test func droppedSYNs() {
    let fast = (0..<20).map { answered($0, after: 10) }
    let slow = (20..<24).map { answered($0, after: 1010) }
    let found = ids(fast + slow) { $0.clientEnd.nanosecondsInState[2] > 900_000_000 ? ["syn-retransmitted"] : [] }
    #expect(found.contains("syn-backlog-drop"))
    #expect(found.contains("connect-latency-outlier"))
    let quick = ids(fast)
    #expect(!quick.contains("syn-backlog-drop") && !quick.contains("connect-latency-outlier"))
  }

  @Test func fullAcceptQueue() {
    let flows = (0..<3).map { flow($0, at: 0) }
    #expect(ids(flows) { _ in ["accept-queue-overflow"] }.contains("accept-queue-overflow"))
    #expect(!ids([flows[0]]) { _ in ["accept-queue-overflow"] }.contains("accept-queue-overflow"))
  }

  @Test func comesAndGoes() {
    let flows = (0..<10).map { number in
      flow(number, at: Int64(number) * 1000) { if number % 2 == 0 { $0.close = .refused } }
    }
    #expect(ids(flows).contains("backend-flapping"))
    #expect(
      !ids((0..<10).map { number in flow(number, at: Int64(number) * 1000) { if number < 5 { $0.close = .refused } } })
        .contains("backend-flapping"))
  }

  @Test func resetsByTheServer() {
    let flows = (0..<30).map { number in
      flow(number, at: Int64(number)) { if number < 5 { ($0.close, $0.closedBy) = (.reset, .server) } }
    }
    #expect(ids(flows).contains("reset-rate"))
    #expect(!ids(Array(flows.dropFirst(4))).contains("reset-rate"))
  }

  @Test func halfClosed() {
    let flows = (0..<30).map { flow($0, at: Int64($0)) }
    #expect(ids(flows) { $0.number < 20 ? ["half-close"] : [] }.contains("half-close-heavy"))
    #expect(!ids(flows) { $0.number < 5 ? ["half-close"] : [] }.contains("half-close-heavy"))
  }

  @Test func growingCloseWait() {
    let leaks = (0..<6).map { closeWait($0, since: Int64($0) * 100_000) }
    #expect(ids(leaks).isSuperset(of: ["fd-leak-suspect", "close-wait-leak"]))
    // As many, but all at once.
    #expect(!ids((0..<6).map { closeWait($0, since: Int64($0) * 10) }).contains("fd-leak-suspect"))
  }

  @Test func manyTimeWaits() {
    var thresholds = Thresholds()
    thresholds.timeWait = 10
    let flows = (0..<20).map { timeWait($0, at: Int64($0) * 100) }
    #expect(ids(flows, thresholds).contains("time-wait-pileup"))
    // As many, one after the other.
    #expect(!ids((0..<20).map { timeWait($0, at: Int64($0) * 90_000) }, thresholds).contains("time-wait-pileup"))
  }

  @Test func stormOfResets() {
    let flows = (0..<120).map { number in
      flow(number, at: Int64(number)) { flow in
        let moment = TimelineEntry.Moment(time: flow.firstSeen.time, frame: 1)
        flow.notices = [FlowNotice(kind: .reset, sender: .server, first: moment)]
      }
    }
    #expect(ids(flows).contains("rst-storm"))
    #expect(!ids(Array(flows.prefix(50))).contains("rst-storm"))
  }

  @Test(
    "percentiles are exact to a quarter", arguments: [1_000, 38_000, 1_000_000, 250_000_000, 1_003_000_000] as [Int64])
  func percentiles(delay: Int64) {
    let flows = (0..<5).map { answered($0, after: 0, nanoseconds: delay) }
    var statistics = CaptureStatistics()
    for flow in flows { statistics.add(flow, []) }
    let median = statistics.listeners[0].answerDelay.percentile(0.5)
    #expect(median >= delay && median <= delay + delay / 4 + 1000)
  }
}

extension AggregateTests {
  private func ids(
    _ flows: [Flow], _ thresholds: Thresholds = Thresholds(), findings: (Flow) -> [String] = { _ in [] }
  ) -> Set<String> {
    var statistics = CaptureStatistics()
    for flow in flows { statistics.add(flow, findings(flow).map(finding)) }
    return Set(statistics.findings(thresholds).map(\.id))
  }

  private func finding(_ id: String) -> Finding {
    var finding = Findings().of(Self.template.refused)[0]
    finding.id = id
    finding.confidence = .certain
    return finding
  }

  private func answered(_ number: Int, after milliseconds: Int64, nanoseconds: Int64 = 0) -> Flow {
    flow(number, at: Int64(number) * 100) { flow in
      let delay = milliseconds * 1_000_000 + nanoseconds
      flow.timeline = [
        TimelineEntry(
          time: flow.firstSeen.time.advanced(byNanoseconds: delay), frame: 2, endpoint: .client, from: .synSent,
          to: .established, cause: .receivesSYNACK, evidence: .presumed)
      ]
      flow.clientEnd.nanosecondsInState[2] = delay
    }
  }

  private func closeWait(_ number: Int, since milliseconds: Int64) -> Flow {
    flow(number, at: milliseconds) { flow in
      flow.serverEnd.state = .closeWait
      flow.serverEnd.stateSince = flow.firstSeen.time
      flow.serverEnd.nanosecondsInState[Int(TCPState.closeWait.rawValue)] = 60_000_000_000
    }
  }

  private func timeWait(_ number: Int, at milliseconds: Int64) -> Flow {
    flow(number, at: milliseconds) { flow in
      flow.serverEnd.nanosecondsInState[Int(TCPState.timeWait.rawValue)] = 60_000_000_000
      flow.timeline = [
        TimelineEntry(
          time: flow.firstSeen.time, frame: 9, endpoint: .server, from: .finWait2, to: .timeWait, cause: .receivesFIN,
          evidence: .observed)
      ]
    }
  }

  /// A flow that was established and is open, `milliseconds` after the first.
  private func flow(
    _ number: Int, at milliseconds: Int64, from client: Int = 0, _ change: (inout Flow) -> Void = { _ in }
  ) -> Flow {
    var flow = Self.template.open
    flow.number = number
    flow.timeline = []
    flow.client.address = IPAddress(v4: 0x0A00_0100 + UInt32(client))
    flow.firstSeen.time = flow.firstSeen.time.advanced(byNanoseconds: milliseconds * 1_000_000)
    flow.lastSeen.time = flow.firstSeen.time.advanced(byNanoseconds: 1_000_000)
    change(&flow)
    return flow
  }

  private static let template: (open: Flow, refused: Flow) = {
    let open = (try? WireScript(Example.exchange).flows()) ?? []
    let refused = (try? WireScript("0.000 c S 0:0(0)\n0.010 s R. 0:0(0) ack 1 win 0").flows()) ?? []
    return (open[0], refused[0])
  }()
}
