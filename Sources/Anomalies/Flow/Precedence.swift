// One RST has one finding: the one that names its cause.

/// Which rules have nothing to add where another has named the cause of the same packet.
enum Precedence {
  private static let before: [String: [String]] = [
    "rst-after-fin": [
      "request-after-fin", "rst-data-after-close", "rst-unread-data", "rst-no-socket", "rst-abort-live",
      "rst-reply-to-fin", "fin-wait-2-orphan-timeout", "time-wait-bucket-overflow", "keepalive-dead-peer",
    ],
    "rst-data-after-close": ["request-after-fin"],
    "rst-unread-data": ["request-after-fin"],
    "rst-abort-live": ["request-after-fin"],
    "rst-no-socket": ["idle-middlebox-reset"],
    "half-open-data-reset": ["idle-middlebox-reset"],
    "unacked-data-at-close": [
      "request-after-fin", "rst-data-after-close", "rst-unread-data", "rst-no-socket", "half-open-data-reset",
      "idle-middlebox-reset",
    ],
  ]

  /// By a rule's place: the places of those that come before it.
  static let places: [[Int]] = AnomalyRule.all.map { rule in
    let names = before[rule.id] ?? []
    return AnomalyRule.all.indices.filter { names.contains(AnomalyRule.all[$0].id) }
  }
}
