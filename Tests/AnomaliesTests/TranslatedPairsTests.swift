import ConnectionTracking
import PacketDecoding
import TestSupport
import Testing

@testable import Anomalies

@Suite("Connections that are there twice")
struct TranslatedPairsTests {
  /// A hundred connections, of which every tenth is there twice.
  private static let flows: [FlowDigest] = {
    var random = SeededGenerator(seed: 1)
    return (0..<100).flatMap { number in
      var flow = FlowDigest(ManyFlows.flow(number + 1, at: Int64(number) * 10))
      flow.clientEnd.initialSequence = SequenceNumber(UInt32.random(in: 0 ... .max, using: &random))
      var other = flow
      other.number = 1000 + number
      return number % 10 == 0 ? [flow, other] : [flow]
    }
  }()

  private func pairs(_ flows: some Sequence<FlowDigest>, limit: Int) -> TranslatedPairs {
    var pairs = TranslatedPairs(limit: limit)
    for flow in flows { pairs.add(flow, previous: nil) }
    return pairs
  }

  @Test func areFoundInAnyOrder() throws {
    let found = try #require(pairs(Self.flows.reversed(), limit: 200).found)
    #expect(found.count == 10)
    #expect((found.first.earlier, found.first.later) == (1, 1000))
  }

  /// Where there is no room for all, both of a pair are kept or neither.
  @Test("are the same in any order and parts", arguments: UInt64(0)..<20)
  func order(seed: UInt64) {
    var random = SeededGenerator(seed: seed)
    let limit = [10, 30, 60, 110][Int(seed % 4)]
    let whole = pairs(Self.flows, limit: limit)
    #expect((whole.omitted > 0) == (limit < 110))
    #expect(pairs(Self.flows.shuffled(using: &random), limit: limit) == whole)
    let middle = Int.random(in: 0...Self.flows.count, using: &random)
    var parts = pairs(Self.flows[middle...], limit: limit)
    parts.merge(pairs(Self.flows[..<middle], limit: limit))
    #expect(parts == whole)
    #expect(parts.found?.count == whole.found?.count)
    #expect(limit < 60 || whole.found != nil)
  }

  @Test func anIncarnationIsNoCopyOfTheOneBeforeIt() {
    let flow = Self.flows[5]
    var next = flow
    next.number = flow.number + 1
    var pairs = TranslatedPairs()
    pairs.add(next, previous: flow.number)
    pairs.add(flow, previous: nil)
    #expect(pairs.found == nil)
    next.number += 1
    pairs.add(next, previous: nil)
    #expect(pairs.found?.count == 1)
  }

  /// The SYN to a service, the same SYN translated, and an answer under the address of who serves.
  @Test("an attempt whose answer was not translated back", arguments: ["nat", "same host", "scan", "answered", "late"])
  func attempts(kind: String) throws {
    let silent = try #require(try WireScript(PortScanTests.Attempt.silent.rawValue).flows().first)
    var flows = [silent, try #require(try WireScript(PortScanTests.Attempt.halfOpen.rawValue).flows().first)]
    if kind == "answered" { flows[0] = flows[1] }
    if kind != "same host" { flows[0].server.address = IPAddress(v4: 0x0A67_AF1D) }
    if kind == "late" { flows[1].firstSeen.time = flows[0].firstSeen.time.advanced(byNanoseconds: 2_000_000_000) }
    if kind == "scan" { flows.append(silent); flows[2].server.address = IPAddress(v4: 0x0A67_AF1E) }
    for index in flows.indices { flows[index].number = index + 1 }
    flows[1].firstSeen.time = flows[1].firstSeen.time.advanced(byNanoseconds: 164_000)
    var statistics = CaptureStatistics()
    for flow in flows { statistics.add(flow, []) }
    let finding = statistics.findings().first { $0.id == "nat-translated-pair" }
    #expect((finding?.fields.map(\.name) == ["attempts", "flow", "twin"]) == (kind == "nat"))
    // Where both answers were seen, it is a connection that is there twice.
    #expect((finding?.fields.first?.name == "connections") == (kind == "answered"))
  }

  /// Numbers whose key is 0, of which there is no half to keep.
  @Test func roomIsBoundedForAnyNumbers() {
    var flow = Self.flows[0]
    flow.clientEnd.initialSequence = SequenceNumber(0)
    flow.serverEnd.initialSequence = SequenceNumber(0)
    let pairs = pairs(repeatElement(flow, count: 50), limit: 20)
    #expect(pairs.omitted == 30)
  }
}
