import ConnectionTracking
import PacketDecoding
import TestSupport
import Testing

@testable import Anomalies

/// A table that is full says so, and what matters is in it all the same.
@Suite("Limits")
struct LimitTests {
  private static let server = IPAddress(v4: 0x0A00_0009)

  /// Attempts from sources that come once, then a host that resets what comes to it.
  private func flood(_ sources: Int, resets: Int) -> [Flow] {
    let attempts = (0..<sources).map { number in
      ManyFlows.flow(number, at: 0, from: 1000 + number) { $0.close = .unanswered }
    }
    let refused = (0..<resets).map { number in
      ManyFlows.flow(sources + number, at: 5000 + Int64(number) / 10, from: 1) { flow in
        flow.server.address = Self.server
        flow.close = .refused
        flow.observations = [Observation(kind: .reset, sender: .server, first: flow.firstSeen)]
      }
    }
    return attempts + refused
  }

  private func statistics(hosts: Int, listeners: Int = 100, of flows: [Flow]) -> CaptureStatistics {
    var statistics = CaptureStatistics()
    statistics.byHost = AddressTable(limit: hosts)
    statistics.byListener = AddressTable(limit: listeners)
    for flow in flows { statistics.add(flow, []) }
    return statistics
  }

  @Test func aFloodOfSourcesDoesNotHideAHost() throws {
    let statistics = statistics(hosts: 50, of: flood(200, resets: 120))
    let findings = statistics.findings()
    #expect(findings.contains { $0.id == "rst-storm" })
    let limit = try #require(findings.first { $0.id == "limit-reached" })
    #expect(limit.fields.first == Finding.Field("table", .text("hosts")))
    #expect(limit.fields.dropFirst().first == Finding.Field("omitted", .integer(statistics.hostsOmitted)))
    #expect(limit.severity == .warning)
    #expect(limit.blindedRules.isEmpty)
    #expect(statistics.byHost.elements.reduce(statistics.hostsOmitted) { $0 + $1.ends } == 2 * 320)
  }

  /// Whether attempts that gave way came from one source, nobody knows any more.
  @Test(arguments: [(4, false), (5, true)])
  func attemptsThatFoundNoRoomMayBeAScan(omitted: Int, isBlinded: Bool) throws {
    let silent = try #require(try WireScript(PortScanTests.Attempt.silent.rawValue).flows().first)
    let attempts = (0..<omitted + 49).map { number in
      var flow = silent
      flow.number = number + 1
      flow.client.address = IPAddress(v4: 0x0A00_0100 + UInt32(number))
      return flow
    }
    let limit = try #require(statistics(hosts: 50, of: attempts).findings().first { $0.id == "limit-reached" })
    #expect(limit.blindedRules.map(\.id) == (isBlinded ? ["port-scan"] : []))
  }

  @Test func nothingIsSaidWhereThereIsRoom() {
    let findings = statistics(hosts: 500, of: flood(200, resets: 120)).findings()
    #expect(!findings.contains { $0.id == "limit-reached" })
  }

  /// So many hosts reset one connection each that there is no room for the one that resets many.
  @Test(arguments: [(99, false), (100, true)])
  func whatMayBeMissedIsNamed(resets: Int, isBlinded: Bool) throws {
    let calm = (0..<50).map { number in
      ManyFlows.flow(number, at: 0, from: 1000 + number) { flow in
        flow.observations = [Observation(kind: .reset, sender: .client, first: flow.firstSeen)]
      }
    }
    // Of two ends each, one has no room, and the most that one with room has is a RST.
    let findings = statistics(hosts: 50, of: calm + flood(0, resets: resets - 1)).findings()
    let limit = try #require(findings.first { $0.id == "limit-reached" })
    #expect(limit.blindedRules.map(\.id) == (isBlinded ? ["rst-storm"] : []))
  }

