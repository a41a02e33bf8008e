extension AnomalyRule {
  /// Every rule, in the order of the documentation.
  public static let all: [AnomalyRule] = [
    handshake, closing, stalls, resets, incarnations, data, flags, capture, aggregates,
  ].flatMap(\.self)

  /// The rule named `id`.
  public static func named(_ id: String) -> AnomalyRule? { places[id].map { all[$0] } }

  /// Where it stands in ``all``.
  static func place(of id: String) -> Int? { places[id] }

  /// Where the rule of a name stands in ``all``.
  private static let places = Dictionary(
    all.enumerated().map { ($1.id, $0) }, uniquingKeysWith: { first, _ in first })

  private static let handshake: [AnomalyRule] = [
    synTimeout, synRetransmitted, synRefused, synICMPRejected, handshakeAborted, synACKLost, thirdACKLost,
    deferredAccept, synReceivedStalled, acceptQueueOverflow, acceptOverflowReset, syncookieOrphan, simultaneousOpen,
    splitHandshake, selfConnect, synDifferentISN, synACKDifferentISN, badSYNACKAcknowledgment, fastOpenUsed,
    fastOpenIgnored, dataBeforeEstablished,
  ]

  private static let closing: [AnomalyRule] = [
    threeWayClose, simultaneousClose, rstAfterFIN, halfClose, requestAfterFIN, dataAfterFIN, finSequenceChanged,
    finRetransmitted, finOutOfOrder, unacknowledgedAtClose,
  ]

  private static let stalls: [AnomalyRule] = [
    closeWaitLeak, finWait1Stalled, finWait2Stuck, finWait2OrphanTimeout, timeWaitBucketOverflow, lastAckStalled,
    closingStalled, synSentAbandoned, establishedIdle, zeroWindowStall, closeBehindZeroWindow, retransmissionBlackout,
    answersLost, keepaliveDeadPeer, keepaliveStorm, idleMiddleboxReset,
  ]

  private static let resets: [AnomalyRule] = [
    rstAbortLive, rstUnreadData, rstDataAfterClose, rstNoSocket, rstChallenged, rstOutOfWindow, rstSuspectedInjected,
    rstWithData, rstReplyToFIN, peerUnawareOfReset,
  ]

  private static let incarnations: [AnomalyRule] = [
    timeWaitAssassination, timeWaitReuse, timeWaitSYNChallenged, prematurePortReuse, roleSwappedReuse, synOnEstablished,
    halfOpenDiscovered, halfOpenDataReset,
  ]

  private static let data: [AnomalyRule] = [
    retransmission, fastRetransmission, spuriousRetransmission, outOfOrder, duplicateACKBurst, overlapDifferentData,
    ackOfUnsent, ackOutOfWindowLow, pawsViolation, timestampMissing, windowShrunk, windowOverrun, keepaliveGarbage,
    urgentUsed,
  ]

  private static let flags: [AnomalyRule] = [synFIN, nullFlags, xmasFlags, finWithoutACK, synRST, landAttack]

  private static let capture: [AnomalyRule] = [
    duplicatedPackets, superSegments, oneSided, midstreamStart, sequenceGap, captureLoss, lastAckMissed,
    captureReordered,
    clockJump, snapLengthTruncated, truncatedFile, badChecksum, checksumOffload, natTranslatedPair,
    evictedFlow, limitReached, unsupportedPackets,
  ]

  private static let aggregates: [AnomalyRule] = [
    synFlood, synBacklogDrop, connectLatencyOutlier, backendFlapping, resetRate, halfCloseHeavy, fdLeakSuspect,
    timeWaitPileup, resetStorm, portScan,
  ]
}
