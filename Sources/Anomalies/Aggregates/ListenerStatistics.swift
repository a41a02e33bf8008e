import ConnectionTracking
public import PacketDecoding

/// What became of the connections to one listener.
public struct ListenerStatistics: Sendable, Equatable {
  // What every flow changes comes first: it is asked for ahead.
  public let listener: SocketAddress
  /// Whether one of its flows was asked for.
  private(set) var isSelected = false
  /// Where its host may stand among all hosts.
  var host = HostHint()
  public private(set) var firstSeen: Timestamp
  public private(set) var lastSeen: Timestamp
  /// Connections and attempts that were seen to open.
  public private(set) var attempts = 0
  public private(set) var established = 0
  private var firstAttempt = FirstFrame()
  private var outcomes = OutcomeGrid()
  private var clients = AddressSet()
  /// From the first SYN to the SYN-ACK.
  public private(set) var answerDelay = DelayHistogram()
  /// SYNs a second.
  public private(set) var rate = RateMeter()
  public private(set) var refused = 0
  public private(set) var unanswered = 0
  public private(set) var resetByServer = 0
  public private(set) var resetByClient = 0
  public private(set) var halfClosed = 0
  /// Attempts whose SYN had to be repeated before any answer.
  public private(set) var retried = 0
  /// Connections whose SYN-ACK was repeated.
  public private(set) var repeatedSYNACKs = 0
  /// Connections that look as if the accept queue had been full.
  public private(set) var acceptQueueSigns = 0
  /// Connections that the server's application never closed.
  public private(set) var closeWaits = 0
  /// Answers that took 0.9 s or more: a SYN was dropped, for it is repeated after 1 s.
  public private(set) var slowAnswers = 0
  /// Connections that it answered and that were open to the end, and when the first of them began.
  private(set) var held = 0
  private(set) var heldSince: Timestamp?
  /// Attempts that repeated their SYN and had no answer, and when the last of them began.
  private(set) var ignored = 0
  private(set) var lastIgnored: Timestamp?
  private var evidence = EvidenceFrames()

  public enum Evidence: UInt8, Sendable, Hashable { case refusal, acceptQueue, slowAnswer, reset, retry, ignored }

  /// With nothing counted yet of the first flow, which was seen from one time to another.
  init(_ listener: SocketAddress, from firstSeen: Timestamp, to lastSeen: Timestamp) {
    self.listener = listener
    self.firstSeen = firstSeen
    self.lastSeen = lastSeen
  }

  /// Clients with different addresses, as far as they are counted: 64 at most.
  public var distinctClients: Int { clients.count }

  /// Changes between failing and succeeding, each within a minute or so: at least so many.
  public var flaps: Int { outcomes.changes }

  /// The first packet that shows a refusal, accept queue sign, slow answer or server's reset, and its flow's number; nil
  /// before any.
  public func first(showing kind: Evidence) -> (frame: UInt64, flow: Int)? { evidence[kind].known }

  /// The packet that began the first attempt; nil before any.
  public var firstAttemptSeen: (frame: UInt64, flow: Int)? { firstAttempt.known }

  /// Takes in a flow that has ended.
  ///
  /// - Parameter hash: of the client's address, the same in every process.
  @inline(__always)
  mutating func add(_ flow: FlowDigest, _ isSelected: Bool, client hash: UInt64) {
    self.isSelected = self.isSelected || isSelected
    firstSeen = min(firstSeen, flow.firstSeen.time)
    lastSeen = max(lastSeen, flow.lastSeen.time)
    clients.insert(hash)
    guard Self.wasSeenToOpen(flow.orientation) else { return }
    attempts += 1
    rate.add(flow.firstSeen.time)
    firstAttempt.note(flow.firstSeen.frame, in: flow.number)
    addOutcome(flow)
    addAnswer(flow)
  }

  @inline(__always)
  private static func wasSeenToOpen(_ orientation: Flow.Orientation) -> Bool {
    orientation == .syn || orientation == .synACK
  }

