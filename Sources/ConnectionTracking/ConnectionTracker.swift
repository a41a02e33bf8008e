public import PacketDecoding

/// Follows every TCP flow of an input and infers the state of both its ends.
///
/// Sans-IO: it is fed segments in time order and speaks in ``TrackerEvent``s. Time moves only with the input.
public struct ConnectionTracker: ~Copyable, Sendable {
  public init(_ configuration: TrackerConfiguration = .init()) {}

  /// Takes one segment.
  ///
  /// - Parameters:
  ///   - payload: the captured payload bytes; they may be empty when streams are not reassembled.
  ///   - events: what came of it is appended here.
  public mutating func observe(_ segment: Segment, payload: Span<UInt8>, into events: inout [TrackerEvent]) {}

  /// Lets time pass without a segment, so that timers end.
  public mutating func advance(to time: Timestamp, into events: inout [TrackerEvent]) {}

  /// Ends the input: every flow still held is reported, in order of its number.
  public consuming func finish(into events: inout [TrackerEvent]) {}
}
