/// Small facts that outlive the segment that showed them.
struct EndpointFacts: OptionSet, Sendable {
  let rawValue: UInt16

  /// Its state was taken from mid-stream evidence and may be further on than it seems.
  static let assumed = EndpointFacts(rawValue: 1 << 0)
  /// It has answered a SYN with RST: no socket listens there.
  static let refused = EndpointFacts(rawValue: 1 << 1)
  /// The peer's FIN passed the tap but waits behind a hole at this end, or was lost: presume nothing of it.
  static let finHeld = EndpointFacts(rawValue: 1 << 2)
  /// It has sent payload beyond what was known of it.
  static let sentData = EndpointFacts(rawValue: 1 << 3)
  static let sackPermitted = EndpointFacts(rawValue: 1 << 4)
  static let sentTimestamps = EndpointFacts(rawValue: 1 << 5)
  /// It acknowledged the peer's FIN before it sent its own.
  static let acknowledgedFINAlone = EndpointFacts(rawValue: 1 << 6)
  /// It stayed in FIN_WAIT_2 beyond the orphan's limit, or took data there: the application holds the socket.
  static let heldHalfClose = EndpointFacts(rawValue: 1 << 7)
  static let sentSYN = EndpointFacts(rawValue: 1 << 8)
  static let sentSYNACK = EndpointFacts(rawValue: 1 << 9)
  /// Its last segment took sequence space, so that it asks for an answer.
  static let lastTookSpace = EndpointFacts(rawValue: 1 << 10)
  /// Its host lost the connection and has opened it anew while the peer still held it.
  static let reopened = EndpointFacts(rawValue: 1 << 11)
  /// It answered a SYN while its listener's backlog may have been full: perhaps with a cookie, and no socket.
  static let mayBeCookie = EndpointFacts(rawValue: 1 << 12)
  /// Its last segment took sequence space that nothing had taken before.
  static let lastWasNew = EndpointFacts(rawValue: 1 << 13)
  /// Its SYN-ACK took data of the SYN: it may send data before its handshake is over (RFC 7413 §3).
  static let openedFast = EndpointFacts(rawValue: 1 << 14)
  /// Its last segment had SACK blocks; of ends of flows in brief alone, others have ``LatestSegment/hasSACK``.
  static let lastHadSACK = EndpointFacts(rawValue: 1 << 15)
}