  @inline(__always)
  private mutating func addOutcome(_ flow: FlowDigest) {
    switch flow.close {
    case .refused:
      refused += 1
      evidence.note(.refusal, flow.lastSeen.frame, in: flow.number)
    case .unanswered:
      unanswered += 1
      if flow.packets > 1 { addIgnored(flow) }
    case .none where flow.serverEnd.hasSent && flow.isOpen:
      held += 1
      heldSince = min(heldSince ?? flow.firstSeen.time, flow.firstSeen.time)
    case .reset, .resetAfterFIN:
      // Neither end is to blame for a RST in its name.
      if flow.closedBy == .client { resetByClient += 1 }
      if flow.closedBy == .server { resetByServer += 1 }
      if flow.closedBy == .server { evidence.note(.reset, flow.lastSeen.frame, in: flow.number) }
    default: break
    }
    let isGood = flow.serverEnd.state != .synReceived && flow.close != .refused && flow.close != .unanswered
    if isGood { established += 1 }
    outcomes.add(flow.firstSeen.time, isGood: isGood)
    if flow.serverEnd.state == .closeWait { closeWaits += 1 }
  }

  private mutating func addIgnored(_ flow: FlowDigest) {
    ignored += 1
    lastIgnored = max(lastIgnored ?? flow.firstSeen.time, flow.firstSeen.time)
    evidence.note(.ignored, flow.firstSeen.frame, in: flow.number)
  }

  /// It held connections when it left SYNs without an answer.
  var ignoresWhileHolding: Bool {
    guard let heldSince, let lastIgnored else { return false }
    return heldSince < lastIgnored
  }

  @inline(__always)
  private mutating func addAnswer(_ flow: FlowDigest) {
    guard let delay = flow.answerDelay else { return }
    answerDelay.add(delay)
    guard delay >= 900_000_000 else { return }
    slowAnswers += 1
    evidence.note(.slowAnswer, flow.firstSeen.frame, in: flow.number)
  }

  /// The rules whose findings are counted.
  static let countedRules = RuleSet(signs.keys)

  /// What a finding counts as.
  private enum Sign { case acceptQueue, retry, halfClose, thirdACK, repeatedSYNACK }

  private static let signs: [String: Sign] = [
    "accept-queue-overflow": .acceptQueue, "accept-overflow-reset": .acceptQueue, "syncookie-orphan": .acceptQueue,
    "syn-retransmitted": .retry, "half-close": .halfClose, "third-ack-lost": .thirdACK,
    "syn-ack-lost": .repeatedSYNACK, "syn-rcvd-stalled": .repeatedSYNACK,
  ]
  /// The same by the rule's place, for names are slow to compare.
  private static let signsByPlace = AnomalyRule.all.map { signs[$0.id] }

  /// Takes in what was found in a flow that began as `orientation` tells.
  mutating func add(_ findings: [Finding], in flow: Int, of orientation: Flow.Orientation) {
    guard Self.wasSeenToOpen(orientation) else { return }
    for finding in findings {
      let hasPlace = finding.place < Self.signsByPlace.count
      switch hasPlace ? Self.signsByPlace[finding.place] : Self.signs[finding.id] {
      case .acceptQueue: noteAcceptQueue(finding, in: flow)
      case .retry:
        retried += 1
        if let frame = finding.frame { evidence.note(.retry, frame, in: flow) }
      case .halfClose: halfClosed += 1
      case .thirdACK where finding.confidence == .presumed: noteAcceptQueue(finding, in: flow)
      case .thirdACK, .repeatedSYNACK: repeatedSYNACKs += 1
      case nil: break
      }
    }
  }

  private mutating func noteAcceptQueue(_ finding: Finding, in flow: Int) {
    acceptQueueSigns += 1
    if let frame = finding.frame { evidence.note(.acceptQueue, frame, in: flow) }
  }

