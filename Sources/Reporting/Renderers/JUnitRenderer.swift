import Anomalies
import ConnectionTracking
import PacketDecoding

/// JUnit's XML, as CI systems read it: a test case for every flow with findings, one for the capture, and one for each
/// finding at a listener or host. A case fails where the gate catches one of its findings.
///
/// The number of cases stands first, so the cases wait in a spool.
public struct JUnitRenderer: ReportRenderer {
  private let sentence: FlowSentence
  private let gate: FindingGate
  private let cases: OrderedSpool
  private var counts = JUnitCounts()

  public var needs: ReportNeeds { [.flows, .messages] }

  /// - Parameters:
  ///   - gate: which findings are failures.
  ///   - memory: bytes for the cases, before a temporary file takes them.
  public init(
    names: StateNames = .bsd, gate: FindingGate = .warnings, memory: Int = RenderingOptions.defaultMemory
  ) {
    sentence = FlowSentence(names: names.all)
    self.gate = gate
    cases = OrderedSpool(memory: memory)
  }

  public mutating func render(_ report: borrowing FlowReport, into output: inout OutputBuffer) {
    guard !report.findings.isEmpty else { return }
    let flow = report.flow
    var text = OutputBuffer()
    sentence.write(report, into: &text)
    let one = JUnitCase(
      className: "flow", time: flow.lastSeen.time.nanoseconds(since: flow.firstSeen.time), findings: report.findings,
      gate)
    let isKept = cases.add(flow.number) { output in
      one.write(into: &output) {
        $0.append(flowName: flow)
      } sentence: {
        $0.append(xml: text.text)
      }
    }
    if isKept { counts.add(one) }
  }

  public mutating func finish(_ report: Report, into output: inout OutputBuffer) {
    let capture = report.capture
    let whole = JUnitCase(className: "capture", time: 0, findings: capture.findings, gate)
    let aggregates = report.findings.map {
      JUnitCase(className: "listeners and hosts", time: 0, findings: [$0], gate)
    }
    for one in [whole] + aggregates { counts.add(one) }
    counts.errors = cases.omission == nil ? 0 : 1
    output.append("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n")
    writeSuite(capture, into: &output)
    whole.write(into: &output, name: Self.name(of: capture), sentence: capture.findings.worst?.message ?? "")
    cases.drain { output.append($0) }
    for one in aggregates {
      let message = one.findings.first?.message ?? ""
      one.write(into: &output, name: message, sentence: message)
    }
    writeOmission(into: &output)
    output.append("  </testsuite>\n</testsuites>\n")
  }

  private func writeSuite(_ capture: CaptureSummary, into output: inout OutputBuffer) {
    let numbers = "tests=\"\(counts.all)\" failures=\"\(counts.failures)\" errors=\"\(counts.errors)\""
    output.append("<testsuites name=\"wirestat\" \(numbers)>\n  <testsuite name=\"")
    output.append(xml: Self.name(of: capture))
    output.append("\" \(numbers) skipped=\"0\" time=\"")
    let (first, last) = (capture.firstSeen ?? Timestamp(nanoseconds: 0), capture.lastSeen ?? capture.firstSeen)
    output.append(seconds: last?.nanoseconds(since: first) ?? 0, decimals: 3)
    output.append("\" timestamp=\"")
    output.append(first)
    output.append("\">\n")
  }

  /// A case in error for the flows that were left out: without it, they would seem to have passed.
  private func writeOmission(into output: inout OutputBuffer) {
    guard let omission = cases.omission else { return }
    output.append("    <testcase classname=\"report\" name=\"complete\" time=\"0.000\">\n      <error message=\"")
    output.append(xml: OmissionLine.sentence(omission))
    output.append("\"/>\n    </testcase>\n")
  }

  private static func name(of capture: CaptureSummary) -> String { capture.inputs.joined(separator: ", ") }
}

/// How many cases a report has, and how many of them did not pass.
private struct JUnitCounts {
  private var cases = 0
  private(set) var failures = 0
  /// Cases about the report itself.
  var errors = 0

  var all: Int { cases + errors }

  mutating func add(_ one: JUnitCase) {
    cases += 1
    if one.failure != nil { failures += 1 }
  }
}

/// One `testcase` element.
private struct JUnitCase {
  let className: String
  let time: Int64
  let findings: [Finding]
  /// The weightiest finding that the gate catches.
  let failure: Finding?

  init(className: String, time: Int64, findings: [Finding], _ gate: FindingGate) {
    self.className = className
    self.time = time
    self.findings = findings
    failure = findings.filter(gate.catches).worst
  }

  func write(into output: inout OutputBuffer, name: String, sentence: String) {
    write(into: &output) {
      $0.append(xml: name)
    } sentence: {
      $0.append(xml: sentence)
    }
  }

  /// - Parameters:
  ///   - name: writes the name of the case as it may stand in an attribute.
  ///   - sentence: writes what failed, in the same way.
  func write(
    into output: inout OutputBuffer, name: (inout OutputBuffer) -> Void, sentence: (inout OutputBuffer) -> Void
  ) {
    output.append("    <testcase classname=\"")
    output.append(className)
    output.append("\" name=\"")
    name(&output)
    output.append("\" time=\"")
    output.append(seconds: time, decimals: 3)
    guard !findings.isEmpty else { return output.append("\"/>\n") }
    output.append("\">\n")
    if let failure {
      output.append("      <failure type=\"")
      output.append(failure.id)
      output.append("\" message=\"")
      sentence(&output)
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
    output.append("\n")
    text.withBytes { output.append(xmlLines: $0.extracting(droppingLast: 1)) }
  }
}

extension OutputBuffer {
  /// Appends `flow 3 10.0.0.1:40000 -> 10.0.0.2:80`, for an attribute.
  fileprivate mutating func append(flowName flow: borrowing Flow) {
    append("flow ")
    append(flow.number)
    append(" ")
    append(flow.client)
    append(" -&gt; ")
    append(flow.server)
  }
}
