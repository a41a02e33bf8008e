public import ConnectionTracking
public import PacketDecoding
public import Reporting

/// Renders the flows that were asked for as they end, and the report about all of them.
public struct ReportStream: ~Copyable {
  private var renderer: any ReportRenderer
  private var output: OutputBuffer
  private let filter: FlowFilter
  private let takesAll: Bool
  private var evaluator: FlowEvaluator

  /// - Parameters:
  ///   - filter: which flows are rendered.
  ///   - evaluator: made for what `renderer` needs.
  public init(
    _ renderer: any ReportRenderer, to output: consuming OutputBuffer, _ filter: FlowFilter, _ evaluator: FlowEvaluator
  ) {
    self.renderer = renderer
    self.output = output
    self.filter = filter
    self.evaluator = evaluator
    takesAll = filter.takesAll
    self.renderer.begin(into: &self.output)
  }

  /// Whether all flows are asked for, and the uneventful ones only counted.
  public var countsUneventful: Bool { takesAll && evaluator.countsUneventful }

  /// Takes what the tracker said; everything but the end of a flow is passed over.
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
      case .began, .transition, .stream: break
      }
    }
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
