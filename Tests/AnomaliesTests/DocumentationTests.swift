import Anomalies
import ConnectionTracking
import TestSupport
import Testing

@Suite("The example of the documentation")
struct DocumentationTests {
  /// The function of Anomalies.md, word for word.
  private func report(_ events: [TrackerEvent]) -> [String] {
    let findings = Findings()
    var statistics = CaptureStatistics()
    var lines: [String] = []
    for case .ended(let flow) in events {
      let found = findings.of(flow)
      statistics.add(flow, found)
      lines += found.map { "flow \(flow.number): \($0.severity.word) \($0.id): \($0.message)" }
    }
    return lines + statistics.findings().map { "\($0.id): \($0.message)" }
  }

  @Test func works() throws {
    let flows = try WireScript(Example.crossing).flows()
    let lines = report(flows.map { .ended($0) })
    #expect(
      lines.contains(
        "flow 1: error request-after-fin: "
          + "The server closed after 5.010 s idle; 100 bytes of the client crossed the FIN and were reset."
      ))
  }
}
