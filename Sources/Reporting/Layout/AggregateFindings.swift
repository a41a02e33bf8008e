import Anomalies

/// What was found at listeners and hosts, below everything else.
struct AggregateFindings {
  let style: TextStyle

  func write(_ report: Report, into output: inout OutputBuffer) {
    guard !report.findings.isEmpty else { return }
    output.append("\n")
    style.write(.heading, into: &output) { $0.append("listeners and hosts") }
    output.append("\n")
    FindingLines(style: style).write(report.findings, into: &output)
  }
}
