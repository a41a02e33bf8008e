import Anomalies
import ConnectionTracking
import PacketDecoding
import TestSupport
import Testing

/// Many attempts of one host that carry nothing are a search for ports, or something that looks like one.
@Suite("A search for open ports")
struct PortScanTests {
  /// What an attempt finds.
  enum Attempt: String, CaseIterable {
    /// A raw socket sent the SYN, and the kernel answers in its own way.
    case halfOpen = """
      0.000 c S 0:0(0) win 1024 id 777 ttl 47 <mss 1460>
      0.001 s S. 0:0(0) ack 1 win 64240 id 0 ttl 64 <mss 1460>
      0.002 c R 1:1(0) win 0 id 0 ttl 64
      """
    case connected = """
      0.000 c S 0:0(0) id 7 ttl 64
      0.001 s S. 0:0(0) ack 1 id 0 ttl 64
      0.002 c . 1:1(0) ack 1 id 8 ttl 64
      0.003 c R. 1:1(0) ack 1 id 9 ttl 64
      """
    case closed = """
      0.000 c S 0:0(0) id 7 ttl 64
      0.001 s R. 0:0(0) ack 1 win 0 id 0 ttl 64
      """
    case silent = "0.000 c S 0:0(0) id 7 ttl 64"
    case served = """
      0.000 c S 0:0(0) id 7 ttl 64
      0.001 s S. 0:0(0) ack 1 id 0 ttl 64
      0.002 c . 1:1(0) ack 1 id 8 ttl 64
      0.003 c P. 1:101(100) ack 1 id 9 ttl 64
      0.004 s P. 1:101(100) ack 101 id 9 ttl 64
      """
  }

  private func found(in flows: [Flow]) -> Finding? {
    var statistics = CaptureStatistics()
    for flow in flows { statistics.add(flow, Findings().of(flow)) }
    return statistics.findings().first { $0.id == "port-scan" }
  }

  /// - Parameter socket: the port and the number of the host of each attempt.
  private func flows(
    _ attempts: [Attempt], from first: Int = 0, to socket: (Int) -> (port: Int, host: Int)
  ) throws -> [Flow] {
    try attempts.enumerated().map { index, attempt in
      var flow = try #require(try WireScript(attempt.rawValue).flows().first)
      flow.number = first + index + 1
      flow.firstSeen.frame = UInt64(first + index + 1)
      flow.client.port = UInt16(40_000 + first + index)
      flow.server.port = UInt16(socket(index).port)
      flow.server.address = IPAddress(v4: 0x0A00_0900 + UInt32(socket(index).host))
      return flow
    }
  }

  @Test func ofASYNScanIsOneFindingAndNoErrorPerPort() throws {
    let scan = try flows([.halfOpen, .closed, .halfOpen, .halfOpen, .closed]) { ([22, 23, 80, 443, 8080][$0], 1) }
    let finding = try #require(found(in: scan))
    #expect(
      finding.message == "10.0.0.1 tried 5 ports of 10.0.9.1 in 5 attempts without data: 3 found a listener, 2 were "
        + "refused, 0 had no answer.")
    #expect(finding.severity == .warning && finding.frames == [1])
    let fields = Dictionary(uniqueKeysWithValues: finding.fields.map { ($0.name, $0.value) })
    #expect(fields["half_open"] == .integer(3) && fields["closed"] == .integer(2) && fields["ports"] == .integer(5))
    let told = scan.flatMap { Findings().of($0) }
    #expect(told.allSatisfy { $0.severity < .error })
    #expect(
      told.map(\.id) == ["handshake-aborted", "syn-refused", "handshake-aborted", "handshake-aborted", "syn-refused"])
    #expect(ResetCause.of(scan[0]) == .cancelledConnect)
  }

  @Test(
    "without half-open attempts takes more ports",
    arguments: [(Attempt.closed, 20, true), (.closed, 19, false), (.silent, 20, true), (.silent, 19, false)])
  func withoutRawSockets(attempt: Attempt, ports: Int, isScan: Bool) throws {
    let scan = try flows(Array(repeating: attempt, count: ports)) { (20 + $0, 1) }
    #expect((found(in: scan) != nil) == isScan)
  }

  @Test func byConnectIsOneAsWell() throws {
    let scan = try flows((0..<24).map { $0 % 4 == 0 ? .connected : .closed }) { (20 + $0, 1) }
    #expect(try #require(found(in: scan)).message.contains("6 found a listener, 18 were refused"))
  }

  @Test func ofManyHostsAtOnePort() throws {
    let sweep = try flows((0..<20).map { $0 < 2 ? .halfOpen : .silent }) { (443, $0) }
    #expect(try #require(found(in: sweep)).message.contains("tried 1 port of 20 hosts in 20 attempts"))
    // A browser whose line is down.
    #expect(try found(in: flows(Array(repeating: .silent, count: 20)) { (443, $0) }) == nil)
  }

  @Test("is none of what comes near", arguments: ["wait", "load", "checks", "services", "peers", "passive", "gateway"])
  func nearMiss(kind: String) throws {
    let flows =
      switch kind {
      // Whoever waits for a port, tries it again and again.
      case "wait": try flows(Array(repeating: .closed, count: 60)) { _ in (5432, 1) }
      case "load": try flows(Array(repeating: .served, count: 60)) { (80 + $0 % 6, 1) }
      // A balancer looks after ten services by half-open checks, again and again.
      case "checks": try flows(Array(repeating: .halfOpen, count: 60)) { (8000 + $0 % 10, $0 % 3) }
      // A program starts, and the services that it needs are not there yet.
      case "services": try flows(Array(repeating: .closed, count: 6)) { (5000 + $0, 1) }
      // Each of many peers has a port of its own, and few are there.
      case "peers": try flows((0..<60).map { $0 % 5 == 0 ? .closed : .silent }) { (20_000 + 7 * $0, $0) }
      // A firewall closes the data ports of an FTP server.
      case "passive": try flows(Array(repeating: .silent, count: 40)) { (50_000 + $0, 1) }
      // Many clients stand behind one address.
      default:
        try flows((0..<24).map { $0 % 2 == 0 ? .closed : .silent }) { (20 + $0, 1) }
          + flows(Array(repeating: .served, count: 100), from: 24) { (443, $0) }
      }
    #expect(found(in: flows) == nil)
  }

  @Test func isTheSameInAnyOrderAndParts() throws {
    let scan = try flows((0..<40).map { $0 % 3 == 0 ? .halfOpen : .closed }) { (20 + $0, $0 % 2) }
    let whole = found(in: scan)
    #expect(whole != nil && found(in: scan.reversed()) == whole)
    var parts = CaptureStatistics()
    for part in [scan[30...], scan[..<10], scan[10..<30]] {
      var statistics = CaptureStatistics()
      for flow in part { statistics.add(flow, []) }
      parts.merge(statistics)
    }
    #expect(parts.findings().first { $0.id == "port-scan" } == whole)
  }
}
