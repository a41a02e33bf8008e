public import PacketDecoding

/// Segments on their way to the tracker, a few at a time.
///
/// Following one segment is mostly waiting for memory: with a million flows open, neither the place in the index nor
/// the record is in any cache. The records of a whole batch are asked for before the first of its segments is followed,
/// so that the waits overlap. What comes of it is the same.
///
/// ```swift
/// let kind = decoder.decode(bytes, info, into: &batch.next)
/// if case .segment = kind { batch.add(decodedFrom: bytes) }
/// if batch.isFull { tracker.observe(&batch, into: &events) }
/// ```
public struct SegmentBatch: ~Copyable, Sendable {
  static let capacity = 32

  /// Where the next segment goes; ``add(decodedFrom:)`` makes it part of the batch.
  @inlinable
  public var next: Segment {
    _read { yield segments[count] }
    _modify { yield &segments[count] }
  }

  @usableFromInline private(set) var count = 0
  @usableFromInline private(set) var segments: [Segment]
  private(set) var samples: [PayloadSample]

  public init() {
    let nobody = SocketAddress(address: IPAddress(v4: 0), port: 0)
    let empty = Segment(
      time: Timestamp(nanoseconds: 0), frame: 0, source: nobody, destination: nobody, sequence: SequenceNumber(0),
      flags: [])
    segments = Array(repeating: empty, count: Self.capacity)
    samples = Array(repeating: PayloadSample(), count: Self.capacity)
  }

  public var isEmpty: Bool { count == 0 }
  public var isFull: Bool { count == Self.capacity }

  /// Takes what was decoded into ``next``; a full batch must be observed first. A segment whose checksum is wrong is not
  /// for batches: the tracker takes it alone.
  ///
  /// - Parameter bytes: the packet. Its payload is only looked at: streams are not put together from batches. A segment
  ///   put together from fragments has its payload elsewhere, and is to be observed by itself.
  public mutating func add(decodedFrom bytes: Span<UInt8>) {
    samples[count] = PayloadSample(segments[count], in: bytes)
    count += 1
  }

  mutating func removeAll() { count = 0 }
}
