import Anomalies
import ConnectionTracking
import PacketDecoding

/// A ladder a flow, in the manner of RFC 9293's figures: both ends' states side by side after each step, the segment
/// that made it between them, and how each state is known.
///
/// Flows come in order of their first packet and the capture's line stands first, so the ladders wait in a spool.
public struct LadderRenderer: ReportRenderer {
  private let names: [String]
  private let style: TextStyle
  private let ladders: OrderedSpool

  public var needs: ReportNeeds { [.flows, .messages] }

  /// - Parameter memory: bytes for the ladders, before a temporary file takes them.
  public init(names: StateNames = .bsd, style: TextStyle = .plain, memory: Int = RenderingOptions.defaultMemory) {
    self.names = names.all
    self.style = style
    ladders = OrderedSpool(memory: memory)
  }

  public mutating func render(_ report: borrowing FlowReport, into output: inout OutputBuffer) {
    let report = copy report
    ladders.add(report.flow.number) { write(report, into: &$0) }
  }

  public mutating func finish(_ report: Report, into output: inout OutputBuffer) {
    CaptureLine(style: style).write(report, into: &output)
    ladders.drain { output.append($0) }
    OmissionLine.write(ladders.omission, into: &output)
    AggregateFindings(style: style).write(report, into: &output)
  }

  private func write(_ report: FlowReport, into output: inout OutputBuffer) {
    let flow = report.flow
    output.append("\n")
    writeHeading(of: report, into: &output)
    let ladder = Ladder(flow)
    let layout = LadderLayout(names: names, style: style)
    layout.writeHeading(into: &output)
    layout.writeStart(of: ladder, into: &output)
    for rung in ladder.rungs { layout.write(rung, into: &output) }
    if flow.timelineOmitted > 0 {
      output.append("  ")
      output.append(flow.timelineOmitted)
      output.append(" more transitions were not kept.\n")
    }
    guard !report.findings.isEmpty else { return }
    output.append("\n")
    FindingLines(style: style).write(report.findings, into: &output)
  }

  private func writeHeading(of report: FlowReport, into output: inout OutputBuffer) {
    let flow = report.flow
    style.write(.heading, into: &output) { output in
      output.append("flow ")
      output.append(flow.number)
      output.append("  ")
      output.append(flow.client)
      output.append(" -> ")
      output.append(flow.server)
    }
    if let encapsulation = report.encapsulation {
      output.append("  (")
      output.append(encapsulation)
      output.append(")")
    }
    if let previous = flow.previousFlow {
      output.append("  (follows flow ")
      output.append(previous)
      output.append(")")
    }
    output.append("\n  ")
    FlowSentence(names: names).write(report, into: &output)
    output.append("\n\n")
  }
}
