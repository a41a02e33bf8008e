public import PacketDecoding

/// Which end of a flow, by who opened it.
public enum EndpointRole: UInt8, Sendable, Hashable, CaseIterable {
  case client
  case server

  public var peer: EndpointRole { self == .client ? .server : .client }
}

/// How a transition is known.
public enum Evidence: UInt8, Sendable, Hashable, CaseIterable {
  /// The endpoint's own segment shows it.
  case observed
  /// A segment to the endpoint passed the tap, and nothing from the endpoint has yet shown that it arrived.
  case presumed
  /// Only time passed.
  case timer
}

/// One transition of one endpoint, and how it is known: 28 bytes, for a report has millions of them.
public struct Transition: Sendable, Equatable {
  @usableFromInline private(set) var slot: PackedTransition

  @inline(__always)
  init(_ slot: PackedTransition) { self.slot = slot }

  /// Of no meaning: it fills a place.
  static var blank: Transition {
    Transition(
      time: Timestamp(nanoseconds: 0), frame: nil, endpoint: .client, from: nil, to: nil, cause: .midstream,
      evidence: .timer)
  }

  /// - Parameters:
  ///   - frame: nil for a timer, and only there. From 2³⁶ on it is kept as the largest number below, as those of
  ///     `confirmed` and `refuted` are.
  ///   - confirmed: at most one of this and `refuted` is known.
  public init(
    time: Timestamp, frame: UInt64?, endpoint: EndpointRole, from: TCPState?, to: TCPState?, cause: TransitionCause,
    evidence: Evidence, confirmed: PacketStamp? = nil, refuted: PacketStamp? = nil
  ) {
    var slot = PackedTransition(
      endpoint, from: from, to: to, cause, evidence, frame: frame ?? 0, time: time.nanoseconds)
    if let refuted { slot.settle(as: .refuted, at: refuted) }
    if let confirmed { slot.settle(as: .confirmed, at: confirmed) }
    self.slot = slot
  }

  /// The packet that shows it, or the moment a timer ended.
  @inlinable public var time: Timestamp { Timestamp(nanoseconds: slot.time) }
  /// That packet's frame; nil for a timer.
  @inlinable public var frame: UInt64? { slot.evidence == .timer ? nil : slot.frame }
  public var endpoint: EndpointRole {
    @inlinable get { slot.endpoint }
    set { slot.endpoint = newValue }
  }
  /// nil before any evidence.
  public var from: TCPState? { slot.from }
  public var to: TCPState? { slot.to }
  /// Where ``from`` stands in a table of twelve states, UNKNOWN last.
  @inlinable package var fromPlace: Int { slot.fromPlace }
  /// Where ``to`` stands there.
  @inlinable package var toPlace: Int { slot.toPlace }
  @inlinable public var cause: TransitionCause { slot.cause }
  @inlinable public var evidence: Evidence { slot.evidence }
  /// For a presumed entry: the later segment of this endpoint that proved it.
  @inlinable public var confirmed: PacketStamp? { slot.settlement == .confirmed ? slot.settled : nil }
  /// For a presumed entry: the later segment that showed it to be false. An entry that goes back follows it.
  @inlinable public var refuted: PacketStamp? { slot.settlement == .refuted ? slot.settled : nil }
}

/// What moved an endpoint: short and fixed words.
public enum TransitionCause: String, Sendable, Hashable, CaseIterable {
  case sendsSYN = "sends-syn"
  case receivesSYN = "receives-syn"
  case sendsSYNACK = "sends-syn-ack"
  case receivesSYNACK = "receives-syn-ack"
  /// The peer's ACK covers this end's SYN.
  case synAcknowledged = "syn-acknowledged"
  case sendsFIN = "sends-fin"
  case receivesFIN = "receives-fin"
  /// One segment held the peer's FIN and the acknowledgment of this end's.
  case receivesFINACK = "receives-fin-ack"
  case finAcknowledged = "fin-acknowledged"
  case sendsRST = "sends-rst"
  case receivesRST = "receives-rst"
  /// An ICMP error ended the attempt to connect (RFC 5927 §4.1: a hard error in a state that is not synchronized).
  case receivesICMPError = "receives-icmp-error"
  case timeWaitExpired = "time-wait-expired"
  case finWait2Expired = "fin-wait-2-expired"
  /// The capture began after the connection did.
  case midstream = "midstream"
  /// The end acknowledges bytes that never passed the tap, or skips some of its own: a FIN may be among them, so that its
  /// state is no longer certain.
  case unseenBytes = "unseen-bytes"
  /// A new incarnation took the four-tuple.
  case replaced = "replaced"
  /// A presumed transition turned out false: back to the state before it.
  case presumptionRefuted = "presumption-refuted"
}

extension TransitionCause {
  /// Its place among all causes: below 31.
  package var code: UInt8 {
    switch self {
    case .sendsSYN: 0
    case .receivesSYN: 1
    case .sendsSYNACK: 2
    case .receivesSYNACK: 3
    case .synAcknowledged: 4
    case .sendsFIN: 5
    case .receivesFIN: 6
    case .receivesFINACK: 7
    case .finAcknowledged: 8
    case .sendsRST: 9
    case .receivesRST: 10
    case .receivesICMPError: 11
    case .timeWaitExpired: 12
    case .finWait2Expired: 13
    case .midstream: 14
    case .unseenBytes: 15
    case .replaced: 16
    case .presumptionRefuted: 17
    }
  }

  /// The cause at a place.
  @inline(__always)
  init(code: UInt8) {
    switch code {
    case 0: self = .sendsSYN
    case 1: self = .receivesSYN
    case 2: self = .sendsSYNACK
    case 3: self = .receivesSYNACK
    case 4: self = .synAcknowledged
    case 5: self = .sendsFIN
    case 6: self = .receivesFIN
    case 7: self = .receivesFINACK
    case 8: self = .finAcknowledged
    case 9: self = .sendsRST
    case 10: self = .receivesRST
    case 11: self = .receivesICMPError
    case 12: self = .timeWaitExpired
    case 13: self = .finWait2Expired
    case 14: self = .midstream
    case 15: self = .unseenBytes
    case 16: self = .replaced
    default: self = .presumptionRefuted
    }
  }
}
