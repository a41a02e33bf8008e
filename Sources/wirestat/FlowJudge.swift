import Anomalies
import ConnectionTracking
import PacketDecoding
import Reporting

/// Asks the rules about each flow that ends, and keeps what flows show together.
struct FlowJudge {
  private let findings: Findings
  private let gate: FindingGate
  private var statistics = CaptureStatistics()
  private var totals = FlowTotals()
  /// What the gate caught: how many findings, and the first one's name.
  private var caught = 0
  private var firstCaught: String?

  init(_ options: FindingOptions) {
    findings = Findings(options.thresholds)
    gate = options.gate
  }

  /// What there is to say of `flow`, which came in `encapsulation`.
  mutating func judge(_ flow: Flow, in encapsulation: Encapsulation?, isReported: Bool) -> FlowReport {
    totals.add(flow, isReported: isReported)
    let found = findings.of(flow)
    statistics.add(flow, found, isSelected: isReported)
    if isReported { examine(found) }
    return FlowReport(flow, found, in: encapsulation, thresholds: findings.thresholds)
  }

  /// The report, once every flow was judged.
  mutating func report(on capture: CaptureSummary) -> Report {
    statistics.quality.takePackets(of: capture.quality)
    statistics.quality.damagedFiles = capture.warnings.count
    statistics.quality.unsupportedPackets = capture.packets.unsupported
    let found = statistics.findings(findings.thresholds)
    examine(found)
    var report = Report()
    report.capture = capture
    report.totals = totals
    report.capture.findings = found.filter { AnomalyRule.named($0.id)?.group == .captureQuality }
    report.findings = found.filter { AnomalyRule.named($0.id)?.group != .captureQuality }
    report.listeners = statistics.listeners
    report.hosts = statistics.hosts
    return report
  }

  /// Why the run fails; nil where the gate caught nothing.
  var failure: Failure? {
    guard let firstCaught else { return nil }
    let more = caught > 1 ? " and \(caught - 1) more" : ""
    return Failure(.findings, "--fail-on caught \(firstCaught)\(more).")
  }

  private mutating func examine(_ found: [Finding]) {
    guard !gate.isEmpty else { return }
    for finding in found where gate.catches(finding) {
      caught += 1
      if firstCaught == nil { firstCaught = finding.id }
    }
  }
}
