import PacketDecoding

/// A few bytes of the payload that passed last, so that a repeat with another content is known as such.
///
/// A direct-mapped table: a busy capture overwrites old entries, and the bytes between the samples are not compared. So
/// a difference is sure, and its absence is not.
struct PayloadSamples: Sendable {
  private struct Entry: Sendable {
    var key: UInt64 = 0
    var sample = PayloadSample()
  }

  private static let bits: UInt64 = 12

  private var entries = [Entry](repeating: Entry(), count: 1 << Int(bits))

  /// Remembers a segment's payload, and says whether it contradicts the one that passed before at its place.
  ///
  /// - Parameter isRepeat: its sequence number lies below what had passed.
  mutating func contradicts(
    _ segment: Segment, _ sample: PayloadSample, of flow: Int, from side: Int, isRepeat: Bool
  ) -> Bool {
    let key = Self.key(segment, flow, side)
    let index = Int(truncatingIfNeeded: key >> (64 - Self.bits))
    let earlier = entries[index]
    entries[index] = Entry(key: key, sample: sample)
    return isRepeat && earlier.key == key && earlier.sample.length == sample.length
      && earlier.sample.sum != sample.sum
  }

  @inline(__always)
  private static func key(_ segment: Segment, _ flow: Int, _ side: Int) -> UInt64 {
    let who = UInt64(truncatingIfNeeded: flow) << 1 | UInt64(truncatingIfNeeded: side)
    let mixed = (who &* 0x9E37_79B9_7F4A_7C15 ^ UInt64(segment.sequence.rawValue)) &* 0xBF58_476D_1CE4_E5B9
    return mixed ^ (mixed >> 31)
  }
}

/// What is remembered of one payload.
struct PayloadSample: Sendable {
  private(set) var length: UInt32 = 0
  private(set) var sum: UInt64 = 0

  fileprivate init() {}

  /// nil where the segment has no payload, or not all of it was captured.
  init?(_ segment: Segment, _ payload: Span<UInt8>) {
    guard segment.wirePayloadLength > 0, payload.count == segment.wirePayloadLength else { return nil }
    length = UInt32(truncatingIfNeeded: payload.count)
    sum = Self.sum(payload)
  }

  private static let count = 16

  /// The first and the last byte, and others evenly between them.
  @inline(__always)
  private static func sum(_ payload: Span<UInt8>) -> UInt64 {
    let last = payload.count &- 1
    guard last > 0 else { return last < 0 ? 0 : UInt64(payload[0]) }
    var sum: UInt64 = 0
    for step in 0..<count {
      let byte = payload[last &* step / (count &- 1)]
      sum = (sum &+ UInt64(byte)) &* 0x100_0000_01B3
    }
    return sum
  }
}
