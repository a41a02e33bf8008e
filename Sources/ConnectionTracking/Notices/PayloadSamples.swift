import BasicContainers
import PacketDecoding

/// A few bytes of the payload that passed last, so that a repeat with another content is known as such.
///
/// A direct-mapped table: a busy capture overwrites old entries, and the bytes between the samples are not compared. So
/// a difference is sure, and its absence is not.
struct PayloadSamples: ~Copyable, Sendable {
  struct Entry: Sendable {
    var key: UInt64 = 0
    var sample = PayloadSample()

    /// Has another content of the same place and length.
    @inline(__always)
    func differs(from other: PayloadSample, _ key: UInt64) -> Bool {
      self.key == key && sample.length == other.length && sample.sum != other.sum
    }
  }

  private static let bits: UInt64 = 12

  private var entries = RigidArray<Entry>(repeating: Entry(), count: 1 << Int(bits))

  /// Remembers a segment's payload, and says whether it contradicts the one that passed before at its place.
  ///
  /// - Parameter isRepeat: its sequence number lies below what had passed.
  mutating func contradicts(
    _ segment: Segment, _ sample: PayloadSample, of flow: Int, from side: Int, isRepeat: Bool
  ) -> Bool {
    let key = Self.key(segment, flow, side)
    let index = Int(truncatingIfNeeded: key >> (64 - Self.bits))
    // What is overwritten is only looked at for a repeat: it lies far from any cache, and nothing has to wait for it.
    let differs = isRepeat && entries[index].differs(from: sample, key)
    entries[index] = Entry(key: key, sample: sample)
    return differs
  }

  @inline(__always)
  private static func key(_ segment: Segment, _ flow: Int, _ side: Int) -> UInt64 {
    let who = UInt64(truncatingIfNeeded: flow) << 1 | UInt64(truncatingIfNeeded: side)
    let mixed = (who &* 0x9E37_79B9_7F4A_7C15 ^ UInt64(segment.sequence.rawValue)) &* 0xBF58_476D_1CE4_E5B9
    return mixed ^ (mixed >> 31)
  }
}

/// What is remembered of one payload: its length, and a sum over some of its bytes.
struct PayloadSample: Sendable {
  /// 0 where there is none, or where not all of it was captured.
  private(set) var length: UInt32 = 0
  private(set) var sum: UInt64 = 0

  init() {}

  init(_ segment: Segment, _ payload: Span<UInt8>) {
    guard segment.wirePayloadLength > 0, payload.count == segment.wirePayloadLength else { return }
    length = UInt32(truncatingIfNeeded: payload.count)
    sum = Self.sum(payload)
  }

  /// - Parameter bytes: the packet that `segment` was decoded from.
  @inline(__always)
  init(_ segment: Segment, in bytes: Span<UInt8>) {
    let range = segment.payload
    guard segment.wirePayloadLength > 0, range.count == segment.wirePayloadLength, range.upperBound <= bytes.count
    else { return }
    length = UInt32(truncatingIfNeeded: range.count)
    sum = Self.sum(bytes.extracting(range))
  }

  /// Over the first eight bytes, eight in the middle and the last eight; over all where there are fewer.
  @inline(__always)
  private static func sum(_ payload: Span<UInt8>) -> UInt64 {
    guard payload.count >= 8 else { return shortSum(payload) }
    let middle = (payload.count &- 8) / 2
    let first = payload.extracting(first: 8).bigEndian64(at: 0) &* 0x9E37_79B9_7F4A_7C15
    let second = (first ^ payload.extracting(middle..<middle &+ 8).bigEndian64(at: 0)) &* 0xBF58_476D_1CE4_E5B9
    return (second ^ second >> 31 ^ payload.extracting(last: 8).bigEndian64(at: 0)) &* 0x94D0_49BB_1331_11EB
  }

  private static func shortSum(_ payload: Span<UInt8>) -> UInt64 {
    var sum: UInt64 = 0
    for index in payload.indices { sum = sum << 8 | UInt64(payload[index]) }
    return sum
  }
}
