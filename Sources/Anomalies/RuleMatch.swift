public import ConnectionTracking
public import PacketDecoding

/// What a rule saw: a ``Finding`` without what the rule says every time.
///
/// Its message is only put together where somebody asks for it: rules write it down in place all the same.
public struct RuleMatch: Sendable {
  public var endpoint: EndpointRole?
  public var time: Timestamp
  public var frames: [UInt64]
  public var confidence: Confidence
  public var message: @Sendable () -> String
  /// nil: the rule's own.
  public var severity: Severity?
  public var advice: String?
  public var fields: [Finding.Field] = []

  public init(
    _ endpoint: EndpointRole?, at time: Timestamp, frames: [UInt64], _ confidence: Confidence,
    _ message: @escaping @autoclosure @Sendable () -> String
  ) {
    self.endpoint = endpoint
    self.time = time
    self.frames = frames
    self.confidence = confidence
    self.message = message
  }

  /// What an endpoint's own packets show.
  public init(
    _ endpoint: EndpointRole?, at time: Timestamp, frames: [UInt64],
    _ message: @escaping @autoclosure @Sendable () -> String
  ) {
    self.init(endpoint, at: time, frames: frames, .certain, message())
  }

  public init(
    _ endpoint: EndpointRole?, _ observation: Observation, _ message: @escaping @autoclosure @Sendable () -> String
  ) {
    self.init(endpoint, observation, .certain, message())
  }

  /// What the first packet of `observation` shows, and its last.
  public init(
    _ endpoint: EndpointRole?, _ observation: Observation, _ confidence: Confidence,
    _ message: @escaping @autoclosure @Sendable () -> String
  ) {
    let isOne = observation.last.frame == observation.first.frame
    self.init(
      endpoint, at: observation.first.time,
      frames: isOne ? [observation.first.frame] : [observation.first.frame, observation.last.frame], confidence,
      message())
  }

  /// What a transition shows; a timer has no packet.
  public init(
    _ entry: Transition, _ confidence: Confidence, _ message: @escaping @autoclosure @Sendable () -> String
  ) {
    self.init(entry.endpoint, at: entry.time, frames: entry.frame.map { [$0] } ?? [], confidence, message())
  }

  /// The same with another packet that shows it.
  public func and(_ frame: UInt64?) -> RuleMatch {
    guard let frame, !frames.contains(frame) else { return self }
    var copy = self
    copy.frames = (frames + [frame]).sorted()
    return copy
  }

  public func with(_ name: String, _ value: Int) -> RuleMatch { with(name, .integer(value)) }
  public func with(_ name: String, seconds value: Int64) -> RuleMatch { with(name, .duration(value)) }
  public func with(_ name: String, _ value: String) -> RuleMatch { with(name, .text(value)) }
  public func with(_ name: String, _ values: [Int]) -> RuleMatch { with(name, .integers(values)) }

  public func but(_ severity: Severity) -> RuleMatch {
    var copy = self
    copy.severity = severity
    return copy
  }

  public func advising(_ advice: String) -> RuleMatch {
    var copy = self
    copy.advice = advice
    return copy
  }

  private func with(_ name: String, _ value: Finding.FieldValue) -> RuleMatch {
    var copy = self
    copy.fields.append(Finding.Field(name, value))
    return copy
  }
}
