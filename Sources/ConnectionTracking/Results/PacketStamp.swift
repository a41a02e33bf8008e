public import PacketDecoding

/// A packet's time and number.
public struct PacketStamp: Sendable, Hashable {
  public var time: Timestamp
  public var frame: UInt64

  @inlinable
  public init(time: Timestamp, frame: UInt64) {
    self.time = time
    self.frame = frame
  }
}

extension PacketStamp {
  @inline(__always)
  init(_ segment: Segment) { self.init(time: segment.time, frame: segment.frame) }
}
