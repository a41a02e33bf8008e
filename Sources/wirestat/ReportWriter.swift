import ConnectionTracking
import Reporting

/// Renders the flows that were asked for as they end, and the report about all of them.
struct ReportWriter: ~Copyable {
  private var renderer: any ReportRenderer
  private var output: OutputBuffer
  private let filter: FlowFilter
  private var judge = FlowJudge()

  init(_ renderer: any ReportRenderer, to output: consuming OutputBuffer, selection: FlowSelection) {
    self.renderer = renderer
    self.output = output
    filter = FlowFilter(selection)
    self.renderer.begin(into: &self.output)
  }

  /// Takes what the tracker said; everything but the end of a flow is passed over.
  ///
  /// - Throws: what the output's descriptor says when it can't be written.
  mutating func take(_ events: [TrackerEvent]) throws {
    for event in events {
      guard case .ended(let flow) = event else { continue }
      let isSelected = filter.includes(flow)
      let findings = judge.judge(flow, isReported: isSelected)
      if isSelected { renderer.render(flow, findings, into: &output) }
    }
    if let failure = output.failure { throw failure }
  }

  consuming func finish(_ capture: CaptureSummary) throws {
    renderer.finish(judge.report(on: capture), into: &output)
    output.flush()
    if let failure = output.failure { throw failure }
  }
}
