public import ConnectionTracking

/// The sums over all flows of a run.
public struct FlowTotals: Sendable, Equatable {
  /// Flows the capture held.
  public private(set) var flows = 0
  /// Those of them that were asked for and reported.
  public private(set) var reported = 0
  /// Flows that left the tracker because its memory limit bit.
  public private(set) var evicted = 0
  /// Flows of which neither end has closed.
  public private(set) var open = 0
  /// Payload bytes of both directions, each counted once.
  public private(set) var payloadBytes = 0
  public private(set) var retransmittedBytes = 0
  /// In the order of the cases.
  private var closes = Counts()
  private var closers = Counts()
  /// By the state's raw value, UNKNOWN last.
  private var finalStates = Counts()

  public init() {}

  /// Totals that were written down before.
  ///
  /// - Parameters:
  ///   - flows: how many, and of these how many were reported, are open, and left for want of memory.
  ///   - bytes: of payload sent once, and sent again.
  init(
    flows: (all: Int, reported: Int, open: Int, evicted: Int), bytes: (payload: Int, retransmitted: Int),
    closes: [(Flow.CloseKind, Int)], closers: [(Flow.Closer, Int)], finalStates: [(TCPState?, Int)]
  ) {
    (self.flows, reported, open, evicted) = (flows.all, flows.reported, flows.open, flows.evicted)
    (payloadBytes, retransmittedBytes) = (bytes.payload, bytes.retransmitted)
    for (close, count) in closes { self.closes[close.index] = count }
    for (closer, count) in closers { self.closers[closer.index] = count }
    for (state, count) in finalStates { self.finalStates[state.index] = count }
  }

  /// Takes in a flow that has ended.
  public mutating func add(_ flow: Flow, isReported: Bool) { add(FlowDigest(flow), isReported: isReported) }

  package mutating func add(_ flow: FlowDigest, isReported: Bool) {
    add(flow)
    reported += isReported ? 1 : 0
  }

  /// Takes in flows that were reported and that nothing is to be said of.
  ///
  /// - Parameter flows: uneventful; see ``TrackerConfiguration/digestsUneventful``.
  public mutating func add(_ flows: [FlowDigest]) {
    for index in flows.indices { add(flows[index]) }
    reported += flows.count
  }

  /// Takes in the sums over other flows.
  public mutating func merge(_ other: FlowTotals) {
    flows += other.flows
    reported += other.reported
    evicted += other.evicted
    open += other.open
    payloadBytes += other.payloadBytes
    retransmittedBytes += other.retransmittedBytes
    closes.merge(other.closes)
    closers.merge(other.closers)
    finalStates.merge(other.finalStates)
  }

  @inline(__always)
  private mutating func add(_ flow: FlowDigest) {
    flows += 1
    evicted += flow.end == .evicted ? 1 : 0
    open += flow.isOpen ? 1 : 0
    closes[flow.close.index] += 1
    if let closer = flow.closedBy { closers[closer.index] += 1 }
    payloadBytes &+= flow.payloadBytes
    retransmittedBytes &+= flow.retransmittedBytes
    finalStates[flow.clientEnd.state.index] += 1
    finalStates[flow.serverEnd.state.index] += 1
  }

  public func count(of close: Flow.CloseKind) -> Int { closes[close.index] }
  public func count(of closer: Flow.Closer) -> Int { closers[closer.index] }
  /// How many ends were left in `state`; nil is UNKNOWN.
  public func ends(in state: TCPState?) -> Int { finalStates[state.index] }
}

/// Twelve counts.
private struct Counts: Sendable, Equatable {
  private var storage = [12 of Int](repeating: 0)

  subscript(index: Int) -> Int {
    get { storage[index] }
    set { storage[index] = newValue }
  }

  mutating func merge(_ other: Counts) {
    for index in storage.indices { storage[index] += other.storage[index] }
  }

  static func == (left: Counts, right: Counts) -> Bool {
    (0..<left.storage.count).allSatisfy { left[$0] == right[$0] }
  }
}

extension TCPState? {
  /// Where a state stands in tables of as many as there are, UNKNOWN last.
  package var index: Int { self.map { Int($0.rawValue) } ?? Self.places - 1 }
  package static var places: Int { 12 }
}

// Where a word stands in a table of counts, in the order of its declaration; hashing words takes far longer.

extension Flow.CloseKind {
  static var places: Int { 9 }
  var index: Int {
    switch self {
    case .fourWay: 0
    case .threeWay: 1
    case .simultaneous: 2
    case .half: 3
    case .reset: 4
    case .resetAfterFIN: 5
    case .refused: 6
    case .unanswered: 7
    case .none: 8
    }
  }
}

extension Flow.Closer {
  fileprivate var index: Int {
    switch self {
    case .client: 0
    case .server: 1
    case .both: 2
    }
  }
}
