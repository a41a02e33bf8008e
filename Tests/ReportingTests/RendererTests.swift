import Anomalies
import ConnectionTracking
import Reporting
import TestSupport
import Testing

@Suite("Every renderer on the same flows")
struct RendererTests {
  @Test(arguments: ReportFormat.allCases)
  func plain(format: ReportFormat) {
    let text = rendered(format.renderer(names: .bsd, timeline: false, style: .plain))
    #expect(Snapshot("\(format.rawValue).txt").difference(from: text) == nil)
  }

  @Test(arguments: [StateNames.bsd, .kernel])
  func ladder(names: StateNames) {
    let text = rendered(ReportFormat.text.renderer(names: names, timeline: true, style: .plain))
    #expect(Snapshot("ladder-\(names.rawValue).txt").difference(from: text) == nil)
  }

  @Test(arguments: [true, false])
  func coloursOnlyAddSequences(timeline: Bool) {
    let coloured = rendered(
      ReportFormat.text.renderer(names: .bsd, timeline: timeline, style: TextStyle(usesColour: true)))
    let plain = rendered(ReportFormat.text.renderer(names: .bsd, timeline: timeline, style: .plain))
    #expect(coloured != plain)
    #expect(coloured.replacing(#/\u{1B}\[[0-9;]*m/#, with: "") == plain)
  }

  @Test func flowsOfTheTableAreInOrderOfTheirNumber() {
    let renderer = ReportFormat.text.renderer(names: .bsd, timeline: false, style: .plain)
    #expect(rendered(renderer, SampleFlows.all.reversed()) == rendered(renderer))
  }

  @Test(arguments: ReportFormat.allCases)
  func nothingAtAll(format: ReportFormat) {
    let text = rendered(format.renderer(names: .bsd, timeline: true, style: .plain), [], Report())
    #expect(!text.contains("nil"))
  }
}

/// What `renderer` writes about `flows`.
func rendered(
  _ renderer: any ReportRenderer, _ flows: [Flow] = SampleFlows.all, _ report: Report = SampleFlows.report
) -> String {
  var renderer = renderer
  var output = OutputBuffer()
  renderer.begin(into: &output)
  for flow in flows { renderer.render(flow, Findings().of(flow), into: &output) }
  renderer.finish(report, into: &output)
  return output.text
}
