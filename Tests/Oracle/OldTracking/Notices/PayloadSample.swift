import PacketDecoding

/// What is remembered of one payload: its length, and a sum over some of its bytes. A difference is sure, its absence is
/// not.
struct PayloadSample: Sendable {
  /// 0 where there is none, where not all of it was captured, and where it is too long to be remembered.
  private(set) var length: UInt16 = 0
  private(set) var sum: UInt16 = 0

  /// Whether both are of as much payload, and of another content.
  func contradicts(_ other: PayloadSample) -> Bool { length > 0 && length == other.length && sum != other.sum }

  init() {}

  init(_ segment: Segment, _ payload: Span<UInt8>) {
    guard segment.wirePayloadLength > 0, payload.count == segment.wirePayloadLength else { return }
    length = UInt16(exactly: payload.count) ?? 0
    sum = Self.sum(payload)
  }

  /// - Parameter bytes: the packet that `segment` was decoded from.
  @inline(__always)
  init(_ segment: Segment, in bytes: Span<UInt8>) {
    let range = segment.payload
    guard segment.wirePayloadLength > 0, range.count == segment.wirePayloadLength, range.upperBound <= bytes.count
    else { return }
    length = UInt16(exactly: range.count) ?? 0
    sum = Self.sum(bytes.extracting(range))
  }

  /// Over the first eight bytes, eight in the middle and the last eight; over all where there are fewer.
  @inline(__always)
  private static func sum(_ payload: Span<UInt8>) -> UInt16 {
    guard payload.count >= 8 else { return folded(shortSum(payload)) }
    let middle = (payload.count &- 8) / 2
    let first = payload.extracting(first: 8).bigEndian64(at: 0) &* 0x9E37_79B9_7F4A_7C15
    let second = (first ^ payload.extracting(middle..<middle &+ 8).bigEndian64(at: 0)) &* 0xBF58_476D_1CE4_E5B9
    return folded((second ^ second >> 31 ^ payload.extracting(last: 8).bigEndian64(at: 0)) &* 0x94D0_49BB_1331_11EB)
  }

  private static func shortSum(_ payload: Span<UInt8>) -> UInt64 {
    var sum: UInt64 = 0
    for index in payload.indices { sum = sum << 8 | UInt64(payload[index]) }
    return sum &* 0x9E37_79B9_7F4A_7C15
  }

  @inline(__always)
  private static func folded(_ sum: UInt64) -> UInt16 { UInt16(truncatingIfNeeded: sum >> 48 ^ sum >> 16) }
}
