import Anomalies
import ConnectionTracking
import PacketDecoding
import TestSupport
import Testing

/// A threshold, a value for it, and what shows with that value and not with the default.
struct ThresholdCase: Sendable, CustomTestStringConvertible {
  let name: String
  let value: String
  let id: String
  let conversation: String
  var flows: [Flow] = []
  var flowFindings: [Int: String] = [:]

  init(_ name: String, _ value: String, shows id: String, in conversation: String) {
    self.name = name
    self.value = value
    self.id = id
    self.conversation = conversation
  }

  /// - Parameter found: what was found in the flows, by their number.
  init(_ name: String, _ value: String, shows id: String, in flows: [Flow], found: [Int: String] = [:]) {
    self.init(name, value, shows: id, in: "")
    self.flows = flows
    flowFindings = found
  }

  var testDescription: String { "\(name)=\(value)" }

  /// What the rules find, of flows and beyond.
  func ids(with thresholds: Thresholds) throws -> Set<String> {
    var configuration = TrackerConfiguration()
    configuration.leastSilence = thresholds.leastSilence
    configuration.leastIdle = thresholds.leastIdle
    var statistics = CaptureStatistics()
    var ids: Set<String> = []
    var all = flows
    for case .ended(let flow) in try WireScript(conversation).events(configuration) { all.append(flow) }
    for flow in all {
      let found = flowFindings[flow.number].map { [ManyFlows.finding($0)] } ?? Findings(thresholds).of(flow)
      statistics.add(flow, found)
      ids.formUnion(found.map(\.id))
    }
    return ids.union(statistics.findings(thresholds).map(\.id))
  }
}

@Suite("Every threshold is honoured")
struct ThresholdWalkTests {
  @Test(arguments: ThresholdCase.all)
  func movesItsFinding(example: ThresholdCase) throws {
    var thresholds = Thresholds()
    #expect(try !example.ids(with: thresholds).contains(example.id))
    #expect(try #require(ThresholdName.named(example.name)).set(example.value, in: &thresholds))
    let ids = try example.ids(with: thresholds)
    #expect(ids.contains(example.id), "found \(ids.sorted())")
  }

  @Test func noneIsLeftOut() {
    #expect(Set(ThresholdCase.all.map(\.name)) == Set(ThresholdName.all.map(\.name)))
  }
}

extension ThresholdCase {
  static let all: [ThresholdCase] = opening + closing + waiting + capture + listeners + hosts

  private static let exchange = Example.exchange

  private static let opening = [
    ThresholdCase("unanswered-syns", "1", shows: "syn-timeout", in: "0.000 c S 0:0(0)"),
    ThresholdCase(
      "unanswered-syn-time", "200ms", shows: "syn-timeout", in: "0.000 c S 0:0(0) id 1\n0.300 c S 0:0(0) id 2"),
    ThresholdCase(
      "unanswered-syn-time", "200ms", shows: "syn-sent-abandoned",
      in: "0.000 c S 0:0(0)\n0.010 s S. 0:0(0) ack 1\n0.400 -"),
    ThresholdCase(
      "syn-received", "200ms", shows: "syn-rcvd-stalled",
      in: "0.000 c S 0:0(0)\n0.010 s S. 0:0(0) ack 1 id 1\n0.400 s S. 0:0(0) ack 1 id 2"),
  ]

  private static let clientCloses =
    exchange + """
      0.500 c F. 101:101(0) ack 201 win 501 id 5

      """

  private static let closing = [
    ThresholdCase(
      "close-wait", "200ms", shows: "close-wait-leak",
      in: clientCloses + "0.510 s . 201:201(0) ack 102 win 509 id 12\n0.800 -"),
    ThresholdCase(
      "fin-wait-1", "200ms", shows: "fin-wait-1-stalled",
      in: clientCloses + "0.750 c F. 101:101(0) ack 201 win 501 id 6\n0.800 -"),
    ThresholdCase(
      "fin-wait-2", "200ms", shows: "fin-wait-2-stuck",
      in: clientCloses + "0.510 s . 201:201(0) ack 102 win 509 id 12\n0.800 -"),
    ThresholdCase(
      "last-ack", "200ms", shows: "last-ack-stalled",
      in: clientCloses + "0.510 s F. 201:201(0) ack 102 win 509 id 12\n0.800 s F. 201:201(0) ack 102 win 509 id 13"),
    ThresholdCase(
      "closing", "200ms", shows: "closing-stalled",
      in: clientCloses + """
        0.501 s F. 201:201(0) ack 101 win 509 id 12
        0.520 c . 102:102(0) ack 202 win 501 id 6
        0.800 c F. 101:101(0) ack 202 win 501 id 7
        """),
    ThresholdCase(
      "race", "200ms", shows: "request-after-fin",
      in: exchange + """
        5.050 s F. 201:201(0) ack 101 win 509 id 12
        5.150 c P. 101:201(100) ack 201 win 501 id 5
        5.160 s R 201:201(0) win 0 id 0
        """),
  ]

