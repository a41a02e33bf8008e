import ConnectionTracking
public import PacketDecoding

/// What became of the connections to one listener.
public struct ListenerStatistics: Sendable, Equatable {
  // What every flow changes comes first: it is asked for ahead.
  public let listener: SocketAddress
  /// Whether one of its flows was asked for.
  private(set) var isSelected = false
  /// The place of its host among all hosts; nil until that is known.
  var host: UInt32?
  public private(set) var firstSeen: Timestamp
  public private(set) var lastSeen: Timestamp
  /// Connections and attempts that were seen to open.
  public private(set) var attempts = 0
  public private(set) var established = 0
  private var lastOutcome: (isGood: Bool, time: Timestamp)?
  /// By its hash; 0 before any.
  private var firstClientHash: UInt64 = 0
  /// Empty as long as there is but the first.
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
  /// Changes between failing and succeeding, each within a minute.
  public private(set) var flaps = 0
  /// By the raw value of ``Evidence``; the greatest value where there is none.
  private var evidence = [6 of UInt64](repeating: .max)

  public enum Evidence: UInt8, Sendable, Hashable { case refusal, acceptQueue, slowAnswer, reset, retry, flood }

  init(_ listener: SocketAddress, at time: Timestamp) {
    self.listener = listener
    firstSeen = time
    lastSeen = time
  }

  /// Clients with different addresses, as far as they are counted: 64 at most.
  public var distinctClients: Int { max(clients.count, firstClientHash == 0 ? 0 : 1) }

  /// The packet that shows the first refusal, accept queue sign, slow answer or server's reset; nil before any.
  public func frame(showing kind: Evidence) -> UInt64? {
    let frame = evidence[Int(kind.rawValue)]
    return frame == .max ? nil : frame
  }

  /// Takes in a flow that has ended.
  ///
  /// - Parameter hash: of the client's address.
  @inline(__always)
  mutating func add(_ flow: FlowDigest, _ isSelected: Bool, client hash: UInt64) {
    self.isSelected = self.isSelected || isSelected
    firstSeen = min(firstSeen, flow.firstSeen.time)
    lastSeen = max(lastSeen, flow.lastSeen.time)
    note(client: hash)
    guard Self.wasSeenToOpen(flow.orientation) else { return }
    attempts += 1
    rate.add(flow.firstSeen.time)
    if rate.peak == 1 { note(.flood, flow.firstSeen.frame) }
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
      note(.refusal, flow.lastSeen.frame)
    case .unanswered: unanswered += 1
    case .reset, .resetAfterFIN:
      if flow.closedBy == .client { resetByClient += 1 } else { resetByServer += 1 }
      if flow.closedBy != .client { note(.reset, flow.lastSeen.frame) }
    default: break
    }
    let isGood = flow.serverEnd.state != .synReceived && flow.close != .refused && flow.close != .unanswered
    if isGood { established += 1 }
    if let last = lastOutcome, last.isGood != isGood,
      flow.firstSeen.time.distance(to: last.time) < 60_000_000_000
    {
      flaps += 1
    }
    lastOutcome = (isGood, flow.firstSeen.time)
    if flow.serverEnd.state == .closeWait { closeWaits += 1 }
  }

  @inline(__always)
  private mutating func addAnswer(_ flow: FlowDigest) {
    guard let delay = flow.answerDelay else { return }
    answerDelay.add(delay)
    guard delay >= 900_000_000 else { return }
    slowAnswers += 1
    note(.slowAnswer, flow.firstSeen.frame)
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
  mutating func add(_ findings: [Finding], of orientation: Flow.Orientation) {
    guard Self.wasSeenToOpen(orientation) else { return }
    for finding in findings {
      let hasPlace = finding.place < Self.signsByPlace.count
      switch hasPlace ? Self.signsByPlace[finding.place] : Self.signs[finding.id] {
      case .acceptQueue: noteAcceptQueue(finding)
      case .retry:
        retried += 1
        note(.retry, finding.frame ?? 0)
      case .halfClose: halfClosed += 1
      case .thirdACK where finding.confidence == .presumed: noteAcceptQueue(finding)
      case .thirdACK, .repeatedSYNACK: repeatedSYNACKs += 1
      case nil: break
      }
    }
  }

  private mutating func noteAcceptQueue(_ finding: Finding) {
    acceptQueueSigns += 1
    note(.acceptQueue, finding.frame ?? 0)
  }

  @inline(__always)
  private mutating func note(client hash: UInt64) {
    if firstClientHash == 0 { firstClientHash = hash }
    if hash == firstClientHash || clients.isFull { return }
    if clients.count == 0 { clients.insert(firstClientHash) }
    clients.insert(hash)
  }

  @inline(__always)
  private mutating func note(_ kind: Evidence, _ frame: UInt64) {
    if evidence[Int(kind.rawValue)] == .max { evidence[Int(kind.rawValue)] = frame }
  }

  /// The order of reports: more attempts first.
  func isBusier(than other: ListenerStatistics) -> Bool {
    (other.attempts, listener) < (attempts, other.listener)
  }

  public static func == (left: ListenerStatistics, right: ListenerStatistics) -> Bool {
    left.listener == right.listener && left.attempts == right.attempts && left.lastSeen == right.lastSeen
  }
}

extension ListenerStatistics: AddressKept {
  static let hotBytes = 160

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
    return host
  }
}
