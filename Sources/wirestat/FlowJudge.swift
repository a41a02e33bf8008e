import Anomalies
import ConnectionTracking
import PacketDecoding
import Reporting

/// Asks the rules about each flow that ends, and keeps what flows show together.
struct FlowJudge {
  private let findings: Findings
  private let gate: FindingGate
  private let needs: ReportNeeds
  private var statistics = CaptureStatistics()
  private var totals = FlowTotals()
  /// Those of the flows asked for, where not all are.
  private var selected: FlowTotals?
  /// What the gate caught: how many findings, and the first one's name.
  private var caught = 0
  private var firstCaught: String?

  /// - Parameter needs: what the report is read for. Rules that nobody reads, nor the gate, nor the statistics, are
  ///   not asked.
  /// - Parameter isSelective: whether only some flows are asked for.
  init(_ options: FindingOptions, for needs: ReportNeeds, isSelective: Bool = false) {
    gate = options.gate
    selected = isSelective ? FlowTotals() : nil
    self.needs = needs
    let rules = needs.contains(.flows) ? .all : CaptureStatistics.countedRules.union(gate.rules)
    findings = Findings(options.thresholds, asking: rules, hasWords: needs.contains(.messages))
  }

  /// Takes a flow in, and says what there is to say of it.
  ///
  /// - Parameter encapsulation: what it came in.
  /// - Returns: nil where reports of flows are not needed, or not of this one.
  mutating func judge(
    _ flow: Flow, isReported: Bool, in encapsulation: (EncapsulationID) -> Encapsulation?
  ) -> FlowReport? {
    let digest = FlowDigest(flow)
    totals.add(digest, isReported: isReported)
    if isReported { selected?.add(digest, isReported: true) }
    let found = findings.of(flow)
    statistics.add(flow, digest, found, isReported)
    guard isReported else { return nil }
    examine(found)
    guard needs.contains(.flows) else { return nil }
    return FlowReport(flow, found, in: encapsulation(flow.encapsulation), thresholds: findings.thresholds)
  }

  /// Whether uneventful flows are only counted, whatever else they are.
  var countsUneventful: Bool { gate.isEmpty && !needs.contains(.flows) }

  /// Takes in flows that are only counted.
  mutating func count(_ flows: [FlowDigest]) {
    totals.add(flows)
    statistics.add(flows)
  }

  /// The report, once every flow was judged.
  mutating func report(on capture: CaptureSummary) -> Report {
    statistics.quality.takePackets(of: capture.quality)
    statistics.quality.damagedFiles = capture.warnings.count
    statistics.quality.unsupportedPackets = capture.packets.unsupported
    var report = Report()
    if needs.contains(.listeners) {
      (report.listeners, report.hosts) = (statistics.listeners, statistics.hosts)
      (report.listenersOmitted, report.hostsOmitted) = (statistics.listenersOmitted, statistics.hostsOmitted)
    }
    let found = statistics.findings(findings.thresholds)
    examine(found)
    report.capture = capture
    report.totals = totals
    report.selected = selected
    report.capture.findings = found.filter { AnomalyRule.named($0.id)?.group == .captureQuality }
    report.findings = found.filter { AnomalyRule.named($0.id)?.group != .captureQuality }
    return report
  }

  /// Why the run fails; nil where the gate caught nothing.
  var failure: Failure? {
    guard let firstCaught else { return emptiness }
    let more = caught > 1 ? " and \(caught - 1) more" : ""
    return Failure(.findings, "--fail-on caught \(firstCaught)\(more).")
  }

  /// A gate that judged no flow lets nothing through: the filter or the capture is not what was meant.
  private var emptiness: Failure? {
    guard !gate.isEmpty, totals.reported == 0 else { return nil }
    let why = totals.flows == 0 ? "the capture holds none" : "none of \(totals.flows) is one of those asked for"
    return Failure(.nothingJudged, "--fail-on had no flow to judge: \(why).")
  }

  private mutating func examine(_ found: [Finding]) {
    guard !gate.isEmpty else { return }
    for finding in found where gate.catches(finding) {
      caught += 1
      if firstCaught == nil { firstCaught = finding.id }
    }
  }
}
