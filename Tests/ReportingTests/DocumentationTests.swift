import Anomalies
import ConnectionTracking
import Reporting
import Testing

@Suite("The example of the documentation")
struct DocumentationTests {
  /// The function of Reporting.md, word for word.
  private func report(_ events: [TrackerEvent], on capture: CaptureSummary) -> String {
    var renderer = LadderRenderer()
    var output = OutputBuffer()
    var report = Report()
    report.capture = capture
    renderer.begin(into: &output)
    for case .ended(let flow) in events {
      report.totals.add(flow, isReported: true)
      renderer.render(FlowReport(flow, Findings().of(flow)), into: &output)
    }
    renderer.finish(report, into: &output)
    return output.text
  }

  @Test func works() {
    let text = report([.began(flow: 1), .ended(SampleFlows.fourWay)], on: SampleFlows.report.capture)
    #expect(text.contains("FIN_WAIT_2?   <-- ACK of FIN         <--  CLOSE_WAIT"))
    #expect(text.contains("1 flow,"))
  }
}
