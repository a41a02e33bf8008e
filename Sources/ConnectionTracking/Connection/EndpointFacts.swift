/// Small facts of an end that outlive the segment that showed them.
struct EndpointFacts: OptionSet, Sendable {
  let rawValue: UInt32

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
  /// Its SYN-ACK took data of the SYN, or answers a cookie: it may send data before its handshake is over (RFC 7413 §3, §4.2).
  static let openedFast = EndpointFacts(rawValue: 1 << 14)
  /// Its last segment had SACK blocks.
  static let lastHadSACK = EndpointFacts(rawValue: 1 << 15)

  // Of its sequence space.
  /// A segment of it has passed.
  static let isKnown = EndpointFacts(rawValue: 1 << 16)
  /// The peer has acknowledged something.
  static let isAcknowledged = EndpointFacts(rawValue: 1 << 17)
  /// Its SYN has shown the ISN.
  static let hasInitial = EndpointFacts(rawValue: 1 << 18)
  /// Not everything before SND.NXT has passed: how far it has is in ``EndpointExtras/contiguous``.
  static let hasGap = EndpointFacts(rawValue: 1 << 19)
  /// Its FIN has passed: it ends at SND.NXT, or else at ``EndpointExtras/finEnd``.
  static let hasFIN = EndpointFacts(rawValue: 1 << 20)
  static let hasPassedFIN = EndpointFacts(rawValue: 1 << 21)

  // Of its window.
  /// Its SYN had a shift count, and so had the peer's as far as that is known.
  static let scalesWindow = EndpointFacts(rawValue: 1 << 22)
  /// It advertised a window whose scale is known: its right edge is the last one's, or else ``EndpointExtras/edge``.
  static let hasEdge = EndpointFacts(rawValue: 1 << 23)
  static let hasOtherEdge = EndpointFacts(rawValue: 1 << 24)

  /// Its SYN had a fast open cookie, and no data with it.
  static let offeredCookie = EndpointFacts(rawValue: 1 << 25)

  /// What it would answer with a bare ACK from SYN_RCVD has passed on its way to it.
  static let mayChallenge = EndpointFacts(rawValue: 1 << 26)

  // Of what is on its way to it.
  /// The peer's last segment acknowledged again what is pending; see ``Connection/acknowledgedAt(of:_:)``.
  static let acknowledgedSince = EndpointFacts(rawValue: 1 << 27)
  /// Its log has an entry that says its state is no longer certain, and that still holds.
  static let isDoubtful = EndpointFacts(rawValue: 1 << 28)
  /// Its log names the state it would be in, had the peer's FIN been lost.
  static let hasAlternative = EndpointFacts(rawValue: 1 << 29)
  @inline(__always)
  mutating func set(_ fact: EndpointFacts, _ isTrue: Bool) {
    if isTrue { insert(fact) } else { remove(fact) }
  }
}