  @Test func aScanOfListenersDoesNotHideOne() {
    let scan = (0..<300).map { number in
      ManyFlows.flow(number, at: 0) { flow in
        flow.server.port = UInt16(1000 + number)
        flow.close = .refused
      }
    }
    let served = (300..<330).map { number in
      ManyFlows.flow(number, at: Int64(number)) { if number < 310 { ($0.close, $0.closedBy) = (.reset, .server) } }
    }
    let statistics = statistics(hosts: 10, listeners: 20, of: scan + served)
    let findings = statistics.findings()
    #expect(findings.contains { $0.id == "reset-rate" })
    #expect(findings.filter { $0.id == "limit-reached" }.allSatisfy { $0.blindedRules.isEmpty })
    #expect(statistics.listenersOmitted == 281)
  }

  /// Where even listeners with several connections find no room, any rule about them may miss something.
  @Test func listenersThatAreTurnedAwayBlindTheirRules() throws {
    let flows = (0..<300).map { number in
      ManyFlows.flow(number, at: 0) { $0.server.port = UInt16(1000 + number / 10) }
    }
    let statistics = statistics(hosts: 10, listeners: 20, of: flows)
    let limit = try #require(statistics.findings().first { $0.id == "limit-reached" })
    #expect(limit.blindedRules.map(\.id) == AggregateRule.listeners.map(\.rule.id))
    #expect(statistics.attemptsTurnedAway == 100)
  }

  /// The client's first packets find no room, and its RST does.
  @Test func aLaterRSTBringsAHostIn() {
    let quiet = ManyFlows.flow(1, at: 0, from: 1)
    let loud = ManyFlows.flow(2, at: 0, from: 2) { flow in
      flow.server.address = Self.server
      flow.observations = [.server, .client].map { Observation(kind: .reset, sender: $0, first: flow.firstSeen) }
    }
    let statistics = statistics(hosts: 2, of: [quiet, loud])
    #expect(statistics.hosts.map(\.host).contains(loud.client.address))
    #expect(statistics.hosts.map(\.resets.peak) == [1, 1])
    #expect(statistics.byHost.elements.reduce(statistics.hostsOmitted) { $0 + $1.ends } == 4)
    let full = self.statistics(hosts: 1, of: [loud])
    #expect(full.eventsOmitted.resets == 1)
    #expect(full.hostsOmitted == 1)
  }

  @Test func partsOfAFloodAreAsTheWhole() throws {
    let flows = flood(200, resets: 120)
    var merged = statistics(hosts: 50, of: Array(flows[..<100]))
    merged.merge(statistics(hosts: 50, of: Array(flows[250...])))
    merged.merge(statistics(hosts: 50, of: Array(flows[100..<250])))
    let storm = try #require(merged.findings().first { $0.id == "rst-storm" })
    #expect(storm == statistics(hosts: 50, of: flows).findings().first { $0.id == "rst-storm" })
    #expect(merged.byHost.elements.reduce(merged.hostsOmitted) { $0 + $1.ends } == 2 * 320)
  }

  @Test func timesOfAHostAreTheEarliest() throws {
    let flows = (0..<1100).map { ManyFlows.closeWait($0, since: Int64($0) * 1000) }
    let statistics = statistics(hosts: 10, of: flows.reversed())
    let host = try #require(statistics.hosts.first { $0.closeWaits > 0 })
    #expect(host.closeWaitSince == flows.prefix(1024).map(\.firstSeen.time))
    let limit = try #require(statistics.findings().first { $0.id == "limit-reached" })
    #expect(limit.fields[1] == Finding.Field("omitted", .integer(76)))
    #expect(limit.blindedRules.map(\.id) == ["close-wait-leak", "fd-leak-suspect"])
  }

  @Test func whatAFlowLeavesOutIsSaid() {
    let flow = ManyFlows.flow(1, at: 0) { ($0.timelineOmitted, $0.observationsOmitted) = (3, 4) }
    let findings = statistics(hosts: 10, of: [flow]).findings()
    #expect(findings.map(\.id) == ["limit-reached", "limit-reached"])
    #expect(findings.map { $0.fields[1].value } == [.integer(3), .integer(4)])
  }
}
