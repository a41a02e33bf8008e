import Anomalies
import ConnectionTracking
import PacketDecoding

/// A ladder a flow, in the manner of RFC 9293's figures: both ends' states side by side after each step, the segment
/// that made it between them, and how each state is known.
///
/// Flows come in order of their first packet and the capture's line stands first, so the flows are kept until the end.
public struct LadderRenderer: ReportRenderer {
  private let names: [String]
  private let style: TextStyle
  private var flows: [FlowReport] = []

  public var needs: ReportNeeds { [.flows, .messages] }

  public init(names: StateNames = .bsd, style: TextStyle = .plain) {
    self.names = names.all
    self.style = style
  }

  public mutating func render(_ report: borrowing FlowReport, into output: inout OutputBuffer) {
    flows.append(copy report)
  }

  public mutating func finish(_ report: Report, into output: inout OutputBuffer) {
    CaptureLine(style: style).write(report, into: &output)
    flows.sort { $0.flow.number < $1.flow.number }
    for flow in flows { write(flow, into: &output) }
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
