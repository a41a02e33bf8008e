import Anomalies
import ConnectionTracking
import Reporting

/// Asks the rules about each flow that ends, and keeps what flows show together.
struct FlowJudge {
  private let findings: Findings
  private var statistics = CaptureStatistics()
  private var totals = FlowTotals()

  init(_ thresholds: Thresholds = Thresholds()) { findings = Findings(thresholds) }

  /// What there is to say of `flow`.
  mutating func judge(_ flow: Flow, isReported: Bool) -> [Finding] {
    totals.add(flow, isReported: isReported)
    let found = findings.of(flow)
    statistics.add(flow, found)
    return found
  }

  /// The report, once every flow was judged.
  consuming func report(on capture: CaptureSummary) -> Report {
    statistics.quality.takePackets(of: capture.quality)
    statistics.quality.damagedFiles = capture.warnings.count
    statistics.quality.unsupportedPackets = capture.packets.unsupported
    let found = statistics.findings(findings.thresholds)
    var report = Report()
    report.capture = capture
    report.totals = totals
    report.capture.findings = found.filter { AnomalyRule.named($0.id)?.group == .captureQuality }
    report.findings = found.filter { AnomalyRule.named($0.id)?.group != .captureQuality }
    report.listeners = statistics.listeners
    return report
  }
}
