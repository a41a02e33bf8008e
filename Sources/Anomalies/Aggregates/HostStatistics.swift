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

  mutating func add(_ flow: Flow, _ end: EndpointRole, _ isSelected: Bool) {
    self.isSelected = self.isSelected || isSelected
    ends += 1
    let duration = flow[end].nanosecondsInState[Int(TCPState.timeWait.rawValue)]
    if duration > 0, let entry = flow.lastEntry(of: end, to: .timeWait) {
      timeWaits += 1
      if end == .client { clientTimeWaits += 1 }
      timeWait.add(from: entry.time, nanoseconds: duration)
    }
    for notice in flow.notices where notice.kind == .reset && notice.sender == end {
      resets.add(notice.first.time)
    }
    addCloseWait(flow, end)
  }

  private mutating func addCloseWait(_ flow: Flow, _ end: EndpointRole) {
    let time = flow[end].nanosecondsInState[Int(TCPState.closeWait.rawValue)]
    guard time > 0, !(flow[end].state == .closeWait && flow[end].isPresumed) else { return }
    guard flow[end].state == .closeWait, let since = flow[end].stateSince else {
      closeWaitsLeft += 1
      return
    }
    closeWaits += 1
    if closeWaitFrame == nil {
      closeWaitFrame = flow.lastEntry(of: end, to: .closeWait)?.frame
    }
    if closeWaitsKept.count < Self.maximumTimes { closeWaitsKept.append((since, time)) }
  }
}
