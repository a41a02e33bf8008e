/// How much a finding matters.
public enum Severity: UInt8, Sendable, Hashable, Comparable, CaseIterable {
  /// A path with a name, not a fault.
  case info
  /// Worth a look.
  case notice
  /// Likely a fault, or waste.
  case warning
  /// A connection failed or data was lost.
  case error

  public var word: String {
    switch self {
    case .info: "info"
    case .notice: "notice"
    case .warning: "warning"
    case .error: "error"
    }
  }

  public init?(word: String) {
    guard let severity = Self.allCases.first(where: { $0.word == word }) else { return nil }
    self = severity
  }

  public static func < (left: Severity, right: Severity) -> Bool { left.rawValue < right.rawValue }
}

/// What a finding rests on.
public enum Confidence: String, Sendable, Hashable, CaseIterable {
  /// Segments of the endpoint itself show it.
  case certain
  /// It was presumed, and a later segment proved it.
  case confirmed
  /// Segments passed that lead to it; whether they arrived, nothing shows.
  case presumed
  /// Only time passed.
  case timer
}
