public import Anomalies

/// Which findings make a run fail.
public struct FindingGate: Sendable, Equatable {
  /// Findings of this severity and above; nil for none.
  public var severity: Severity?
  /// Findings of these rules, whatever their severity.
  public var ids: Set<String>

  public init(severity: Severity? = nil, ids: Set<String> = []) {
    self.severity = severity
    self.ids = ids
  }

  /// No finding.
  public static let none = FindingGate()
  /// What is likely a fault.
  public static let warnings = FindingGate(severity: .warning)

  /// True where no finding ever makes a run fail.
  public var isEmpty: Bool { severity == nil && ids.isEmpty }

  /// The rules whose findings it may catch.
  package var rules: RuleSet { severity == nil ? RuleSet(ids) : .all }

  /// Whether `finding` makes a run fail. That of a table that was full does where a rule that may have missed something by
  /// it would.
  public func catches(_ finding: Finding) -> Bool {
    if let severity, finding.severity >= severity { return true }
    return ids.contains(finding.id) || finding.blindedRules.contains(where: names)
  }

  private func names(_ rule: AnomalyRule) -> Bool {
    ids.contains(rule.id) || severity.map { rule.severity >= $0 } ?? false
  }
}
