/// Where a capture of a recording was taken.
public enum Tap: String, Sendable, Hashable, CaseIterable {
  /// At a host's own end: what it sent, lost later or not, and what reached it.
  case a, b
  /// Behind the loss: what was delivered, when it was.
  case mid

  /// The host whose own end it is.
  public var side: Side? { Side(rawValue: rawValue) }
}