  private static let waiting = [
    ThresholdCase(
      "zero-window", "200ms", shows: "zero-window-stall",
      in: exchange + """
        0.190 c P. 101:1101(1000) ack 201 win 501 id 20
        0.200 s . 201:201(0) ack 1101 win 0 id 21
        0.410 c . 1100:1100(0) ack 201 win 501 id 22
        0.420 s . 201:201(0) ack 1101 win 0 id 23
        """),
    ThresholdCase(
      "idle", "200ms", shows: "established-idle", in: exchange + "0.400 c P. 101:151(50) ack 201 win 501 id 5"),
    ThresholdCase(
      "middlebox-idle", "200ms", shows: "idle-middlebox-reset",
      in: exchange + """
        0.400 c P. 101:151(50) ack 201 win 501 id 5 ttl 64
        0.410 s R 201:201(0) win 0 id 0 ttl 64
        """),
    ThresholdCase("blackout-segments", "2", shows: "retransmission-blackout", in: repeats("2.600", "16.000")),
    ThresholdCase(
      "blackout-time", "200ms", shows: "retransmission-blackout",
      in: repeats("1.250", "1.500", "1.750", "2.000", "2.250")),
    ThresholdCase(
      "unanswered-probes", "1", shows: "keepalive-dead-peer",
      in: exchange + """
        10.000 c . 100:100(0) ack 201 win 501 id 5
        20.000 c R. 101:101(0) ack 201 win 501 id 8
        """),
    ThresholdCase(
      "keepalive-interval", "30s", shows: "keepalive-storm",
      in: exchange
        + (1...10).map { number in
          """
          \(20 * number).000 c . 100:100(0) ack 201 win 501 id \(100 + number)
          \(20 * number).010 s . 201:201(0) ack 101 win 509 id \(200 + number)
          """
        }.joined(separator: "\n")),
    ThresholdCase(
      "ttl-tolerance", "0", shows: "rst-suspected-injected",
      in: exchange + "1.000 s R. 201:201(0) ack 101 win 509 id 12 ttl 63"),
  ]

  /// The client's data at 1 s, and again at the times given; nothing comes back.
  private static func repeats(_ times: String...) -> String {
    exchange + "1.000 c P. 101:151(50) ack 201 win 501 id 5\n"
      + times.enumerated().map { "\($1) c P. 101:151(50) ack 201 win 501 id \(6 + $0)" }.joined(separator: "\n")
  }

  /// The client sends a hundred segments, each acknowledged.
  private static let bulk =
    exchange
    + (0..<100).map { number in
      """
      1.\(100 + number) c . \(101 + number * 1400):\(1501 + number * 1400)(1400) ack 201 win 501 id \(1000 + number)
      1.\(100 + number)5 s . 201:201(0) ack \(1501 + number * 1400) win 509 id \(2000 + number)

      """
    }.joined()

  private static let capture = [
    ThresholdCase(
      "duplicates-permille", "1", shows: "duplicate-packets",
      in: bulk
        + (0..<3).map { "1.199\(6 + $0) s . 201:201(0) ack 140101 win 509 id 2099" }.joined(separator: "\n")),
    ThresholdCase(
      "capture-loss-permille", "0", shows: "capture-loss",
      in: bulk + """
        2.000 c P. 140111:140211(100) ack 201 win 501 id 3000
        2.010 s . 201:201(0) ack 140211 win 509 id 3001
        """),
  ]

  private static func flows(_ count: Int, every milliseconds: Int, _ change: (inout Flow) -> Void = { _ in }) -> [Flow]
  {
    (0..<count).map { ManyFlows.flow($0, at: Int64($0 * milliseconds), from: $0, change) }
  }

  private static let listeners = [
    ThresholdCase("syns-per-second", "10", shows: "syn-flood", in: flows(20, every: 10) { $0.close = .unanswered }),
    ThresholdCase(
      "reset-percent", "1", shows: "reset-rate",
      in: flows(30, every: 10) { if $0.number == 7 { ($0.close, $0.closedBy) = (.reset, .server) } }),
    ThresholdCase(
      "half-close-percent", "1", shows: "half-close-heavy", in: flows(30, every: 10), found: [7: "half-close"]),
    ThresholdCase(
      "rate-sample", "2", shows: "reset-rate",
      in: flows(5, every: 10) { if $0.number == 2 { ($0.close, $0.closedBy) = (.reset, .server) } }),
    ThresholdCase(
      "accept-queue-flows", "1", shows: "accept-queue-overflow", in: flows(5, every: 10),
      found: [2: "accept-overflow-reset"]),
  ]

  private static let hosts = [
    ThresholdCase(
      "close-wait-flows", "1", shows: "close-wait-leak", in: [ManyFlows.closeWait(1, since: 0)],
      found: [1: "half-close"]),
    ThresholdCase(
      "close-wait-growth", "200ms", shows: "fd-leak-suspect",
      in: (0..<5).map { ManyFlows.closeWait($0, since: Int64($0) * 100) }),
    ThresholdCase(
      "time-waits", "3", shows: "time-wait-pileup", in: (0..<5).map { ManyFlows.timeWait($0, at: Int64($0) * 100) }),
    ThresholdCase(
      "ephemeral-ports", "5", shows: "time-wait-pileup",
      in: (0..<5).map { number in
        var flow = ManyFlows.timeWait(number, at: Int64(number) * 100, of: .client)
        flow.client.address = IPAddress(v4: 0x0A00_0063)
        return flow
      }),
    ThresholdCase(
      "resets-per-second", "10", shows: "rst-storm",
      in: flows(20, every: 10) { flow in
        let moment = PacketStamp(time: flow.firstSeen.time, frame: 1)
        flow.observations = [Observation(kind: .reset, sender: .server, first: moment)]
      }),
    ThresholdCase(
      "scanned-ports", "2", shows: "port-scan",
      in: flows(8, every: 10) { flow in
        flow.close = .unanswered
        flow.server.port = UInt16(20 + flow.number)
        (flow.clientEnd.distinctPayloadBytes, flow.serverEnd.distinctPayloadBytes) = (0, 0)
        (flow.client.address, flow.serverEnd.packets) = (IPAddress(v4: 0x0A00_0063), 0)
      }),
  ]
}
