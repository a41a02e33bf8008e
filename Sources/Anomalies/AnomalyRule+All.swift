extension AnomalyRule {
  /// Every rule, in the order of the documentation.
  public static let all: [AnomalyRule] = handshake

  static let handshake: [AnomalyRule] = [
    synTimeout, synRetransmitted, synRefused, synICMPRejected, handshakeAborted, synACKLost, thirdACKLost,
    deferredAccept, synReceivedStalled,
  ]

  /// The rule named `id`.
  public static func named(_ id: String) -> AnomalyRule? { all.first { $0.id == id } }
}
