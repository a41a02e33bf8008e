import Anomalies
import ConnectionTracking
import Reporting
import TestSupport
import Testing

@Suite("Every renderer on the same flows")
struct RendererTests {
  @Test(arguments: ReportFormat.allCases)
  func plain(format: ReportFormat) {
    let text = rendered(format.renderer(RenderingOptions()))
    #expect(Snapshot("\(format.rawValue).txt").difference(from: text) == nil)
  }

  @Test(arguments: [StateNames.bsd, .kernel])
  func ladder(names: StateNames) {
    let text = text(.text, view: .timeline, names: names)
    #expect(Snapshot("ladder-\(names.rawValue).txt").difference(from: text) == nil)
  }

  @Test(arguments: RenderingOptions.View.allCases)
  func coloursOnlyAddSequences(view: RenderingOptions.View) {
    let coloured = text(.text, view: view, style: TextStyle(usesColour: true))
    let plain = text(.text, view: view)
    #expect(coloured != plain)
    #expect(coloured.replacing(#/\u{1B}\[[0-9;]*m/#, with: "") == plain)
  }

  @Test func flowsOfTheTableAreInOrderOfTheirNumber() {
    let renderer = ReportFormat.text.renderer(RenderingOptions())
    #expect(rendered(renderer, SampleFlows.all.reversed()) == rendered(renderer))
  }

  /// In memory, and one flow after the other in a temporary file.
  @Test(arguments: EscapingTests.forms)
  func nothingDependsOnTheBudget(form: EscapingTests.Form) {
    var options = RenderingOptions()
    options.view = form.view
    options.style = TextStyle(usesColour: true)
    let ample = rendered(form.format.renderer(options))
    for memory in [1, 500, 4000] {
      options.memory = memory
      #expect(rendered(form.format.renderer(options)) == ample)
      #expect(rendered(form.format.renderer(options), SampleFlows.all.shuffled()).count == ample.count)
    }
  }

  @Test(arguments: ReportFormat.allCases)
  func nothingAtAll(format: ReportFormat) {
    let text = rendered(format.renderer(RenderingOptions()), [], Report())
    #expect(!text.contains("nil"))
  }

  private func text(
    _ format: ReportFormat, view: RenderingOptions.View, names: StateNames = .bsd, style: TextStyle = .plain
  ) -> String {
    var options = RenderingOptions()
    options.names = names
    options.view = view
    options.style = style
    return rendered(format.renderer(options))
  }
}

/// What `renderer` writes about `flows`.
///
/// - Parameter message: in place of what each finding of a flow says.
func rendered(
  _ renderer: any ReportRenderer, _ flows: [Flow] = SampleFlows.all, _ report: Report = SampleFlows.report,
  messages message: String? = nil
) -> String {
  var renderer = renderer
  var output = OutputBuffer()
  renderer.begin(into: &output)
  for flow in flows {
    var one = SampleFlows.report(on: flow)
    if let message {
      for index in one.findings.indices { one.findings[index].message = message }
    }
    renderer.render(one, into: &output)
  }
  renderer.finish(report, into: &output)
  return output.text
}
