/// The bounds of a tracker and the stack it assumes where only time passes.
public struct TrackerConfiguration: Sendable {
  public var stack: StackProfile = .linux
  /// Flows held at once.
  public var maximumFlows = 1_000_000
  /// Report each transition as it happens, as ``TrackerEvent/transition(flow:client:server:entry:)``.
  public var reportsTransitions = false
  /// Keep payload and report it in order as ``TrackerEvent/stream(_:)``.
  public var reassemblesStreams = false
  /// Out-of-order bytes kept per direction while streams are reassembled.
  public var maximumOutOfOrderBytes = 1 << 20

  public init() {}
}
