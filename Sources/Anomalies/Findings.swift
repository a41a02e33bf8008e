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
  public var thresholds: Thresholds { didSet { stall = thresholds.leastStall } }
  private var stall: Int64
  private let rules: RuleSet
  /// What a flow must have for any of the rules to be asked.
  private let trigger: RuleTrigger
  private let hasWords: Bool

  /// What each rule does and what a finding takes over from it, side by side: a rule whole is much to pass around.
  private static let checks = AnomalyRule.all.map(\.check)
  private static let heads = AnomalyRule.all.enumerated().map { RuleHead($1, at: $0) }

  public init(_ thresholds: Thresholds = Thresholds()) { self.init(thresholds, asking: .all) }

  /// For somebody who reads only part of what there is.
  ///
  /// - Parameters:
  ///   - rules: those to ask.
  ///   - hasWords: false leaves messages empty; names, severities, packets and fields are the same.
  package init(_ thresholds: Thresholds, asking rules: RuleSet, hasWords: Bool = true) {
    self.thresholds = thresholds
    stall = thresholds.leastStall
    self.rules = rules
    trigger = TriggerTable.trigger(of: rules)
    self.hasWords = hasWords
  }

  /// The findings of one flow, by time and then in the registry's order.
  public func of(_ flow: Flow) -> [Finding] {
    var kinds = ObservationKinds()
    if !flow.observations.isEmpty {
      for observation in flow.observations { kinds.insert(ObservationKinds(observation.kind)) }
    }
    let traits = FlowTraits(flow, stall: stall)
    if kinds.isDisjoint(with: trigger.kinds), traits.isDisjoint(with: trigger.traits) { return [] }
    let rules = TriggerTable.rules(kinds, traits).intersection(rules)
    return rules.isEmpty ? [] : judge(flow, rules)
  }

  /// What a rule finds that no other tells better of the same packet, be that other asked for or not.
  private func matches(of place: Int, _ context: RuleContext) -> [RuleMatch] {
    let matches = Self.checks[place](context)
    let before = Precedence.places[place]
    if matches.isEmpty || before.isEmpty { return matches }
    let told = Set(before.flatMap { Self.checks[$0](context).flatMap(\.frames) })
    return matches.filter { told.isDisjoint(with: $0.frames) }
  }

  private func judge(_ flow: Flow, _ rules: RuleSet) -> [Finding] {
    let context = RuleContext(flow, thresholds)
    let doubt = CaptureDoubt(of: flow)
    var result: [Finding] = []
    var rules = rules
    while let place = rules.popFirst() {
      let matches = matches(of: place, context)
      for index in matches.indices {
        result.append(Finding(Self.heads[place], matches[index], doubt, hasWords: hasWords))
      }
    }
    // In the registry's order already, and sorting keeps the order of equals.
    if result.count > 1 { result.sort { $0.time < $1.time } }
    return result
  }
}

/// What a finding takes over from its rule.
struct RuleHead: Sendable {
  let id: String
  let severity: Severity
  let advice: String
  let canBeFeigned: Bool
  let place: Int

  init(_ rule: AnomalyRule, at place: Int = .max) {
    self.place = place
    id = rule.id
    severity = rule.severity
    advice = rule.advice
    canBeFeigned = rule.canBeFeigned
  }
}

extension Finding {
  /// - Parameter doubt: what of the capture may feign it; it then counts for information only.
  init(_ rule: RuleHead, _ match: RuleMatch, _ doubt: CaptureDoubt? = nil, hasWords: Bool = true) {
    id = rule.id
    severity = match.severity ?? rule.severity
    endpoint = match.endpoint
    time = match.time
    frame = match.frames.first
    frames = match.frames
    confidence = match.confidence
    message = hasWords ? match.message() : ""
    advice = match.advice ?? rule.advice
    fields = match.fields
    place = rule.place
    guard let doubt, rule.canBeFeigned, severity > .info else { return }
    severity = .info
    if hasWords { message += " (\(doubt.reason))" }
    fields.append(Field("doubt", .text(doubt.word)))
  }
}
