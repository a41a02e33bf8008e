public import Anomalies
public import ConnectionTracking
public import PacketDecoding
public import Reporting

/// Asks the rules about each flow that ends, and keeps what flows show together.
public struct FlowEvaluator: Sendable {
  private let findings: Findings
  private let needs: ReportNeeds
  private var statistics = CaptureStatistics()
  private var totals = FlowTotals()
  /// Those of the flows asked for, where not all are.
  private var selected: FlowTotals?
  private var gatekeeper: GateKeeper

  /// - Parameters:
  ///   - gate: which findings make the run fail.
  ///   - needs: what the report is read for. Rules that nobody reads, nor the gate, nor the statistics, are not asked.
  ///   - isSelective: whether only some flows are asked for.
  public init(_ thresholds: Thresholds, _ gate: FindingGate, for needs: ReportNeeds, isSelective: Bool = false) {
    gatekeeper = GateKeeper(gate)
    selected = isSelective ? FlowTotals() : nil
    self.needs = needs
    let rules = needs.contains(.flows) ? .all : CaptureStatistics.countedRules.union(gate.rules)
    findings = Findings(thresholds, asking: rules, hasWords: needs.contains(.messages))
  }

  /// Takes a flow in, and says what there is to say of it.
  ///
  /// - Parameter encapsulation: what it came in.
  /// - Returns: nil where reports of flows are not needed, or not of this one.
  public mutating func evaluate(
    _ flow: Flow, isReported: Bool, in encapsulation: (EncapsulationID) -> Encapsulation?
  ) -> FlowReport? {
    let digest = FlowDigest(flow)
    totals.add(digest, isReported: isReported)
    if isReported { selected?.add(digest, isReported: true) }
    let found = findings.of(flow)
    statistics.add(flow, digest, found, isReported)
    guard isReported else { return nil }
    gatekeeper.examine(found)
    guard needs.contains(.flows) else { return nil }
    return FlowReport(flow, found, in: encapsulation(flow.encapsulation), thresholds: findings.thresholds)
  }

  /// Whether uneventful flows are only counted, whatever else they are.
  public var countsUneventful: Bool { gatekeeper.gate.isEmpty && !needs.contains(.flows) }

  /// Takes in flows that are only counted.
  public mutating func count(_ flows: [FlowDigest]) {
    totals.add(flows)
    statistics.add(flows)
  }

  /// The report, once every flow was judged.
  public mutating func report(on capture: CaptureSummary) -> Report {
    statistics.quality.takePackets(of: capture.quality)
    statistics.quality.damagedFiles = capture.warnings.count
    statistics.quality.unsupportedPackets = capture.packets.unsupported
    statistics.quality.hiddenPackets = capture.packets.hidden
    var report = Report()
    if needs.contains(.listeners) {
      report.listeners = statistics.listeners.map(ListenerReport.init)
      report.hosts = statistics.hosts.map(HostReport.init)
      (report.listenersOmitted, report.hostsOmitted) = (statistics.listenersOmitted, statistics.hostsOmitted)
    }
    let found = statistics.findings(findings.thresholds)
    gatekeeper.examine(found)
    report.capture = capture
    report.totals = totals
    report.selected = selected
    report.capture.findings = found.filter { AnomalyRule.named($0.id)?.group == .captureQuality }
    report.findings = found.filter { AnomalyRule.named($0.id)?.group != .captureQuality }
    return report
  }

  /// What the gate says of all that was taken in.
  public var verdict: GateVerdict { gatekeeper.verdict(on: totals) }
}
