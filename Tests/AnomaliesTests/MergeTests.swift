import ConnectionTracking
import Foundation
import GroundTruth
import PacketDecoding
import TestSupport
import Testing

@testable import Anomalies

/// What a run's flows show together does not depend on the order in which they end, nor on the parts they are counted in.
@Suite("Parts of a run")
struct MergeTests {
  private struct Ended {
    var flow: Flow
    var findings: [Finding]
    var isSelected = true
  }

  /// Everything that a report says beyond single flows.
  private struct Whole {
    var findings: [Finding]
    var listeners: [ListenerStatistics]
    var hosts: [HostStatistics]
    var quality: CaptureQuality
    var occupancy: StateOccupancy?

    init(_ statistics: CaptureStatistics) {
      findings = statistics.findings()
      listeners = statistics.listeners
      hosts = statistics.hosts
      quality = statistics.quality
      occupancy = statistics.occupancy
    }
  }

  @Test("of the project's captures", arguments: SampleCaptures.paths)
  func samples(path: String) throws {
    let bytes = try [UInt8](Data(contentsOf: URL(fileURLWithPath: path)))
    // Captures in other formats are read by libpcap, which is not asked here.
    let packets = CaptureFile.packets(of: bytes) ?? []
    let flows = Inference(from: packets).flows
    check(flows.map { Ended(flow: $0, findings: Findings().of($0)) }, seed: UInt64(flows.count))
  }

  @Test("of a run of many connections", arguments: UInt64(0)..<30)
  func generated(seed: UInt64) {
    var random = TestSupport.SeededGenerator(seed: seed)
    let count = Int.random(in: 50..<400, using: &random)
    check((0..<count).map { Self.ended($0, &random) }, seed: seed)
  }

  private func check(_ flows: [Ended], seed: UInt64) {
    var random = TestSupport.SeededGenerator(seed: seed)
    let whole = Whole(statistics(of: flows))
    for _ in 0..<4 {
      let parts = Int.random(in: 1...5, using: &random)
      let assigned = flows.shuffled(using: &random).map { (Int.random(in: 0..<parts, using: &random), $0) }
      let counted = (0..<parts).map { part in statistics(of: assigned.filter { $0.0 == part }.map(\.1)) }
      var merged = CaptureStatistics()
      for part in counted.shuffled(using: &random) { merged.merge(part) }
      let found = Whole(merged)
      #expect(found.findings == whole.findings)
      #expect(found.listeners == whole.listeners)
      #expect(found.hosts == whole.hosts)
      #expect(found.quality == whole.quality)
      #expect(found.occupancy == whole.occupancy)
    }
  }

  private func statistics(of flows: [Ended]) -> CaptureStatistics {
    var statistics = CaptureStatistics()
    statistics.occupancy = StateOccupancy()
    for ended in flows { statistics.add(ended.flow, ended.findings, isSelected: ended.isSelected) }
    return statistics
  }

  private static let signs = [
    "accept-queue-overflow", "syn-retransmitted", "half-close", "third-ack-lost", "syn-ack-lost",
  ]

  /// A connection of one of a few hosts within a minute: of every kind that is counted.
  private static func ended(_ number: Int, _ random: inout TestSupport.SeededGenerator) -> Ended {
    let time = Int64.random(in: 0..<60_000, using: &random)
    let client = Int.random(in: 0..<90, using: &random)
    let kind = Int.random(in: 0..<6, using: &random)
    var flow =
      switch kind {
      case 0: ManyFlows.answered(number, after: .random(in: 1..<2000, using: &random))
      case 1: ManyFlows.closeWait(number, since: time)
      case 2: ManyFlows.timeWait(number, at: time, of: Bool.random(using: &random) ? .client : .server)
      default: ManyFlows.flow(number, at: time)
      }
    flow.firstSeen.time = ManyFlows.flow(0, at: time).firstSeen.time
    flow.firstSeen.frame = UInt64(number * 10)
    flow.lastSeen.frame = UInt64(number * 10 + 5)
    flow.client.address = IPAddress(v4: 0x0A00_0100 + UInt32(client))
    flow.server.port = UInt16.random(in: 80..<84, using: &random)
    flow.close = [.none, .refused, .unanswered, .reset, .fourWay][Int.random(in: 0..<5, using: &random)]
    flow.closedBy = [nil, .client, .server][Int.random(in: 0..<3, using: &random)]
    flow.clientEnd.initialSequence = SequenceNumber(UInt32.random(in: 0..<4, using: &random))
    flow.clientEnd.uncapturedBytes = kind == 3 ? 7 : 0
    flow.observations = observations(of: flow, &random)
    flow.observationsOmitted = kind == 4 ? 1 : 0
    let signs = (0..<Int.random(in: 0..<3, using: &random)).map { _ in
      ManyFlows.finding(Self.signs.randomElement(using: &random) ?? "")
    }
    return Ended(flow: flow, findings: signs, isSelected: Int.random(in: 0..<9, using: &random) > 0)
  }

  private static func observations(of flow: Flow, _ random: inout TestSupport.SeededGenerator) -> [Observation] {
    let kinds: [ObservationKind] = [.reset, .reset, .duplicatePacket, .uncaptured]
    return (0..<Int.random(in: 0..<4, using: &random)).map { index in
      let stamp = PacketStamp(
        time: flow.firstSeen.time.advanced(byNanoseconds: Int64(index) * 1000), frame: flow.firstSeen.frame + 1)
      return Observation(
        kind: kinds.randomElement(using: &random) ?? .reset, sender: Bool.random(using: &random) ? .client : .server,
        first: stamp)
    }
  }
}
