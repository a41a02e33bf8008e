import PacketDecoding

// What is ordinary. Whatever a check here lets pass, the long way must take without a notice but that of a pause, and
// with the transitions that BriefStory.swift tells of.

/// What an ordinary segment is to its flow.
enum BriefStep: Sendable {
  /// The client's acknowledgment of the SYN-ACK.
  case acknowledgment
  /// More data, or an ACK: no state moves.
  case plain
  /// The same, and the server's first since its SYN-ACK was acknowledged.
  case proof
  case firstFIN
  /// The acknowledgment of the first FIN alone.
  case finAcknowledgment
  case secondFIN
  case lastACK
}

extension BriefRecord {
  /// What `segment`, sent by `side`, is to the flow; nil where it is out of the ordinary. Changes nothing.
  ///
  /// - Parameter leastIdle: see ``TrackerConfiguration/leastIdle``.
  @inline(__always)
  mutating func step(for segment: inout Segment, from side: Int, _ leastIdle: Int64) -> BriefStep? {
    guard isInOrder(&segment, from: side, leastIdle) else { return nil }
    if stage == .steady, isPlain(&segment, from: side) { return .plain }
    return stepThatMoves(for: &segment, from: side)
  }

  /// The same for a segment in order that is no more data or ACK of a flow whose ends are ESTABLISHED beyond doubt.
  @inline(never)
  private mutating func stepThatMoves(for segment: inout Segment, from side: Int) -> BriefStep? {
    switch stage {
    case .answered: isHandshakeACK(&segment, from: side) ? .acknowledgment : nil
    case .acknowledged where side == clientSide: isPlain(&segment, from: side) ? .plain : nil
    case .acknowledged: isNearStart(segment) && isPlain(&segment, from: side) ? .proof : nil
    case .steady: isFirstFIN(&segment, from: side) ? .firstFIN : nil
    default: stepOfClosing(for: &segment, from: side)
    }
  }

  /// What proves the handshake is kept as a moment near its beginning.
  private func isNearStart(_ segment: Segment) -> Bool { BriefMoment(segment, since: first) != nil }

  /// True for a segment that begins where `side` left off, soon after the last one, and looks like those before it.
  @inline(__always)
  private mutating func isInOrder(_ segment: inout Segment, from side: Int, _ leastIdle: Int64) -> Bool {
    let quiet = segment.time.nanoseconds &- lastTime
    let size = ends[1 - side].maximumSegmentSize
    return segment.flags.isSubset(of: [.ack, .fin, .psh, .ece, .cwr, .ae]) && segment.flags.contains(.ack)
      && segment.sequence == ends[side].next && segment.window != 0 && quiet >= 0 && quiet < leastIdle
      && (size == 0 || segment.wirePayloadLength <= Int(size))
      && ends[side].hasUsualTimestamp(segment, since: start(of: side)) && ends[side].hasRoom(for: segment)
      && segment.frame &- first.frame <= UInt64(UInt32.max) && keepsEdge(&segment, side)
  }

  /// True where the right edge of the window does not move left.
  @inline(__always)
  private mutating func keepsEdge(_ segment: inout Segment, _ side: Int) -> Bool {
    guard let acknowledgment = segment.acknowledgment else { return true }
    return ends[side].keepsEdge(acknowledgment, segment.window, since: ends[1 - side].acknowledged)
  }

  /// True for more data, or an ACK of something new, or of nothing where nothing is on its way.
  @inline(__always)
  private mutating func isPlain(_ segment: inout Segment, from side: Int) -> Bool {
    guard !segment.flags.contains(.fin), let acknowledgment = segment.acknowledgment else { return false }
    let other = 1 - side
    let ahead = acknowledgment.distance(from: ends[other].acknowledged)
    guard ahead >= 0, acknowledgment <= ends[other].next else { return false }
    return ahead > 0 || segment.wirePayloadLength > 0 || acknowledgment == ends[other].next
  }

  /// True for the ACK that ends the client's part of the handshake: without data, and of the SYN-ACK alone.
  private mutating func isHandshakeACK(_ segment: inout Segment, from side: Int) -> Bool {
    side == clientSide && isNearStart(segment) && segment.wirePayloadLength == 0
      && segment.acknowledgment == ends[1 - side].next && isPlain(&segment, from: side)
  }

  /// True for a FIN of a sender that has received all that its peer sent.
  private mutating func isFirstFIN(_ segment: inout Segment, from side: Int) -> Bool {
    segment.flags.contains(.fin) && segment.acknowledgment == ends[1 - side].next && closingMoment(of: &segment) != nil
  }

  /// See ``PackedClosing/firstFIN``; nil where it does not fit.
  mutating func closingMoment(of segment: inout Segment) -> BriefMoment? {
    BriefMoment(
      segment, since: TimelineEntry.Moment(time: Timestamp(nanoseconds: lastTime), frame: first.frame))
  }

  /// What a segment after the first FIN is: nothing but the second FIN and the acknowledgments of both is ordinary.
  private mutating func stepOfClosing(for segment: inout Segment, from side: Int) -> BriefStep? {
    let isCloser = side == closer
    guard segment.wirePayloadLength == 0, segment.acknowledgment == ends[1 - side].next,
      BriefMoment(segment, since: last) != nil
    else { return nil }
    let isFIN = segment.flags.contains(.fin)
    switch stage {
    case .closing where !isCloser: return isFIN ? .secondFIN : .finAcknowledgment
    case .halfClosed where !isCloser && isFIN: return .secondFIN
    case .closed where isCloser && !isFIN: return .lastACK
    default: return nil
    }
  }
}
