public import BasicContainers
public import PacketDecoding

/// Segments on their way to the tracker, a few at a time.
///
/// Following one segment is mostly waiting for memory: with a million flows open, neither the place in the index nor
/// the record is in any cache. They are asked for some segments before their turn, so that the waits overlap. What comes
/// of it is the same.
///
/// ```swift
/// switch decoder.decode(bytes, info, into: &batch.next) {
/// case .segment: batch.add(decodedFrom: bytes)
/// case .icmpError(let error): batch.add(.error(error))
/// default: batch.add(.time(info.time))
/// }
/// if batch.isFull { tracker.process(&batch, into: &events) }
/// ```
public struct SegmentBatch: ~Copyable, Sendable {
  /// What comes between two segments.
  public enum Aside: Sendable {
    case error(ICMPError)
    /// Time passes, by a packet that is not followed.
    case time(Timestamp)
  }

  /// Segments that it holds at most, and asides.
  public let capacity: Int
  /// Where the next segment goes; ``add(decodedFrom:)`` makes it part of the batch.
  @inlinable
  public var next: Segment {
    _read { yield segments[count] }
    _modify { yield &segments[count] }
  }

  @usableFromInline var count = 0
  /// Nobody but the batch changes them: they are handed on `inout` for their address.
  @usableFromInline var segments: RigidArray<Segment>
  /// What is remembered of the payload of those that have any.
  var samples: RigidArray<PayloadSample>
  /// Of the first ``looked`` segments.
  var lookups: RigidArray<FlowLookup>
  private var looked = 0
  private let hash = FlowHash.shared
  @usableFromInline private(set) var asides: [(place: Int, aside: Aside)] = []

  public init(capacity: Int = 32) {
    self.capacity = max(1, capacity)
    let nobody = SocketAddress(address: IPAddress(v4: 0), port: 0)
    let empty = Segment(
      time: Timestamp(nanoseconds: 0), frame: 0, source: nobody, destination: nobody, sequence: SequenceNumber(0),
      flags: [])
    segments = RigidArray(repeating: empty, count: self.capacity)
    samples = RigidArray(repeating: PayloadSample(), count: self.capacity)
    lookups = RigidArray(repeating: FlowLookup(empty, hash), count: self.capacity)
  }

  public var isEmpty: Bool { count == 0 && asides.isEmpty }
  @inlinable
  public var isFull: Bool { count == capacity || asides.count >= capacity }

  /// Takes what was decoded into ``next``; a full batch must be observed first.
  ///
  /// - Parameter bytes: the packet. Its payload is only looked at: streams are not put together from batches. A segment
  ///   put together from fragments has its payload elsewhere: ``add(payload:)``.
  @inlinable
  public mutating func add(decodedFrom bytes: Span<UInt8>) {
    if segments[count].wirePayloadLength > 0 { takeSample(in: bytes) }
    count &+= 1
  }

  @usableFromInline
  mutating func takeSample(in bytes: Span<UInt8>) { samples[count] = PayloadSample(segments[count], in: bytes) }

  /// Takes what was decoded into ``next``, whose payload is given.
  public mutating func add(payload: Span<UInt8>) {
    samples[count] = PayloadSample(segments[count], payload)
    count += 1
  }

  /// Makes the hashes of the segments that were added, all in one go. Who observes the batch does so where nobody has:
  /// on threads, it is better left to who reads.
  public mutating func look() {
    for index in looked..<count { lookups[index] = FlowLookup(segments[index], hash) }
    looked = count
  }

  /// Takes what comes after the segments so far.
  public mutating func add(_ aside: Aside) { asides.append((count, aside)) }

  mutating func removeAll() {
    count = 0
    looked = 0
    asides.removeAll(keepingCapacity: true)
  }
}
