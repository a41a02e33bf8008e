/// A threshold by its name on command lines and in policy files.
public struct ThresholdName: Sendable {
  /// Kebab-case; permanent.
  public let name: String
  private let value: Value

  private enum Value: Sendable {
    case duration(any WritableKeyPath<Thresholds, Int64> & Sendable)
    case number(any WritableKeyPath<Thresholds, Int> & Sendable)
  }

  private init(_ name: String, _ value: Value) {
    self.name = name
    self.value = value
  }

  /// Every threshold, those of flows first.
  public static let all: [ThresholdName] = [
    ThresholdName("unanswered-syns", .number(\.unansweredSYNs)),
    ThresholdName("unanswered-syn-time", .duration(\.unansweredSYNTime)),
    ThresholdName("syn-received", .duration(\.synReceived)),
    ThresholdName("close-wait", .duration(\.closeWait)),
    ThresholdName("fin-wait-1", .duration(\.finWait1)),
    ThresholdName("fin-wait-2", .duration(\.finWait2)),
    ThresholdName("last-ack", .duration(\.lastAck)),
    ThresholdName("closing", .duration(\.closing)),
    ThresholdName("zero-window", .duration(\.zeroWindow)),
    ThresholdName("idle", .duration(\.idle)),
    ThresholdName("middlebox-idle", .duration(\.middleboxIdle)),
    ThresholdName("blackout-segments", .number(\.blackoutSegments)),
    ThresholdName("blackout-time", .duration(\.blackoutTime)),
    ThresholdName("unanswered-probes", .number(\.unansweredProbes)),
    ThresholdName("keepalive-interval", .duration(\.keepAliveInterval)),
    ThresholdName("ttl-tolerance", .number(\.timeToLiveTolerance)),
    ThresholdName("race", .duration(\.race)),
    ThresholdName("duplicates-permille", .number(\.duplicates)),
    ThresholdName("capture-loss-permille", .number(\.captureLoss)),
    ThresholdName("syns-per-second", .number(\.synFlood)),
    ThresholdName("resets-per-second", .number(\.resetStorm)),
    ThresholdName("scanned-ports", .number(\.scannedPorts)),
    ThresholdName("reset-percent", .number(\.resetRate)),
    ThresholdName("half-close-percent", .number(\.halfClose)),
    ThresholdName("rate-sample", .number(\.rateSample)),
    ThresholdName("accept-queue-flows", .number(\.acceptQueueFlows)),
    ThresholdName("close-wait-flows", .number(\.closeWaitFlows)),
    ThresholdName("close-wait-growth", .duration(\.closeWaitGrowth)),
    ThresholdName("time-waits", .number(\.timeWait)),
    ThresholdName("ephemeral-ports", .number(\.ephemeralPorts)),
  ]

  public static func named(_ name: String) -> ThresholdName? { all.first { $0.name == name } }

  /// Sets the threshold to `text`: a number, or a duration with its unit (`500ms`, `30s`, `5m`, `1h`).
  ///
  /// - Returns: false where `text` is no such value.
  public func set(_ text: some StringProtocol, in thresholds: inout Thresholds) -> Bool {
    switch value {
    case .number(let path):
      guard let number = Int(text), number >= 0 else { return false }
      thresholds[keyPath: path] = number
    case .duration(let path):
      guard let nanoseconds = Self.nanoseconds(text) else { return false }
      thresholds[keyPath: path] = nanoseconds
    }
    return true
  }

  /// As ``set(_:in:)`` takes it.
  public func text(in thresholds: Thresholds) -> String {
    switch value {
    case .number(let path): "\(thresholds[keyPath: path])"
    case .duration(let path): Self.text(thresholds[keyPath: path])
    }
  }

  private static let units: [(suffix: String, nanoseconds: Int64)] = [
    ("ms", 1_000_000), ("s", 1_000_000_000), ("m", 60_000_000_000), ("h", 3_600_000_000_000),
  ]

  private static func nanoseconds(_ text: some StringProtocol) -> Int64? {
    guard let unit = units.first(where: { text.hasSuffix($0.suffix) }),
      let number = Int64(text.dropLast(unit.suffix.count)), number >= 0
    else { return nil }
    let (result, overflow) = number.multipliedReportingOverflow(by: unit.nanoseconds)
    return overflow ? nil : result
  }

  private static func text(_ nanoseconds: Int64) -> String {
    let unit = units.dropLast(2).last { nanoseconds % $0.nanoseconds == 0 } ?? units[0]
    return "\(nanoseconds / unit.nanoseconds)\(unit.suffix)"
  }
}
