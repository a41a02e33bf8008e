import ConnectionTracking
import Reporting

/// Writes each transition as it happens and the report at the end; nothing waits in a buffer meanwhile.
struct LiveWriter: ~Copyable {
  private let transitions: TransitionRenderer
  private var renderer: any ReportRenderer
  private var output: OutputBuffer
  private var judge = FlowJudge()

  init(_ transitions: TransitionRenderer, _ renderer: any ReportRenderer, to output: consuming OutputBuffer) {
    self.transitions = transitions
    self.renderer = renderer
    self.output = output
    self.renderer.begin(into: &self.output)
  }

  /// Takes what the tracker said.
  ///
  /// - Throws: what the output's descriptor says when it can't be written.
  mutating func take(_ events: [TrackerEvent]) throws {
    guard !events.isEmpty else { return }
    for event in events {
      switch event {
      case .transition(let flow, let client, let server, let entry):
        transitions.render(flow: flow, client: client, server: server, entry: entry, into: &output)
      case .ended(let flow):
        renderer.render(flow, judge.judge(flow, isReported: true), into: &output)
      case .began, .stream: break
      }
    }
    output.flush()
    if let failure = output.failure { throw failure }
  }

  consuming func finish(_ capture: CaptureSummary) throws {
    renderer.finish(judge.report(on: capture), into: &output)
    output.flush()
    if let failure = output.failure { throw failure }
  }
}
