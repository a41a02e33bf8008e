import Anomalies
import ConnectionTracking
import PacketDecoding

/// GitHub's Markdown, for the summary of a CI run: totals, a table of findings, the worst flows with their sentences.
///
/// Memory stays flat: a count for each rule, and ``worstFlows`` flows.
public struct MarkdownRenderer: ReportRenderer {
  /// How many flows are shown at most.
  public static let worstFlows = 20

  private let sentence: FlowSentence
  private var counts: [String: FindingCount] = [:]
  private var worst: [WorstFlow] = []
  private var flowsWithWarnings = 0

  public var needs: ReportNeeds { [.flows, .messages] }

  public init(names: StateNames = .bsd) { sentence = FlowSentence(names: names.all) }

  public mutating func render(_ report: borrowing FlowReport, into output: inout OutputBuffer) {
    let flow = report.flow
    for finding in report.findings { counts[finding.id, default: FindingCount()].add(finding, flow: flow.number) }
    guard let finding = report.worst, finding.severity >= .warning else { return }
    flowsWithWarnings += 1
    let candidate = WorstFlow(number: flow.number, severity: finding.severity, id: finding.id, line: "")
    let isKept = worst.count < Self.worstFlows || worst.last.map { candidate.precedes($0) } ?? true
    if isKept { keep(candidate, report) }
  }

  private mutating func keep(_ flow: WorstFlow, _ report: borrowing FlowReport) {
    var text = OutputBuffer()
    sentence.write(report, into: &text)
    var flow = flow
    flow.line = text.text
    worst.append(flow)
    worst.sort { $0.precedes($1) }
    if worst.count > Self.worstFlows { worst.removeLast() }
  }

  public mutating func finish(_ report: Report, into output: inout OutputBuffer) {
    for finding in report.capture.findings + report.findings {
      counts[finding.id, default: FindingCount()].add(finding, flow: nil)
    }
    output.append("### wirestat: ")
    output.append(markdown: report.capture.inputs.joined(separator: ", "))
    output.append("\n\n")
    var line = OutputBuffer()
    CaptureLine(style: .plain).writeCounts(of: report, into: &line)
    output.append(markdown: line.text)
    output.append("\n")
    writeCapture(report.capture.findings, into: &output)
    writeFindings(into: &output)
    writeFlows(into: &output)
  }

  private func writeCapture(_ findings: [Finding], into output: inout OutputBuffer) {
    guard !findings.isEmpty else { return }
    output.append("\n")
    for finding in findings {
      output.append("> **")
      output.append(finding.id)
      output.append("**: ")
      output.append(markdown: finding.message)
      output.append("\n>\n")
    }
  }

  /// By weight, then in the registry's order.
  private func writeFindings(into output: inout OutputBuffer) {
    guard !counts.isEmpty else { return output.append("\nNo findings.\n") }
    output.append("\n| severity | finding | count | first in | what it is |\n| --- | --- | ---: | --- | --- |\n")
    let rules = AnomalyRule.all.compactMap { rule in counts[rule.id].map { (rule, $0) } }
    for severity in Severity.allCases.reversed() {
      for (rule, count) in rules where count.severity == severity {
        output.append("| \(severity.word) | `\(rule.id)` | \(count.number) | ")
        output.append(count.flow.map { "flow \($0)" } ?? "the capture")
        output.append(" | ")
        output.append(markdown: rule.title)
        output.append(" |\n")
      }
    }
  }

  private func writeFlows(into output: inout OutputBuffer) {
    guard !worst.isEmpty else { return }
    output.append("\n| flow | worst finding | what happened |\n| ---: | --- | --- |\n")
    for flow in worst {
      output.append("| \(flow.number) | `\(flow.id)` | ")
      output.append(markdown: flow.line)
      output.append(" |\n")
    }
    guard flowsWithWarnings > worst.count else { return }
    output.append("\n\(flowsWithWarnings - worst.count) more flows have warnings or errors.\n")
  }
}

/// How often a finding came up, at its weightiest, and where first.
private struct FindingCount: Sendable {
  var number = 0
  var severity = Severity.info
  var flow: Int?

  mutating func add(_ finding: Finding, flow: Int?) {
    number += 1
    severity = max(severity, finding.severity)
    if let flow { self.flow = min(self.flow ?? flow, flow) }
  }
}

private struct WorstFlow: Sendable {
  let number: Int
  let severity: Severity
  let id: String
  var line: String

  /// Errors first, then by number.
  func precedes(_ other: WorstFlow) -> Bool {
    severity == other.severity ? number < other.number : severity > other.severity
  }
}
