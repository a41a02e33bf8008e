import ConnectionTracking

/// Some of the rules, by their places in the registry.
package struct RuleSet: Sendable, Equatable {
  private var bits: UInt128 = 0

  /// Every rule of the registry.
  package static let all = AnomalyRule.all.indices.reduce(into: RuleSet()) { $0.insert($1) }

  package init() {}

  /// The rules of these names.
  package init(_ ids: some Collection<String>) {
    for (place, rule) in AnomalyRule.all.enumerated() where ids.contains(rule.id) { insert(place) }
  }

  var isEmpty: Bool { bits == 0 }

  mutating func insert(_ place: Int) { bits |= 1 << UInt128(place) }

  package func union(_ other: RuleSet) -> RuleSet {
    var result = self
    result.bits |= other.bits
    return result
  }

  func intersection(_ other: RuleSet) -> RuleSet {
    var result = self
    result.bits &= other.bits
    return result
  }

  /// Takes the first rule out; nil where none is left.
  mutating func popFirst() -> Int? {
    guard bits != 0 else { return nil }
    let place = bits.trailingZeroBitCount
    bits &= bits - 1
    return place
  }
}

/// The triggers of all rules turned round: for each observation and each trait, the rules that it makes worth asking.
///
/// Few flows have any, and then one or two: the others cost two loops over nothing.
enum TriggerTable {
  private static let byKind = (0..<64).map { bit in
    rules { $0.kinds.rawValue >> UInt64(bit) & 1 == 1 }
  }
  private static let byTrait = (0..<32).map { bit in
    rules { $0.traits.rawValue >> UInt32(bit) & 1 == 1 }
  }

  static func rules(_ kinds: ObservationKinds, _ traits: FlowTraits) -> RuleSet {
    var result = RuleSet()
    var kinds = kinds.rawValue
    while kinds != 0 {
      result = result.union(byKind[kinds.trailingZeroBitCount])
      kinds &= kinds - 1
    }
    var traits = traits.rawValue
    while traits != 0 {
      result = result.union(byTrait[traits.trailingZeroBitCount])
      traits &= traits - 1
    }
    return result
  }

  /// What makes any of `rules` worth asking.
  static func trigger(of rules: RuleSet) -> RuleTrigger {
    var result = RuleTrigger.never
    var rules = rules
    while let place = rules.popFirst() {
      result.kinds.formUnion(AnomalyRule.all[place].trigger.kinds)
      result.traits.formUnion(AnomalyRule.all[place].trigger.traits)
    }
    return result
  }

  private static func rules(_ matches: (RuleTrigger) -> Bool) -> RuleSet {
    var result = RuleSet()
    for (place, rule) in AnomalyRule.all.enumerated() where matches(rule.trigger) { result.insert(place) }
    return result
  }
}
