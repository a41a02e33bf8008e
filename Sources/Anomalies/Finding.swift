public import ConnectionTracking
public import PacketDecoding

/// One anomaly: what, where, since when, how sure, and what to do about it.
public struct Finding: Sendable, Equatable {
  /// The rule's name: permanent.
  public var id: String { didSet { place = .max } }
  public var severity: Severity
  /// The end it is about; nil where it is about both, or about no flow.
  public var endpoint: EndpointRole?
  public var time: Timestamp
  /// The packet that shows it first; nil where only time does.
  public var frame: UInt64?
  /// The packets that show it, the first one included: a few, in order.
  public var frames: [UInt64]
  public var confidence: Confidence
  /// One sentence with the numbers.
  public var message: String
  /// One sentence: what to do.
  public var advice: String
  /// What else there is to say, in a fixed order.
  public var fields: [Field]
  /// Where its rule stands in the registry; beyond its end where that is not known, as for
  /// a finding that was given another name.
  var place = Int.max

  /// One that was written down before.
  public init(
    id: String, severity: Severity, endpoint: EndpointRole?, time: Timestamp, frames: [UInt64], confidence: Confidence,
    message: String, advice: String, fields: [Field]
  ) {
    self.id = id
    self.severity = severity
    self.endpoint = endpoint
    self.time = time
    frame = frames.first
    self.frames = frames
    self.confidence = confidence
    self.message = message
    self.advice = advice
    self.fields = fields
    place = AnomalyRule.place(of: id) ?? .max
  }

  /// A named value.
  public struct Field: Sendable, Equatable {
    public var name: String
    public var value: FieldValue

    public init(_ name: String, _ value: FieldValue) {
      self.name = name
      self.value = value
    }
  }

  public enum FieldValue: Sendable, Equatable {
    case integer(Int)
    /// Nanoseconds; written as seconds.
    case duration(Int64)
    case text(String)
    /// Numbers of flows, and the like.
    case integers([Int])
  }

  /// A Wireshark display filter that selects ``frames``; nil where there are none.
  public var wiresharkFilter: String? {
    guard !frames.isEmpty else { return nil }
    return "frame.number in {" + frames.map(String.init).joined(separator: ", ") + "}"
  }
}
