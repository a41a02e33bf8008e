import PacketDecoding

/// A pause of a flow that only ended in more data, or an ACK: worth a word where something comes of it.
struct Pause: Sendable {
  /// When it ended, in nanoseconds, and how long it was.
  let end: Int64
  let length: Int64
  let frame: UInt64
  /// Who ended it.
  let side: Int8
  let senderState: TCPState?
  let receiverState: TCPState?

  init(
    ended segment: Segment, by side: Int, after last: TimelineEntry.Moment, _ senderState: TCPState?,
    _ receiverState: TCPState?
  ) {
    end = segment.time.nanoseconds
    length = segment.time.nanoseconds(since: last.time)
    frame = segment.frame
    self.side = Int8(truncatingIfNeeded: side)
    self.senderState = senderState
    self.receiverState = receiverState
  }
}

extension Pause {
  func notice(by sender: EndpointRole) -> FlowNotice {
    let moment = TimelineEntry.Moment(time: Timestamp(nanoseconds: end), frame: frame)
    var notice = FlowNotice(kind: .silence, sender: sender, first: moment)
    notice.delay = length
    notice.senderState = senderState
    notice.receiverState = receiverState
    return notice
  }
}
