/// The bounds of a tracker and the stack it assumes where only time passes.
public struct TrackerConfiguration: Sendable {
  public var stack: StackProfile = .linux
  /// Flows held at once. Where this or ``maximumMemory`` bites, the least valuable flow ends as
  /// ``Flow/EndReason/evicted``: an attempt that nobody answered, or else one that has been idle for long.
  public var maximumFlows = 1_000_000
  /// Bytes that the flows held may take, near enough: the rest of a process wants some 20 MB.
  public var maximumMemory = 1 << 30
  /// From here on a pause is worth a ``ObservationKind/silence``, in nanoseconds. Shorter ones tell little, and there are more.
  public var leastSilence: Int64 = 1_000_000_000
  /// From here on also a pause that only ends in more data, or an ACK; of those that are shorter, the last one before
  /// another observation is told of. At least ``leastSilence``.
  public var leastIdle: Int64 = 60_000_000_000
  /// For those who only count: a flow whose ``FlowDigest`` tells all that is counted may be told of by
  /// ``TrackerEvent/passed(_:)``, somewhat later, yet in the order in which flows end; and none by
  /// ``TrackerEvent/began(flow:)``. Not so one whose ``Flow/observations`` are of the opening or of the capture, or tell of data
  /// after the peer's FIN; and RSTs and timeouts only where the server had taken the connection.
  public var digestsUneventful = false
  /// Report each transition as it happens, as ``TrackerEvent/transition(flow:client:server:entry:)``.
  public var reportsTransitions = false
  /// Keep payload and report it in order as ``TrackerEvent/stream(_:)``.
  public var reassemblesStreams = false
  /// Out-of-order bytes kept per direction while streams are reassembled.
  public var maximumOutOfOrderBytes = 1 << 20

  /// Take what is predicted without the machine, which would take it just so: for tests that hold the one against the other.
  package var predictsSegments = true

  public init() {}
}
