import ConnectionTracking
public import PacketDecoding

/// What piles up at one host.
public struct HostStatistics: Sendable, Equatable {
  // What every flow changes comes first: it is asked for ahead.
  public let host: IPAddress
  /// Whether one of its flows was asked for.
  private(set) var isSelected = false
  /// Ends of connections that it had.
  public private(set) var ends = 0
  public private(set) var timeWaits = 0
  /// How many of them were client ends: each holds a port.
  public private(set) var clientTimeWaits = 0
  /// Ends that were in CLOSE_WAIT and left it.
  public private(set) var closeWaitsLeft = 0
  /// TIME_WAITs over time, as the wire and the stack's 2MSL let them be estimated.
  public private(set) var timeWait = ConcurrencyMeter()
  /// RSTs a second.
  public private(set) var resets = RateMeter()
  /// When each end entered CLOSE_WAIT, for certain, that never left it, and how long it was there: the earliest 1024, in
  /// order.
  private(set) var closeWaitsKept: [UnclosedEnd] = []
  public var closeWaitSince: [Timestamp] { closeWaitsKept.map(\.stay.since) }
  public private(set) var closeWaits = 0
  /// The packet that shows the first one.
  public private(set) var closeWaitFrame: UInt64?

  /// Flows whose end never left CLOSE_WAIT, and those in which it sent a RST.
  private(set) var closeWaitFlows = FlowSample()
  private(set) var resetFlows = FlowSample()
  /// What it tried without sending data; empty or one, for most hosts have none.
  private var probing: [PortProbes] = []

  private static let maximumTimes = 1024

  init(_ host: IPAddress) { self.host = host }

  /// Takes in the end in `role` of a flow that has ended, and the first RST where it sent that.
  @inline(__always)
  mutating func add(_ flow: FlowDigest, _ role: EndpointRole, _ isSelected: Bool) {
    let end = role == .client ? flow.clientEnd : flow.serverEnd
    if end.timeWait.nanoseconds > 0 { add(end.timeWait, role) }
    switch end.closeWait {
    case .never: break
    case .left: closeWaitsLeft += 1
    case .remains:
      add(
        UnclosedEnd(
          stay: end.unclosed, frame: end.unclosedFrame, flow: flow.number,
          service: UnclosedEnd.Service(role: role, port: flow.server.port)))
      closeWaitFlows.add(flow.number)
    }
    self.isSelected = self.isSelected || isSelected
    if flow.resetBy == role { add(reset: flow.resetTime, in: flow.number, isSelected) }
    ends += 1
    if role == .client, let outcome = flow.probe { add(outcome, flow) }
  }

  @inline(never)
  private mutating func add(_ outcome: PortProbes.Outcome, _ flow: FlowDigest) {
    if probing.isEmpty { probing.append(PortProbes()) }
    probing[0].add(outcome, flow)
  }

  /// What it tried without sending data.
  var probes: PortProbes { probing.first ?? PortProbes() }

  /// Whether it searched for open ports, and did little else.
  func isScanner(_ thresholds: Thresholds) -> Bool {
    guard let probes = probing.first, probes.count >= ends - probes.count else { return false }
    return probes.isScan(least: max(1, thresholds.scannedPorts))
  }

  private mutating func add(_ waited: EndpointDigest.Stay, _ role: EndpointRole) {
    timeWaits += 1
    if role == .client { clientTimeWaits += 1 }
    timeWait.add(from: waited.since, nanoseconds: waited.nanoseconds)
  }

  private mutating func add(_ unclosed: UnclosedEnd) {
    closeWaits += 1
    if unclosed.frame > 0 { closeWaitFrame = min(unclosed.frame, closeWaitFrame ?? unclosed.frame) }
    keep(unclosed)
  }

  private mutating func keep(_ unclosed: UnclosedEnd) {
    var index = closeWaitsKept.count
    while index > 0, unclosed < closeWaitsKept[index - 1] { index -= 1 }
    guard index < Self.maximumTimes else { return }
    closeWaitsKept.insert(unclosed, at: index)
    if closeWaitsKept.count > Self.maximumTimes { closeWaitsKept.removeLast() }
  }

  /// CLOSE_WAITs whose times found no room.
  var closeWaitsOmitted: Int { closeWaits - closeWaitsKept.count }

  /// Takes in a RST that it sent.
  @inline(never)
  mutating func add(reset time: Timestamp, in flow: Int, _ isSelected: Bool) {
    self.isSelected = self.isSelected || isSelected
    resets.add(time)
    resetFlows.add(flow)
  }
}

/// An end that never left CLOSE_WAIT, and the service whose connection it was.
struct UnclosedEnd: Sendable, Equatable {
  let stay: EndpointDigest.Stay
  /// The packet that led to it; 0 where none is known.
  let frame: UInt64
  let flow: Int
  let service: Service

  struct Service: Sendable, Hashable {
    /// The end's.
    let role: EndpointRole
    /// The listener's.
    let port: UInt16
  }

  fileprivate static func < (left: Self, right: Self) -> Bool {
    (left.stay.since, left.stay.nanoseconds, left.flow) < (right.stay.since, right.stay.nanoseconds, right.flow)
  }
}

extension HostStatistics: AddressKept {
  static let hotBytes = 88

  init(like other: HostStatistics) { self.init(other.host) }

  /// Takes in what other flows showed of the same host.
  public mutating func merge(_ other: HostStatistics) {
    isSelected = isSelected || other.isSelected
    ends += other.ends
    timeWaits += other.timeWaits
    clientTimeWaits += other.clientTimeWaits
    closeWaitsLeft += other.closeWaitsLeft
    timeWait.merge(other.timeWait)
    resets.merge(other.resets)
    for stay in other.closeWaitsKept { keep(stay) }
    closeWaits += other.closeWaits
    if let frame = other.closeWaitFrame { closeWaitFrame = min(frame, closeWaitFrame ?? frame) }
    closeWaitFlows.merge(other.closeWaitFlows)
    resetFlows.merge(other.resetFlows)
    guard let theirs = other.probing.first else { return }
    if probing.isEmpty { probing.append(theirs) } else { probing[0].merge(theirs) }
  }

  /// Whether a rule may ever speak of it. One attempt that came to nothing is what each address of a flood shows.
  var isNoteworthy: Bool { resets.peak > 0 || timeWaits > 0 || closeWaits > 0 || probes.count > 1 }

  var count: Int { ends }

  var address: SocketAddress {
    @inline(__always) get { SocketAddress(address: host, port: 0) }
  }

  /// Asks for what lies elsewhere. `mutating`, as what is only read is copied in practice.
  @inline(__always)
  mutating func prefetchRest() { timeWait.prefetch() }
}
