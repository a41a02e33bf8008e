import PacketDecoding

/// A time without a packet, in 32 bytes, for many connections have one or a few.
///
/// One that only ended in more data, or an ACK, is worth a word where something comes of it; any other is told of.
struct Pause: Sendable {
  /// So many are kept without ``Extras``.
  static let most: UInt8 = 7

  /// When it ended, in nanoseconds, and how long it was.
  let end: Int64
  let length: Int64
  /// From the lowest bit: who ended it 1, the two states 4 each, whether by a FIN 1, the frame.
  private let packed: UInt64
  /// The one before it, in its slab.
  var earlier = Slab<Pause>.none
  /// How many there are up to this one.
  var count: UInt8 = 1
  /// It is told of, whatever comes.
  var isTold = false
  /// From the last payload to the last packet before it: in milliseconds, or in seconds where ``inSeconds`` is set.
  private var lead = Pause.noPayload

  /// - Parameter payload: when payload passed last; nil before any, and after a FIN or RST.
  init(
    ended segment: Segment, by side: Side, after last: Int64, payload: Int64?, _ senderState: TCPState?,
    _ receiverState: TCPState?
  ) {
    end = segment.time.nanoseconds
    length = segment.time.nanoseconds(since: Timestamp(nanoseconds: last))
    packed =
      UInt64(side.rawValue) | Self.code(senderState) << 1 | Self.code(receiverState) << 5
      | (segment.flags.contains(.fin) ? Self.finBit : 0) | segment.frame << 10
    if let payload { lead = Self.packed(max(0, last.subtractingReportingOverflow(payload).partialValue)) }
  }

  private static let noPayload = UInt16.max
  private static let inSeconds: UInt16 = 1 << 15

  private static func packed(_ nanoseconds: Int64) -> UInt16 {
    let milliseconds = nanoseconds / 1_000_000
    if milliseconds < Int64(inSeconds) { return UInt16(milliseconds) }
    return UInt16(min(milliseconds / 1000, Int64(inSeconds) - 2)) | inSeconds
  }

  /// From the last payload to its end, in nanoseconds; nil where none is known.
  var sincePayload: Int64? {
    guard lead != Self.noPayload else { return nil }
    let unit: Int64 = lead & Self.inSeconds == 0 ? 1_000_000 : 1_000_000_000
    return length &+ Int64(lead & ~Self.inSeconds) &* unit
  }

  private static let finBit: UInt64 = 1 << 9

  var side: Side { Side(isHigh: packed & 1 != 0) }

  private static func code(_ state: TCPState?) -> UInt64 { UInt64(TCPState.code(of: state)) }
  private static func state(_ code: UInt64) -> TCPState? { TCPState(code: UInt8(truncatingIfNeeded: code & 15)) }

  func observation(by sender: EndpointRole) -> Observation {
    let moment = PacketStamp(time: Timestamp(nanoseconds: end), frame: packed >> 10)
    var observation = Observation(kind: .silence, sender: sender, first: moment)
    observation.delay = length
    observation.distance = Observation.idle(sincePayload ?? 0)
    observation.senderState = Self.state(packed >> 1)
    observation.receiverState = Self.state(packed >> 5)
    if packed & Self.finBit != 0 { observation.circumstances.insert(.endedByFIN) }
    return observation
  }
}
