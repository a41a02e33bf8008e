public import ConnectionTracking
public import PacketDecoding
public import Reporting

/// Renders the flows that were asked for as they end, and the report about all of them.
///
/// While packets still come, each transition can be rendered as it happens; then nothing waits in a buffer.
public struct ReportStream: ~Copyable {
  private var renderer: any ReportRenderer
  private var output: OutputBuffer
  private let filter: FlowFilter
  private let takesAll: Bool
  private var evaluator: FlowEvaluator
  private var transitions: TransitionRenderer?

  /// - Parameters:
  ///   - filter: which flows are rendered.
  ///   - evaluator: made for what `renderer` needs.
  ///   - transitions: renders each transition of any flow at once; nil leaves them to the flows.
  public init(
    _ renderer: any ReportRenderer, to output: consuming OutputBuffer, _ filter: FlowFilter, _ evaluator: FlowEvaluator,
    transitions: TransitionRenderer? = nil
  ) {
    self.transitions = transitions
    self.renderer = renderer
    self.output = output
    self.filter = filter
    self.evaluator = evaluator
    takesAll = filter.takesAll
    self.renderer.begin(into: &self.output)
  }

  /// Whether all flows are asked for, and the uneventful ones only counted.
  public var countsUneventful: Bool { takesAll && evaluator.countsUneventful }

  /// Takes what the tracker said.
  ///
  /// - Parameter encapsulation: what a number of the decoder stands for.
  /// - Throws: what the output's descriptor says when it can't be written.
  public mutating func take(_ events: [TrackerEvent], _ encapsulation: (EncapsulationID) -> Encapsulation?) throws {
    for index in events.indices {
      switch events[index] {
      case .passed(let flows): evaluator.count(flows)
      case .ended(let flow):
        if let report = evaluator.evaluate(flow, isReported: takesAll || filter.includes(flow), in: encapsulation) {
          renderer.render(report, into: &output)
        }
      case .transition(let flow, let client, let server, let entry):
        transitions?.render(flow: flow, client: client, server: server, entry: entry, into: &output)
      case .began, .stream: break
      }
    }
    if transitions != nil { output.flush() }
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
