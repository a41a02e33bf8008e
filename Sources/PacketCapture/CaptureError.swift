/// Why a capture cannot be opened or read on.
public struct CaptureError: Error, Sendable, Equatable {
  public enum Problem: Sendable, Equatable {
    case noSuchInput, notACapture, damaged, noPermission, badFilter, noSuchInterface, io
  }
  public var problem: Problem
  /// One sentence: what, where, what to do.
  public var message: String

  public init(_ problem: Problem, _ message: String) {
    self.problem = problem
    self.message = message
  }
}
