import PacketDecoding

/// What a SYN, with ACK or without, says of its sender.
struct SYNOffer: Sendable {
  // In an order that leaves no gaps.
  let sequence: SequenceNumber
  let timestampValue: UInt32
  let window: UInt16
  let maximumSegmentSize: UInt16
  let identification: UInt16
  let wireLength: UInt16
  let timeToLive: UInt8
  let windowScale: UInt8
  /// The lower half of its options' kinds.
  private let lowerKinds: UInt8

  var kinds: TCPOptions.Kinds { TCPOptions.Kinds(rawValue: UInt16(lowerKinds)) }

  /// True for a segment that says no more than this holds: no data, no cookie, and a shift as RFC 7323 §2.3 allows.
  @inline(__always)
  static func describes(_ segment: Segment) -> Bool {
    segment.wirePayloadLength == 0 && segment.options.kinds.isDisjoint(with: .fastOpen)
      && segment.options.sackBlocks.isEmpty && segment.options.windowScale <= 14
      && UInt(bitPattern: segment.wireLength) <= UInt(UInt16.max)
  }

  @inline(__always)
  init(_ segment: Segment) {
    sequence = segment.sequence
    timestampValue = segment.options.timestampValue
    window = segment.window
    maximumSegmentSize = segment.options.maximumSegmentSize
    identification = segment.identification ?? 0
    wireLength = UInt16(truncatingIfNeeded: segment.wireLength)
    timeToLive = segment.timeToLive
    windowScale = segment.options.windowScale
    lowerKinds = UInt8(truncatingIfNeeded: segment.options.kinds.rawValue)
  }
}
