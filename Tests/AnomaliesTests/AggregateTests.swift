import Anomalies
import ConnectionTracking
import PacketDecoding
import TestSupport
import Testing

@Suite("Listeners and hosts")
struct AggregateTests {
  @Test func floodOfSYNs() {
    let attempts = (0..<150).map { number in
      ManyFlows.flow(number, at: Int64(number) * 5, from: number) { $0.close = .unanswered }
    }
    #expect(ManyFlows.ids(attempts).contains("syn-flood"))
    // The same number over three seconds.
    #expect(
      !ManyFlows.ids((0..<150).map { ManyFlows.flow($0, at: Int64($0) * 20, from: $0) { $0.close = .unanswered } })
        .contains("syn-flood"))
    // As many at once, and all of them finished.
    #expect(!ManyFlows.ids((0..<150).map { ManyFlows.flow($0, at: Int64($0) * 5, from: $0) }).contains("syn-flood"))
  }

  @Test func droppedSYNs() {
    let fast = (0..<20).map { ManyFlows.answered($0, after: 10) }
    let slow = (20..<24).map { ManyFlows.answered($0, after: 1010) }
    let found = ManyFlows.ids(fast + slow) {
      $0.clientEnd.nanosecondsInState[2] > 900_000_000 ? ["syn-retransmitted"] : []
    }
    #expect(found.contains("syn-backlog-drop"))
    #expect(found.contains("connect-latency-outlier"))
    let quick = ManyFlows.ids(fast)
    #expect(!quick.contains("syn-backlog-drop") && !quick.contains("connect-latency-outlier"))
  }

  /// SYNs that find no answer while the listener holds connections are its own, or its host is gone.
  @Test(arguments: [true, false])
  func ignoredWhileHolding(isHeld: Bool) throws {
    let held = (0..<2).map { number in
      ManyFlows.flow(number, at: 0, from: number) { if !isHeld { $0.close = .fourWay } }
    }
    let ignored = (2..<5).map { number in
      ManyFlows.flow(number, at: Int64(number) * 100, from: number) { flow in
        (flow.close, flow.clientEnd.packets, flow.serverEnd.packets) = (.unanswered, 4, 0)
      }
    }
    var statistics = CaptureStatistics()
    for flow in held + ignored { statistics.add(flow, []) }
    let finding = statistics.findings().first { $0.id == "syn-backlog-drop" }
    #expect((finding != nil) == isHeld)
    #expect(isHeld ? finding?.severity == .warning : true)
    #expect(isHeld ? finding?.message.contains("left 3 attempts without any answer while it held 2") == true : true)
    // A listener that answers later, and one SYN whose answer the end of the capture cut off.
    #expect(!ManyFlows.ids(ignored + [ManyFlows.flow(9, at: 9000)]).contains("syn-backlog-drop"))
  }

  @Test func fullAcceptQueue() {
    let flows = (0..<3).map { ManyFlows.flow($0, at: 0) }
    #expect(ManyFlows.ids(flows) { _ in ["accept-queue-overflow"] }.contains("accept-queue-overflow"))
    #expect(!ManyFlows.ids([flows[0]]) { _ in ["accept-queue-overflow"] }.contains("accept-queue-overflow"))
  }

  @Test func comesAndGoes() {
    let flows = (0..<10).map { number in
      ManyFlows.flow(number, at: Int64(number) * 1000) { if number % 2 == 0 { $0.close = .refused } }
    }
    #expect(ManyFlows.ids(flows).contains("backend-flapping"))
    #expect(
      !ManyFlows.ids(
        (0..<10).map { number in
          ManyFlows.flow(number, at: Int64(number) * 1000) { if number < 5 { $0.close = .refused } }
        }
      )
      .contains("backend-flapping"))
  }

  @Test func resetsByTheServer() {
    let flows = (0..<30).map { number in
      ManyFlows.flow(number, at: Int64(number)) { if number < 5 { ($0.close, $0.closedBy) = (.reset, .server) } }
    }
    #expect(ManyFlows.ids(flows).contains("reset-rate"))
    #expect(!ManyFlows.ids(Array(flows.dropFirst(4))).contains("reset-rate"))
  }

  @Test func halfClosed() {
    let flows = (0..<30).map { ManyFlows.flow($0, at: Int64($0)) }
    #expect(ManyFlows.ids(flows) { $0.number < 20 ? ["half-close"] : [] }.contains("half-close-heavy"))
    #expect(!ManyFlows.ids(flows) { $0.number < 5 ? ["half-close"] : [] }.contains("half-close-heavy"))
  }

  @Test func growingCloseWait() {
    let leaks = (0..<6).map { ManyFlows.closeWait($0, since: Int64($0) * 100_000) }
    #expect(ManyFlows.ids(leaks).isSuperset(of: ["fd-leak-suspect", "close-wait-leak"]))
    // As many, but all at once.
    #expect(!ManyFlows.ids((0..<6).map { ManyFlows.closeWait($0, since: Int64($0) * 10) }).contains("fd-leak-suspect"))
  }

  @Test("a host's leaks are told by service, and only that service's are counted")
  func leaksByService() {
    let flows = (0..<8).map { number in
      var flow = ManyFlows.closeWait(number, since: Int64(number) * 10)
      if number >= 5 { flow.server.port = 9090 }
      return flow
    }
    var statistics = CaptureStatistics()
    for flow in flows.dropLast() { statistics.add(flow, []) }
    let few = statistics.findings().filter { $0.id == "close-wait-leak" }
    #expect(few.map(\.message).count == 1 && few[0].message.hasPrefix("5 connections of \(flows[0].server) were left"))
    #expect(few[0].fields.contains(Finding.Field("port", .integer(Int(flows[0].server.port)))))
    #expect(few[0].fields.contains(Finding.Field("flows", .integers([0, 1, 2, 3, 4]))))
    statistics.add(flows[7], [])
    #expect(statistics.findings().filter { $0.id == "close-wait-leak" }.count == 2)
  }

  @Test("TIME_WAIT is the server's where the server closes first", arguments: [EndpointRole.client, .server])
  func holderOfTimeWait(end: EndpointRole) {
    var thresholds = Thresholds()
    thresholds.timeWait = 10
    var statistics = CaptureStatistics()
    for number in 0..<20 { statistics.add(ManyFlows.timeWait(number, at: Int64(number) * 100, of: end), []) }
    let found = statistics.findings(thresholds).first { $0.id == "time-wait-pileup" }
    #expect(
      found?.advice.hasSuffix(end == .client ? "let the server close first." : "let the clients close first.") == true)
  }

  @Test func manyTimeWaits() {
    var thresholds = Thresholds()
    thresholds.timeWait = 10
    let flows = (0..<20).map { ManyFlows.timeWait($0, at: Int64($0) * 100) }
    #expect(ManyFlows.ids(flows, thresholds).contains("time-wait-pileup"))
    // As many, one after the other.
    #expect(
      !ManyFlows.ids((0..<20).map { ManyFlows.timeWait($0, at: Int64($0) * 90_000) }, thresholds).contains(
        "time-wait-pileup"))
  }

  @Test func stormOfResets() {
    let flows = (0..<120).map { number in
      ManyFlows.flow(number, at: Int64(number)) { flow in
        let moment = PacketStamp(time: flow.firstSeen.time, frame: 1)
        flow.observations = [Observation(kind: .reset, sender: .server, first: moment)]
      }
    }
    #expect(ManyFlows.ids(flows).contains("rst-storm"))
    #expect(!ManyFlows.ids(Array(flows.prefix(50))).contains("rst-storm"))
  }

  @Test(
    "percentiles are exact to a quarter", arguments: [1_000, 38_000, 1_000_000, 250_000_000, 1_003_000_000] as [Int64])
  func percentiles(delay: Int64) {
    let flows = (0..<5).map { ManyFlows.answered($0, after: 0, nanoseconds: delay) }
    var statistics = CaptureStatistics()
    for flow in flows { statistics.add(flow, []) }
    let median = statistics.listeners[0].answerDelay.percentile(0.5)
    #expect(median >= delay && median <= delay + delay / 4 + 1000)
  }
}
