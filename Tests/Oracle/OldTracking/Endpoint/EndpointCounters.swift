import PacketDecoding

/// What one end sent, counted.
struct EndpointCounters: Sendable {
  var packets: UInt64 = 0
  var bytes: UInt64 = 0
  var payloadBytes: UInt64 = 0
  var distinctPayloadBytes: UInt64 = 0
  var retransmittedBytes: UInt64 = 0
  var uncapturedBytes: UInt64 = 0
  var retransmittedSegments: UInt32 = 0
  var outOfOrderSegments: UInt32 = 0
  var zeroWindows: UInt32 = 0
  /// Packets that the capture holds twice; the copies are counted here alone.
  var duplicatePackets: UInt32 = 0
  /// Segments larger than the peer's MSS: put together by the capturing host before the tap.
  var superSegments: UInt32 = 0

  mutating func count(_ segment: Segment) {
    packets &+= 1
    bytes &+= UInt64(truncatingIfNeeded: segment.wireLength)
    payloadBytes &+= UInt64(truncatingIfNeeded: segment.wirePayloadLength)
    let closesWindow = segment.window == 0 && segment.flags.isDisjoint(with: [.syn, .rst, .fin])
    if closesWindow { zeroWindows &+= 1 }
  }
}
