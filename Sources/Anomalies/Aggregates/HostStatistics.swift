import ConnectionTracking
public import PacketDecoding

/// What piles up at one host.
public struct HostStatistics: Sendable {
  public let host: IPAddress
  /// Whether one of its flows was asked for.
  private(set) var isSelected = false
  /// Ends of connections that it had.
  public private(set) var ends = 0
  /// TIME_WAITs over time, as the wire and the stack's 2MSL let them be estimated.
  public private(set) var timeWait = ConcurrencyMeter()
  /// How many of them were client ends: each holds a port.
  public private(set) var clientTimeWaits = 0
  public private(set) var timeWaits = 0
  /// RSTs a second.
  public private(set) var resets = RateMeter()
  /// When each end entered CLOSE_WAIT, for certain, that never left it, and how long it was there: the first 1024.
  private(set) var closeWaitsKept: [(since: Timestamp, nanoseconds: Int64)] = []
  public var closeWaitSince: [Timestamp] { closeWaitsKept.map(\.since) }
  public private(set) var closeWaits = 0
  /// Ends that were in CLOSE_WAIT and left it.
  public private(set) var closeWaitsLeft = 0
  /// The packet that shows the first one.
  public private(set) var closeWaitFrame: UInt64?

  private static let maximumTimes = 1024

  init(_ host: IPAddress) { self.host = host }

  /// - Parameter notices: of the flow.
  mutating func add(_ flow: FlowDigest, _ notices: [FlowNotice], _ role: EndpointRole, _ isSelected: Bool) {
    let end = flow[role]
    self.isSelected = self.isSelected || isSelected
    ends += 1
    if let waited = end.timeWait {
      timeWaits += 1
      if role == .client { clientTimeWaits += 1 }
      timeWait.add(from: waited.since, nanoseconds: waited.nanoseconds)
    }
    for notice in notices where notice.kind == .reset && notice.sender == role { resets.add(notice.first.time) }
    add(end.closeWait)
  }

  private mutating func add(_ closeWait: EndpointDigest.CloseWait) {
    switch closeWait {
    case .never: break
    case .left: closeWaitsLeft += 1
    case .remains(let since, let frame, let nanoseconds):
      closeWaits += 1
      if closeWaitFrame == nil { closeWaitFrame = frame }
      if closeWaitsKept.count < Self.maximumTimes { closeWaitsKept.append((since, nanoseconds)) }
    }
  }
}
