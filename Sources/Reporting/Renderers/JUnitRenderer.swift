import Anomalies
import ConnectionTracking
import PacketDecoding

/// JUnit's XML, as CI systems read it: a test case for every flow with findings, one for the capture, and one for each
/// finding at a listener or host. A case fails where the gate catches one of its findings.
///
/// The number of cases stands first, so they are kept until the end: memory follows the flows with findings.
public struct JUnitRenderer: ReportRenderer {
  private let sentence: FlowSentence
  private let gate: FindingGate
  private var cases: [JUnitCase] = []

  public var needs: ReportNeeds { [.flows, .messages] }

  /// - Parameter gate: which findings are failures.
  public init(names: StateNames = .bsd, gate: FindingGate = .warnings) {
    sentence = FlowSentence(names: names.all)
    self.gate = gate
  }

  public mutating func render(_ report: borrowing FlowReport, into output: inout OutputBuffer) {
    guard !report.findings.isEmpty else { return }
    let flow = report.flow
    var name = OutputBuffer()
    name.append("flow ")
    name.append(flow.number)
    name.append(" ")
    name.append(flow.client)
    name.append(" -> ")
    name.append(flow.server)
    var text = OutputBuffer()
    sentence.write(report, into: &text)
    cases.append(
      JUnitCase(
        order: flow.number, className: "flow", name: name.text, sentence: text.text,
        time: flow.lastSeen.time.nanoseconds(since: flow.firstSeen.time), findings: report.findings, gate))
  }

  public mutating func finish(_ report: Report, into output: inout OutputBuffer) {
    let findings = report.capture.findings
    let whole = JUnitCase(
      order: 0, className: "capture", name: report.capture.inputs.joined(separator: ", "),
      sentence: findings.worst?.message ?? "", time: 0, findings: findings, gate)
    let aggregates = report.findings.map {
      JUnitCase(
        order: .max, className: "listeners and hosts", name: $0.message, sentence: $0.message, time: 0, findings: [$0],
        gate)
    }
    cases.sort { $0.order < $1.order }
    let all = [whole] + cases + aggregates
    output.append("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n")
    writeSuite(report.capture, all, into: &output)
    for one in all { one.write(into: &output) }
    output.append("  </testsuite>\n</testsuites>\n")
  }

  private func writeSuite(_ capture: CaptureSummary, _ cases: [JUnitCase], into output: inout OutputBuffer) {
    let failures = cases.count { $0.hasFailed }
    output.append("<testsuites name=\"wirestat\" tests=\"\(cases.count)\" failures=\"\(failures)\" errors=\"0\">\n")
    output.append("  <testsuite name=\"")
    output.append(xml: capture.inputs.joined(separator: ", "))
    output.append("\" tests=\"\(cases.count)\" failures=\"\(failures)\" errors=\"0\" skipped=\"0\" time=\"")
    let (first, last) = (capture.firstSeen ?? Timestamp(nanoseconds: 0), capture.lastSeen ?? capture.firstSeen)
    output.append(seconds: last?.nanoseconds(since: first) ?? 0, decimals: 3)
    output.append("\" timestamp=\"")
    output.append(first)
    output.append("\">\n")
  }
}

/// One `testcase` element.
private struct JUnitCase: Sendable {
  let order: Int
  let className: String
  let name: String
  let sentence: String
  let time: Int64
  let findings: [Finding]
  /// The weightiest finding that the gate catches.
  let failure: Finding?

  init(
    order: Int, className: String, name: String, sentence: String, time: Int64, findings: [Finding],
    _ gate: FindingGate
  ) {
    self.order = order
    self.className = className
    self.name = name
    self.sentence = sentence
    self.time = time
    self.findings = findings
    failure = findings.filter(gate.catches).worst
  }

  var hasFailed: Bool { failure != nil }

  func write(into output: inout OutputBuffer) {
    output.append("    <testcase classname=\"")
    output.append(xml: className)
    output.append("\" name=\"")
    output.append(xml: name)
    output.append("\" time=\"")
    output.append(seconds: time, decimals: 3)
    guard !findings.isEmpty else { return output.append("\"/>\n") }
    output.append("\">\n")
    if let failure {
      output.append("      <failure type=\"")
      output.append(xml: failure.id)
      output.append("\" message=\"")
      output.append(xml: sentence)
      output.append("\">")
      writeDetails(into: &output)
      output.append("</failure>\n    </testcase>\n")
    } else {
      output.append("      <system-out>")
      writeDetails(into: &output)
      output.append("</system-out>\n    </testcase>\n")
    }
  }

  private func writeDetails(into output: inout OutputBuffer) {
    var text = OutputBuffer()
    FindingLines(style: .plain).write(findings, into: &text)
    for line in text.text.split(separator: "\n") {
      output.append("\n")
      output.append(xml: String(line))
    }
  }
}
