public import Anomalies
public import PacketDecoding

/// What piles up at one host.
public struct HostReport: Sendable, Equatable {
  public var host: IPAddress
  /// Ends of connections that it had.
  public var ends = 0
  public var closeWaits = 0
  /// Ends that were in CLOSE_WAIT and left it.
  public var closeWaitsLeft = 0
  /// From the first CLOSE_WAIT that was never left to the last, in nanoseconds; nil where there is none.
  public var closeWaitGrowth: Int64?
  public var timeWaits = 0
  /// How many of them were client ends.
  public var clientTimeWaits = 0
  /// The most TIME_WAITs at once.
  public var timeWaitPeak = 0
  /// The most RSTs in one second.
  public var resetPeak = 0

  public init(_ host: IPAddress) { self.host = host }

  public init(_ statistics: HostStatistics) {
    host = statistics.host
    ends = statistics.ends
    closeWaits = statistics.closeWaits
    closeWaitsLeft = statistics.closeWaitsLeft
    timeWaits = statistics.timeWaits
    clientTimeWaits = statistics.clientTimeWaits
    timeWaitPeak = statistics.timeWait.peak.count
    resetPeak = statistics.resets.peak
    let times = statistics.closeWaitSince
    guard let first = times.min(), let last = times.max() else { return }
    closeWaitGrowth = last.nanoseconds(since: first)
  }
}
