import PacketDecoding

/// A pause of a connection that only ended in more data, or an ACK: worth a word where something comes of it. In 24
/// bytes, for many connections have one.
struct Pause: Sendable {
  /// When it ended, in nanoseconds, and how long it was.
  let end: Int64
  let length: Int64
  /// From the lowest bit: who ended it 1, the two states 4 each, the frame.
  private let packed: UInt64

  init(
    ended segment: Segment, by side: Side, after last: Int64, _ senderState: TCPState?, _ receiverState: TCPState?
  ) {
    end = segment.time.nanoseconds
    length = segment.time.nanoseconds(since: Timestamp(nanoseconds: last))
    packed =
      UInt64(side.rawValue) | Self.code(senderState) << 1 | Self.code(receiverState) << 5
      | segment.frame << 9
  }

  var side: Side { Side(isHigh: packed & 1 != 0) }

  private static func code(_ state: TCPState?) -> UInt64 { UInt64(TCPState.code(of: state)) }
  private static func state(_ code: UInt64) -> TCPState? { TCPState(code: UInt8(truncatingIfNeeded: code & 15)) }

  func observation(by sender: EndpointRole) -> Observation {
    let moment = PacketStamp(time: Timestamp(nanoseconds: end), frame: packed >> 9)
    var observation = Observation(kind: .silence, sender: sender, first: moment)
    observation.delay = length
    observation.senderState = Self.state(packed >> 1)
    observation.receiverState = Self.state(packed >> 5)
    return observation
  }
}
