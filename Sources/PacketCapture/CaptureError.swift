/// Why a capture cannot be opened, read on or written.
public struct CaptureError: Error, Sendable, Equatable, CustomStringConvertible {
  public enum Problem: Sendable, Equatable {
    /// There is no such file, or it is none that could be read (a directory).
    case noSuchInput
    /// The file is there, but it is no capture that libpcap reads.
    case notACapture
    /// A capture, but of a link layer in which no TCP can be found.
    case unsupportedLinkType
    /// The capture ends inside a packet or holds one that cannot be; what came before it was read.
    case damaged
    /// The system does not let this user open the file or interface.
    case noPermission
    /// libpcap does not compile the filter.
    case badFilter
    case noSuchInterface
    /// The system failed to read or write.
    case io
  }
  public var problem: Problem
  /// One sentence: what, where, what to do.
  public var message: String

  public var description: String { message }

  public init(_ problem: Problem, _ message: String) {
    self.problem = problem
    self.message = message
  }
}