  /// The order of reports: more attempts first.
  func isBusier(than other: ListenerStatistics) -> Bool {
    (other.attempts, listener) < (attempts, other.listener)
  }

  /// Takes in what other flows showed of the same listener.
  public mutating func merge(_ other: ListenerStatistics) {
    isSelected = isSelected || other.isSelected
    firstSeen = min(firstSeen, other.firstSeen)
    lastSeen = max(lastSeen, other.lastSeen)
    attempts += other.attempts
    established += other.established
    firstAttempt.merge(other.firstAttempt)
    outcomes.merge(other.outcomes)
    clients.merge(other.clients)
    answerDelay.merge(other.answerDelay)
    rate.merge(other.rate)
    refused += other.refused
    unanswered += other.unanswered
    resetByServer += other.resetByServer
    resetByClient += other.resetByClient
    halfClosed += other.halfClosed
    retried += other.retried
    repeatedSYNACKs += other.repeatedSYNACKs
    acceptQueueSigns += other.acceptQueueSigns
    closeWaits += other.closeWaits
    slowAnswers += other.slowAnswers
    held += other.held
    heldSince = [heldSince, other.heldSince].compactMap(\.self).min()
    ignored += other.ignored
    lastIgnored = [lastIgnored, other.lastIgnored].compactMap(\.self).max()
    evidence.merge(other.evidence)
  }
}

/// The first packet that shows each kind of ``ListenerStatistics/Evidence``.
private struct EvidenceFrames: Sendable, Equatable {
  /// By raw value.
  private var frames = [6 of FirstFrame](repeating: FirstFrame())

  subscript(kind: ListenerStatistics.Evidence) -> FirstFrame { frames[Int(kind.rawValue)] }

  @inline(__always)
  mutating func note(_ kind: ListenerStatistics.Evidence, _ frame: UInt64, in flow: Int) {
    frames[Int(kind.rawValue)].note(frame, in: flow)
  }

  mutating func merge(_ other: EvidenceFrames) {
    for place in frames.indices { frames[place].merge(other.frames[place]) }
  }

  static func == (left: EvidenceFrames, right: EvidenceFrames) -> Bool {
    left.frames.indices.allSatisfy { left.frames[$0] == right.frames[$0] }
  }
}

/// The first packet of some, and its flow.
private struct FirstFrame: Sendable, Equatable {
  /// The greatest number before any.
  private var frame = UInt64.max
  private var flow = Int.max

  var known: (frame: UInt64, flow: Int)? { frame == .max ? nil : (frame, flow) }

  @inline(__always)
  mutating func note(_ frame: UInt64, in flow: Int) {
    if (frame, flow) < (self.frame, self.flow) { (self.frame, self.flow) = (frame, flow) }
  }

  mutating func merge(_ other: FirstFrame) { note(other.frame, in: other.flow) }
}

/// Where a host may stand in a table; nil until that is known. Nothing that is counted depends on it.
struct HostHint: Sendable, Equatable {
  var place: UInt32?

  static func == (left: HostHint, right: HostHint) -> Bool { true }
}

extension ListenerStatistics: AddressKept {
  static let hotBytes = 192

  init(like other: ListenerStatistics) { self.init(other.listener, from: other.firstSeen, to: other.lastSeen) }

  /// Whether it was more than tried once: by what most listeners of a scan show, no rule can tell.
  var isNoteworthy: Bool {
    attempts > 1 || acceptQueueSigns > 0 || slowAnswers > 0 || resetByServer > 0 || halfClosed > 0
  }

  var count: Int { max(1, attempts) }

  var address: SocketAddress { @inline(__always) get { listener } }

  /// Asks for what lies elsewhere. `mutating`, as what is only read is copied in practice.
  ///
  /// - Parameter hash: of the client's address.
  /// - Returns: ``host``.
  @inline(__always)
  mutating func prefetchRest(client hash: UInt64) -> UInt32? {
    clients.prefetch(hash)
    answerDelay.prefetch()
    rate.prefetch()
    return host.place
  }
}
