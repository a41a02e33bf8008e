import PacketDecoding

/// What a rule about the capture, a listener or a host looks at.
struct AggregateContext {
  let quality: CaptureQuality
  /// In no order that means anything, as the hosts.
  let listeners: [ListenerStatistics]
  /// Those that are ``HostStatistics/isNotable(_:)``.
  let hosts: [HostStatistics]
  let limits: [ReachedLimit]
  let thresholds: Thresholds
}

/// A rule whose words stand in the registry and whose check runs once, at the end.
struct AggregateRule: Sendable {
  let rule: AnomalyRule
  let check: @Sendable (AggregateContext) -> [RuleMatch]

  static let all: [AggregateRule] = capture + listeners + hosts
}

extension AnomalyRule {
  /// A rule that no single flow shows.
  static func aggregate(
    _ id: String, _ severity: Severity, _ title: String, group: RuleGroup = .aggregate, explanation: String,
    causes: [String], next: [String], advice: String, peers: PeerNames = PeerNames(), reference: String = ""
  ) -> AnomalyRule {
    AnomalyRule(
      id, severity, group, title, reference: reference, explanation: explanation, causes: causes, next: next,
      advice: advice, peers: peers, on: .never
    ) { _ in [] }
  }
}
