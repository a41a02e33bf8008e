import Anomalies
import ConnectionTracking

/// The totals alone, for people: memory stays flat however many flows there are.
public struct SummaryRenderer: ReportRenderer {
  private let names: [String]
  private let style: TextStyle

  public var needs: ReportNeeds { [] }

  public init(names: StateNames = .bsd, style: TextStyle = .plain) {
    self.names = names.all
    self.style = style
  }

  public mutating func render(_ report: borrowing FlowReport, into output: inout OutputBuffer) {}

  public mutating func finish(_ report: Report, into output: inout OutputBuffer) {
    CaptureLine(style: style).write(report, into: &output)
    let totals = report.selected ?? report.totals
    guard totals.flows > 0 else { return }
    let closes = Flow.CloseKind.allCases.map { ($0 == .none ? "not closed" : $0.rawValue, totals.count(of: $0)) }
    write("closed", closes, into: &output)
    write("first to close", Flow.Closer.allCases.map { ($0.rawValue, totals.count(of: $0)) }, into: &output)
    let states: [TCPState?] = TCPState.allCases + [nil]
    write("ends left in", states.map { (names[$0.index], totals.ends(in: $0)) }, into: &output)
    write(
      "payload bytes", [("sent once", totals.payloadBytes), ("sent again", totals.retransmittedBytes)], into: &output)
    write("given up for memory", [("flows", totals.evicted)], into: &output)
  }

  /// A line of counts; those of 0 are left out.
  private func write(_ title: String, _ counts: [(String, Int)], into output: inout OutputBuffer) {
    guard counts.contains(where: { $0.1 > 0 }) else { return }
    output.append("  ")
    Columns(style: style).cell(20, .left, .heading, into: &output) { $0.append(title) }
    var isFirst = true
    for (name, count) in counts where count > 0 {
      if !isFirst { output.append(", ") }
      isFirst = false
      output.append(count)
      output.append(" ")
      output.append(name)
    }
    output.append("\n")
  }
}
