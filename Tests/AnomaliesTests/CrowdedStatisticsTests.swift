import ConnectionTracking
import PacketDecoding
import TestSupport
import Testing

@testable import Anomalies

/// Flows that are counted many at a time give what each gives alone: also where hosts and listeners are met for the first
/// time in the middle of them, and where there is no room for more.
@Suite("Statistics of many hosts")
struct CrowdedStatisticsTests {
  /// How many hosts and ports there are, and flows between them. The second has more hosts than there is room for, the
  /// third more listeners as well.
  @Test(arguments: [(hosts: UInt32(40), ports: UInt16(5), flows: 2_000), (17_500, 5, 40_000), (40_000, 60_000, 90_000)])
  func agreeWithCountingOneByOne(hosts: UInt32, ports: UInt16, flows: Int) {
    var generator = SeededGenerator(seed: UInt64(hosts))
    var (together, alone) = (CaptureStatistics(), CaptureStatistics())
    var left = flows
    while left > 0 {
      let batch = (0..<Int.random(in: 1...80, using: &generator)).map { _ in flow(hosts, ports, &generator) }
      left -= batch.count
      together.add(batch)
      for flow in batch {
        alone.quality.add(flow)
        alone.add(flow, FlowSearch(flow, alone.byListener.index, alone.byHost.index), true)
      }
    }
    #expect(together.byListener.elements == alone.byListener.elements)
    #expect(together.byHost.elements == alone.byHost.elements)
    #expect(together.eventsOmitted == alone.eventsOmitted)
    #expect(together.attemptsTurnedAway == alone.attemptsTurnedAway)
    #expect((together.byHost.displaced > 0) == (hosts > UInt32(CaptureStatistics.maximumHosts)))
    #expect(together.quality == alone.quality)
    #expect(together.hostsOmitted == alone.hostsOmitted)
    #expect(together.listenersOmitted == alone.listenersOmitted)
    #expect((together.hostsOmitted > 0) == (hosts > UInt32(CaptureStatistics.maximumHosts)))
    #expect((together.listenersOmitted > 0) == (hosts == 40_000))
  }

  private static let template = FlowDigest(ManyFlows.flow(1, at: 0))

  /// One flow in twenty is from a server to itself.
  private func flow(_ hosts: UInt32, _ ports: UInt16, _ generator: inout SeededGenerator) -> FlowDigest {
    var flow = Self.template
    flow.server = end(hosts, ports, &generator)
    flow.client = generator.next() % 20 == 0 ? flow.server : end(hosts, 3, &generator)
    flow.firstSeen.time = Timestamp(nanoseconds: .random(in: -3_000_000_000...5_000_000_000, using: &generator))
    flow.lastSeen.time = flow.firstSeen.time.advanced(byNanoseconds: 1000)
    flow.resetBy = [nil, .client, .server][max(0, Int(generator.next() % 12) - 9)]
    flow.resetTime = flow.firstSeen.time
    flow.answerDelay = generator.next() % 2 == 0 ? nil : .random(in: 0..<2_000_000_000, using: &generator)
    flow.close = [.refused, .unanswered, .reset, .none, .resetAfterFIN][Int(generator.next() % 5)]
    flow.clientEnd.timeWait.since = flow.firstSeen.time
    flow.clientEnd.timeWait.nanoseconds = generator.next() % 4 == 0 ? 1000 : 0
    flow.serverEnd.closeWait = [.never, .left, .remains][max(0, Int(generator.next() % 12) - 9)]
    return flow
  }

  private func end(_ hosts: UInt32, _ ports: UInt16, _ generator: inout SeededGenerator) -> SocketAddress {
    SocketAddress(
      address: IPAddress(v4: .random(in: 0..<hosts, using: &generator)), port: .random(in: 0..<ports, using: &generator)
    )
  }
}
