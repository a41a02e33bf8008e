public import ConnectionTracking

/// Asks the rules about flows.
///
/// ```swift
/// let findings = Findings().of(flow)
/// for finding in findings where finding.severity >= .warning {
///   print(finding.id, finding.message)
/// }
/// ```
public struct Findings: Sendable {
  public var thresholds: Thresholds

  /// The triggers of all rules, side by side: few of them fire.
  private static let triggers = AnomalyRule.all.map(\.trigger)

  public init(_ thresholds: Thresholds = Thresholds()) { self.thresholds = thresholds }

  /// The findings of one flow, by time and then in the registry's order.
  public func of(_ flow: Flow) -> [Finding] {
    let kinds = flow.notices.reduce(into: NoticeKinds()) { $0.insert(NoticeKinds($1.kind)) }
    let traits = FlowTraits(flow, thresholds)
    if kinds.isEmpty, traits.isEmpty { return [] }
    return judge(flow, kinds, traits)
  }

  private func judge(_ flow: Flow, _ kinds: NoticeKinds, _ traits: FlowTraits) -> [Finding] {
    let context = RuleContext(flow, thresholds)
    let doubt = CaptureDoubt(of: flow)
    var result: [(finding: Finding, order: Int)] = []
    for order in Self.triggers.indices where Self.triggers[order].fires(kinds, traits) {
      let rule = AnomalyRule.all[order]
      for sighting in rule.check(context) { result.append((Finding(rule, sighting, doubt), order)) }
    }
    if result.count < 2 { return result.map(\.finding) }
    return result.sorted { ($0.finding.time, $0.order) < ($1.finding.time, $1.order) }.map(\.finding)
  }
}

extension Finding {
  /// - Parameter doubt: what of the capture may feign it; it then counts for information only.
  init(_ rule: AnomalyRule, _ sighting: Sighting, _ doubt: CaptureDoubt? = nil) {
    id = rule.id
    severity = sighting.severity ?? rule.severity
    endpoint = sighting.endpoint
    time = sighting.time
    frame = sighting.frames.first
    frames = sighting.frames
    confidence = sighting.confidence
    message = sighting.message
    advice = sighting.advice ?? rule.advice
    fields = sighting.fields
    guard let doubt, rule.canBeFeigned, severity > .info else { return }
    severity = .info
    message += " (\(doubt.reason))"
    fields.append(Field("doubt", .text(doubt.word)))
  }
}
