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

/// One transition of one endpoint, and how it is known.
public struct TimelineEntry: Sendable, Equatable {
  /// The packet that shows it, or the moment a timer ended.
  public var time: Timestamp
  /// That packet's frame; nil for a timer.
  public var frame: UInt64?
  public var endpoint: EndpointRole
  /// nil before any evidence.
  public var from: TCPState?
  public var to: TCPState?
  public var cause: TransitionCause
  public var evidence: Evidence
  /// For a presumed entry: the later segment of this endpoint that proved it.
  public var confirmed: Moment?
  /// For a presumed entry: the later segment that showed it to be false. An entry that goes back follows it.
  public var refuted: Moment?

  /// A packet's time and number.
  public struct Moment: Sendable, Hashable {
    public var time: Timestamp
    public var frame: UInt64
    public init(time: Timestamp, frame: UInt64) {
      self.time = time
      self.frame = frame
    }
  }

  public init(
    time: Timestamp, frame: UInt64?, endpoint: EndpointRole, from: TCPState?, to: TCPState?, cause: TransitionCause,
    evidence: Evidence, confirmed: Moment? = nil, refuted: Moment? = nil
  ) {
    self.time = time
    self.frame = frame
    self.endpoint = endpoint
    self.from = from
    self.to = to
    self.cause = cause
    self.evidence = evidence
    self.confirmed = confirmed
    self.refuted = refuted
  }
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
