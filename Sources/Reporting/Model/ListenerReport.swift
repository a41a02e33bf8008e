public import Anomalies
public import PacketDecoding

/// What became of the connections to one listener.
public struct ListenerReport: Sendable, Equatable {
  public var listener: SocketAddress
  public var attempts = 0
  public var established = 0
  public var refused = 0
  public var unanswered = 0
  public var resetByClient = 0
  public var resetByServer = 0
  /// Connections that look as if the accept queue had been full.
  public var acceptQueueSigns = 0
  /// Connections that the server left in CLOSE_WAIT.
  public var closeWaits = 0
  /// Connections whose SYN had to be repeated.
  public var retried = 0
  /// nil where no SYN-ACK was seen.
  public var answerDelay: AnswerDelay?

  /// From the SYN to the SYN-ACK, in nanoseconds.
  public struct AnswerDelay: Sendable, Equatable {
    public var median: Int64 = 0
    public var longest: Int64 = 0
    public var answers = 0
    /// Answers that took a second or more.
    public var slow = 0

    public init() {}
  }

  public init(_ listener: SocketAddress) { self.listener = listener }

  public init(_ statistics: ListenerStatistics) {
    listener = statistics.listener
    attempts = statistics.attempts
    established = statistics.established
    refused = statistics.refused
    unanswered = statistics.unanswered
    resetByClient = statistics.resetByClient
    resetByServer = statistics.resetByServer
    acceptQueueSigns = statistics.acceptQueueSigns
    closeWaits = statistics.closeWaits
    retried = statistics.retried
    guard statistics.answerDelay.count > 0 else { return }
    var delay = AnswerDelay()
    delay.median = statistics.answerDelay.percentile(0.5)
    delay.longest = statistics.answerDelay.longest
    delay.answers = statistics.answerDelay.count
    delay.slow = statistics.slowAnswers
    answerDelay = delay
  }
}
