import Anomalies
import ConnectionTracking
import PacketDecoding
import TestSupport
import Testing

/// What is counted of flows must not depend on whether they were told of in short.
@Suite("Digests")
struct DigestTests {
  @Test(arguments: Example.all)
  func ofExamples(example: Example) throws {
    for conversation in [example.shows, example.nearMiss] {
      try check { try WireScript(conversation, selfConnect: example.selfConnect).events($0) }
    }
  }

  @Test(arguments: [0, 2, 10, 30])
  func ofSimulations(loss: Int) {
    for seed in 0..<200 as Range<UInt64> {
      let passages = Simulation(seed: seed, loss: loss).passages
      check { configuration in
        var tracker = ConnectionTracker(configuration)
        var events: [TrackerEvent] = []
        for passage in passages { tracker.process(passage.segment, payload: passage.payload.span, into: &events) }
        tracker.finish(into: &events)
        return events
      }
    }
  }

  /// The other tests would hold as well if every flow were told of at length.
  @Test func flowsOutOfTheOrdinaryAreAmongThem() throws {
    var configuration = TrackerConfiguration()
    configuration.digestsUneventful = true
    var digests: [FlowDigest] = []
    for example in Example.all {
      for conversation in [example.shows, example.nearMiss] {
        for event in try WireScript(conversation, selfConnect: example.selfConnect).events(configuration) {
          if case .passed(let passed) = event { digests += passed }
        }
      }
    }
    #expect(digests.contains { $0.resetBy == .client })
    #expect(digests.contains { $0.resetBy == .server })
    #expect(digests.contains { $0.retransmittedBytes > 0 })
  }

  /// Flows told of in short are counted many at a time, and some of them bring the table of hosts to its limit.
  @Test func ofMoreHostsThanThereIsRoomFor() {
    var random = SeededGenerator(seed: 1)
    var digest = FlowDigest(ManyFlows.flow(1, at: 0))
    var statistics = CaptureStatistics()
    var (ends, omitted, attempts) = ([IPAddress: Int](), 0, [SocketAddress: Int]())
    digest.clientEnd.timeWait.nanoseconds = 0
    digest.serverEnd.timeWait.nanoseconds = 0
    func meet(_ host: IPAddress) {
      if ends[host] == nil, ends.count == CaptureStatistics.maximumHosts {
        omitted += 1
      } else {
        ends[host, default: 0] += 1
      }
    }
    for _ in 0..<500 {
      var digests: [FlowDigest] = []
      for _ in 0..<Int.random(in: 1..<100, using: &random) {
        digest.client.address = IPAddress(v4: UInt32.random(in: 1_000..<41_000, using: &random))
        digest.server.address = IPAddress(v4: UInt32.random(in: 0..<9, using: &random))
        digest.server.port = UInt16.random(in: 0..<20, using: &random)
        meet(digest.client.address)
        meet(digest.server.address)
        attempts[digest.server, default: 0] += 1
        digests.append(digest)
      }
      statistics.add(digests)
    }
    #expect(Dictionary(uniqueKeysWithValues: statistics.hosts.map { ($0.host, $0.ends) }) == ends)
    #expect(Dictionary(uniqueKeysWithValues: statistics.listeners.map { ($0.listener, $0.attempts) }) == attempts)
    #expect(statistics.listeners.allSatisfy { $0.distinctClients == 64 })
    #expect(statistics.hostsOmitted == omitted)
    #expect(omitted > 0)
  }

  /// - Parameter events: what a tracker of a configuration says.
  private func check(_ events: (TrackerConfiguration) throws -> [TrackerEvent]) rethrows {
    var configuration = TrackerConfiguration()
    let long = try statistics(of: events(configuration))
    configuration.digestsUneventful = true
    #expect(try statistics(of: events(configuration)) == long)
  }

  private struct Counted: Equatable {
    var listeners: [ListenerStatistics]
    var hosts: [HostStatistics]
    var quality: CaptureQuality
  }

  private func statistics(of events: [TrackerEvent]) -> Counted {
    let findings = Findings(Thresholds(), asking: CaptureStatistics.countedRules)
    var statistics = CaptureStatistics()
    for event in events {
      switch event {
      case .passed(let digests): statistics.add(digests)
      case .ended(let flow): statistics.add(flow, findings.of(flow))
      case .began, .transition, .stream: break
      }
    }
    return Counted(listeners: statistics.listeners, hosts: statistics.hosts, quality: statistics.quality)
  }
}
