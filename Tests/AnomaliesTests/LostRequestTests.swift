import Anomalies
import ConnectionTracking
import TestSupport
import Testing

/// A request is lost in the close of an idle connection; what looks like it is another's last word.
@Suite("Requests and farewells that a close meets")
struct LostRequestTests {
  private func findings(_ rest: String) throws -> [Finding] {
    try WireScript(Example.exchange + rest).flows().flatMap { Findings().of($0) }
  }

  @Test(
    "the idle time is the connection's before the request, on either side of the line",
    arguments: [
      // The tap stands at the server, then at the client.
      (
        """
        5.040 s F. 201:201(0) ack 101 win 509 id 12
        5.045 c P. 101:201(100) ack 201 win 501 id 5
        5.055 s R 201:201(0) win 0 id 0
        """, 5_000_000_000
      ),
      (
        """
        5.040 c P. 101:201(100) ack 201 win 501 id 5
        5.045 s F. 201:201(0) ack 101 win 509 id 12
        5.060 s R 201:201(0) win 0 id 0
        """, 5_000_000_000
      ),
      // Probes on the way, and the server's own farewell with its FIN.
      (
        """
        3.000 c . 100:100(0) ack 201 win 501 id 5
        3.010 s . 201:201(0) ack 101 win 509 id 12
        5.040 c P. 101:201(100) ack 201 win 501 id 6
        5.045 s F. 201:201(0) ack 101 win 509 id 13
        5.060 s R 201:201(0) win 0 id 0
        """, 5_000_000_000
      ),
      (
        """
        5.040 s P. 201:232(31) ack 101 win 509 id 12
        5.040 s F. 232:232(0) ack 101 win 509 id 13
        5.045 c P. 101:201(100) ack 201 win 501 id 5
        5.055 s R 232:232(0) win 0 id 0
        """, 5_000_000_000
      ),
    ])
  func idle(rest: String, idle: Int64) throws {
    let found = try findings(rest)
    let request = try #require(found.first { $0.id == "request-after-fin" })
    #expect(request.severity == .error)
    #expect(request.fields.contains(Finding.Field("idle", .duration(idle))), "\(request.message)")
    // One RST, one finding.
    #expect(found.allSatisfy { $0.id == request.id || $0.severity == .info }, "found \(found.map(\.id))")
  }

  @Test(
    "no request is lost",
    arguments: [
      // The client had acknowledged the FIN.
      """
      5.040 s F. 201:201(0) ack 101 win 509 id 12
      5.050 c . 101:101(0) ack 202 win 501 id 5
      5.051 c P. 101:201(100) ack 202 win 501 id 6
      5.061 s R 202:202(0) win 0 id 0
      """,
      // It closed as well, before it can have known.
      """
      5.040 s F. 201:201(0) ack 101 win 509 id 12
      5.041 c P. 101:132(31) ack 201 win 501 id 5
      5.041 c F. 132:132(0) ack 201 win 501 id 6
      5.055 s R 201:201(0) win 0 id 0
      """,
      // The connection was not idle.
      """
      0.060 s F. 201:201(0) ack 101 win 509 id 12
      0.065 c P. 101:201(100) ack 201 win 501 id 5
      0.075 s R 201:201(0) win 0 id 0
      """,
      // It is the client that closed, and an answer that came late.
      """
      5.040 c F. 101:101(0) ack 201 win 501 id 5
      5.045 s P. 201:301(100) ack 101 win 509 id 12
      5.055 c R 101:101(0) win 0 id 0
      """,
      // The server aborts after its answer.
      """
      5.040 c P. 101:201(100) ack 201 win 501 id 5
      5.042 s P. 201:401(200) ack 201 win 509 id 12
      5.045 s R. 401:401(0) ack 201 win 509 id 13
      """,
    ])
  func others(rest: String) throws {
    let found = try findings(rest)
    #expect(!found.contains { $0.id == "request-after-fin" || $0.severity == .error }, "found \(found.map(\.id))")
  }

  @Test(
    "what met a closed socket weighs as much as what was lost", arguments: [(31, Severity.notice), (1000, .warning)])
  func farewell(bytes: Int, severity: Severity) throws {
    let found = try findings(
      """
      1.000 c F. 101:101(0) ack 201 win 501 id 5
      1.010 s . 201:201(0) ack 102 win 509 id 12
      1.016 s P. 201:\(201 + bytes)(\(bytes)) ack 102 win 509 id 13
      1.017 c R 102:102(0) win 0 id 0
      """)
    #expect(found.filter { $0.severity > .info }.map(\.id) == ["rst-data-after-close"])
    #expect(found.first { $0.id == "rst-data-after-close" }?.severity == severity)
  }

  @Test("a connection used again after the server's idle FIN is advised on idle timeouts")
  func pool() throws {
    let found = try findings(
      """
      5.040 s F. 201:201(0) ack 101 win 509 id 12
      5.050 c . 101:101(0) ack 202 win 501 id 5
      6.040 c P. 101:151(50) ack 202 win 501 id 6
      6.050 s R 202:202(0) win 0 id 0
      """)
    let reuse = try #require(found.first { $0.id == "rst-data-after-close" })
    #expect(reuse.severity == .warning)
    #expect(reuse.advice.contains("after 5 s idle"))
  }

  @Test("a socket that was closed only when its process ended leaked until then", arguments: [true, false])
  func lateClose(isSilent: Bool) throws {
    let found = try findings(
      """
      1.000 c F. 101:101(0) ack 201 win 501 id 5
      1.010 s . 201:201(0) ack 102 win 509 id 12
      \(isSilent ? "#" : "")20.000 s P. 201:301(100) ack 102 win 509 id 13
      \(isSilent ? "#" : "")20.010 c . 102:102(0) ack 301 win 501 id 6
      42.000 s F. \(isSilent ? 201 : 301):\(isSilent ? 201 : 301)(0) ack 102 win 509 id 14
      42.010 c . 102:102(0) ack \(isSilent ? 202 : 302) win 501 id 7
      """)
    #expect((found.first { $0.id == "close-wait-leak" }?.severity == .warning) == isSilent)
  }

  @Test("a window that was 0 from the first segment on, and probes that nothing answers", arguments: [true, false])
  func zeroWindow(isAnswered: Bool) throws {
    let probes = (1...7).map { number in
      "\(number * 4).000 s . 99:99(0) ack 1 win 509\n"
        + (isAnswered ? "\(number * 4).010 c . 1:1(0) ack 100 win 0\n" : "")
    }
    let flows = try WireScript(
      "0.000 s P. 0:100(100) ack 1 win 509\n0.010 c . 1:1(0) ack 100 win 0\n" + probes.joined()
    )
    .flows()
    let ids = flows.flatMap { Findings().of($0) }.map(\.id)
    #expect(ids.contains("zero-window-stall") == isAnswered, "found \(ids)")
    #expect(ids.contains("retransmission-blackout") != isAnswered, "found \(ids)")
  }
}
