import PacketDecoding

/// A table that was full, and what that makes doubtful.
struct ReachedLimit: Sendable {
  let table: String
  let omitted: Int
  /// What was left out, for one of it.
  let noun: String
  /// What is not to be relied on: a clause.
  let doubt: String
  /// The rules that may have missed something.
  var blinded: [AnomalyRule] = []

  /// What the rule `limit-reached` has to say. It weighs no more than the rules that may have missed something.
  func match(at time: Timestamp) -> RuleMatch {
    let match = RuleMatch(
      nil, at: time, frames: [], "The table of \(table) was full: \(Phrase.count(omitted, noun)) left out; \(doubt)."
    )
    .with("table", table).with("omitted", omitted)
    guard let severity = blinded.map(\.severity).max() else { return match }
    return match.with(Finding.blindedField, blinded.map(\.id).joined(separator: " ")).but(min(severity, .warning))
  }
}

extension Finding {
  fileprivate static let blindedField = "may_have_missed"

  /// Of a table that was full: the rules that may have missed something.
  package var blindedRules: [AnomalyRule] {
    guard id == AnomalyRule.limitReached.id else { return [] }
    for field in fields where field.name == Self.blindedField {
      if case .text(let ids) = field.value { return ids.split(separator: " ").compactMap { .named(String($0)) } }
    }
    return []
  }
}
