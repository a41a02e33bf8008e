import ConnectionTracking
import PacketDecoding
import Reporting

/// Renders the flows that were asked for as they end, and the report about all of them.
struct ReportWriter: ~Copyable {
  private var renderer: any ReportRenderer
  private var output: OutputBuffer
  private let filter: FlowFilter
  private var judge: FlowJudge

  init(
    _ renderer: any ReportRenderer, to output: consuming OutputBuffer, selection: FlowSelection,
    findings: FindingOptions
  ) {
    self.renderer = renderer
    self.output = output
    filter = FlowFilter(selection)
    judge = FlowJudge(findings, for: renderer.needs, isSelective: !filter.takesAll)
    self.renderer.begin(into: &self.output)
  }

  /// Whether all flows are asked for, and the uneventful ones only counted.
  var countsUneventful: Bool { filter.takesAll && judge.countsUneventful }

  /// Takes what the tracker said; everything but the end of a flow is passed over.
  ///
  /// - Parameter encapsulation: what a number of the decoder stands for.
  /// - Throws: what the output's descriptor says when it can't be written.
  mutating func take(_ events: [TrackerEvent], _ encapsulation: (EncapsulationID) -> Encapsulation?) throws {
    for index in events.indices {
      switch events[index] {
      case .passed(let flows): judge.count(flows)
      case .ended(let flow):
        if let report = judge.judge(flow, isReported: filter.includes(flow), in: encapsulation) {
          renderer.render(report, into: &output)
        }
      case .began, .transition, .stream: break
      }
    }
    if let failure = output.failure { throw failure }
  }

  /// Writes the rest.
  ///
  /// - Returns: why the run fails, where a finding makes it.
  consuming func finish(_ capture: CaptureSummary) throws -> Failure? {
    renderer.finish(judge.report(on: capture), into: &output)
    output.flush()
    if let failure = output.failure { throw failure }
    return judge.failure
  }
}
