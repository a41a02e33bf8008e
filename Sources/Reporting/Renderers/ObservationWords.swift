package import ConnectionTracking

// The words of the output contract for what was observed: they stay, whatever the cases are called.

extension ObservationKind {
  package var word: String {
    switch self {
    case .synRepeated: "syn-repeated"
    case .synACKRepeated: "syn-ack-repeated"
    case .synACKOtherSequence: "syn-ack-other-sequence"
    case .synACKWrongAcknowledgment: "syn-ack-wrong-acknowledgment"
    case .synACKOfOpener: "syn-ack-of-opener"
    case .synWithData: "syn-with-data"
    case .fastOpenOption: "fast-open-option"
    case .synDataIgnored: "syn-data-ignored"
    case .dataBeforeEstablished: "data-before-established"
    case .synInConnection: "syn-in-connection"
    case .reuse: "reuse"
    case .finRepeated: "fin-repeated"
    case .finElsewhere: "fin-elsewhere"
    case .finBeyondHole: "fin-beyond-hole"
    case .dataAfterFIN: "data-after-fin"
    case .dataAfterPeerFIN: "data-after-peer-fin"
    case .finCrossesData: "fin-crosses-data"
    case .silence: "silence"
    case .reset: "reset"
    case .segmentAfterReset: "segment-after-reset"
    case .challengeACK: "challenge-ack"
    case .timeoutRetransmission: "timeout-retransmission"
    case .fastRetransmission: "fast-retransmission"
    case .spuriousRetransmission: "spurious-retransmission"
    case .otherRetransmission: "other-retransmission"
    case .duplicateACKs: "duplicate-acks"
    case .outOfOrder: "out-of-order"
    case .uncaptured: "uncaptured"
    case .differentData: "different-data"
    case .ackOfUnsent: "ack-of-unsent"
    case .ackFarBehind: "ack-far-behind"
    case .oldTimestamp: "old-timestamp"
    case .missingTimestamp: "missing-timestamp"
    case .outsideWindow: "outside-window"
    case .windowShrunk: "window-shrunk"
    case .zeroWindow: "zero-window"
    case .keepAlive: "keep-alive"
    case .urgent: "urgent"
    case .synFIN: "syn-fin"
    case .synRST: "syn-rst"
    case .nullFlags: "null-flags"
    case .xmasFlags: "xmas-flags"
    case .finWithoutACK: "fin-without-ack"
    case .land: "land"
    case .duplicatePacket: "duplicate-packet"
    case .superSegment: "super-segment"
    case .badChecksum: "bad-checksum"
    case .icmpError: "icmp-error"
    }
  }

  /// The kind of a word; nil where there is none.
  package init?(word: String) {
    guard let kind = Self.words[word] else { return nil }
    self = kind
  }

  private static let words = Dictionary(allCases.map { ($0.word, $0) }) { first, _ in first }
}

extension Observation.Circumstances {
  static let words: [(value: Observation.Circumstances, word: String)] = [
    (.acknowledged, "acknowledged"),
    (.peerSentData, "peer-sent-data"),
    (.open, "open"),
    (.endedByFIN, "ended-by-fin"),
    (.endedByRST, "ended-by-rst"),
    (.afterPeerReset, "after-peer-reset"),
    (.peerSilent, "peer-silent"),
    (.garbageByte, "garbage-byte"),
    (.fromPeer, "from-peer"),
    (.icmpv6, "icmpv6"),
    (.newerTimestamp, "newer-timestamp"),
    (.rolesSwapped, "roles-swapped"), (.echoesThirdACK, "echoes-third-ack"),
  ]
}

extension ResetShape.Traits {
  static let words: [(value: ResetShape.Traits, word: String)] = [
    (.hasACK, "has-ack"),
    (.zeroWindow, "zero-window"),
    (.hasPayload, "has-payload"),
    (.zeroIdentification, "zero-identification"),
    (.continuesIdentification, "continues-identification"),
    (.accepted, "accepted"),
    (.acknowledgesAll, "acknowledges-all"),
    (.zeroSequence, "zero-sequence"),
    (.repeated, "repeated"),
    (.hasPredecessor, "has-predecessor"),
    (.afterOwnFIN, "after-own-fin"),
    (.afterPeerFIN, "after-peer-fin"),
    (.echoesAcknowledgment, "echoes-acknowledgment"),
    (.sameSequenceAsBefore, "same-sequence-as-before"),
    (.lacksTimestamp, "lacks-timestamp"), (.carriesOn, "carries-on"),
  ]
}

extension ResetShape.Answered {
  var word: String {
    switch self {
    case .nothing: "nothing"
    case .syn: "syn"
    case .synACK: "syn-ack"
    case .ack: "ack"
    case .data: "data"
    case .fin: "fin"
    }
  }
}

extension ResetShape.Position {
  var word: String {
    switch self {
    case .unknown: "unknown"
    case .exact: "exact"
    case .inWindow: "in-window"
    case .outsideWindow: "outside-window"
    }
  }
}
