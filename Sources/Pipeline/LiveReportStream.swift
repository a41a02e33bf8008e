public import ConnectionTracking
public import PacketDecoding
public import Reporting

/// Writes each transition as it happens and the report at the end; nothing waits in a buffer meanwhile.
public struct LiveReportStream: ~Copyable {
  private var transitions: TransitionRenderer
  private var renderer: any ReportRenderer
  private var output: OutputBuffer
  private var evaluator: FlowEvaluator

  /// - Parameter evaluator: made for what `renderer` needs.
  public init(
    _ transitions: TransitionRenderer, _ renderer: any ReportRenderer, to output: consuming OutputBuffer,
    _ evaluator: FlowEvaluator
  ) {
    self.evaluator = evaluator
    self.transitions = transitions
    self.renderer = renderer
    self.output = output
    self.renderer.begin(into: &self.output)
  }

  /// Takes what the tracker said.
  ///
  /// - Parameter encapsulation: what a number of the decoder stands for.
  /// - Throws: what the output's descriptor says when it can't be written.
  public mutating func take(_ events: [TrackerEvent], _ encapsulation: (EncapsulationID) -> Encapsulation?) throws {
    guard !events.isEmpty else { return }
    for event in events {
      switch event {
      case .transition(let flow, let client, let server, let entry):
        transitions.render(flow: flow, client: client, server: server, entry: entry, into: &output)
      case .ended(let flow):
        guard let report = evaluator.evaluate(flow, isReported: true, in: encapsulation) else { continue }
        renderer.render(report, into: &output)
      case .began, .passed, .stream: break
      }
    }
    output.flush()
    if let failure = output.failure { throw failure }
  }

  /// Writes the rest.
  ///
  /// - Returns: what the gate says.
  public consuming func finish(_ capture: CaptureSummary) throws -> GateVerdict {
    renderer.finish(evaluator.report(on: capture), into: &output)
    output.flush()
    if let failure = output.failure { throw failure }
    return evaluator.verdict
  }
}
