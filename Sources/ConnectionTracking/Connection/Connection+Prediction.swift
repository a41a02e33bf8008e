import PacketDecoding

// Header prediction (Van Jacobson; RFC 1323 appendix): most segments carry an established connection on, and are told from
// all others by a few comparisons. What is predicted, the machine would take without a move and without an observation.

extension Connection {
  /// True for the next data, or the next acknowledgment, of a connection whose ends are ESTABLISHED beyond doubt.
  ///
  /// - Parameter leastSilence: see ``TrackerConfiguration/leastSilence``.
  @inline(__always)
  mutating func isPredicted(_ segment: Segment, from side: Int, _ leastSilence: Int64) -> Bool {
    guard marks.contains(.isSteady), !marks.contains(.lastIsElsewhere), watch.isEmpty, !closing.hasFIN,
      segment.flags.isSubset(of: [.ack, .psh, .ece, .cwr, .ae]), let acknowledgment = segment.acknowledgment
    else { return false }
    let other = side ^ 1
    let quiet = segment.time.nanoseconds &- ends[marks.contains(.lastIsSide1) ? 1 : 0].lastTime
    let payload = segment.wirePayloadLength
    let ahead = acknowledgment.distance(from: ends[other].acknowledged)
    let mostPayload = ends[other].maximumSegmentSize
    return segment.sequence == ends[side].next && segment.window != 0
      && UInt64(bitPattern: quiet) < UInt64(bitPattern: leastSilence)
      && (mostPayload == 0 || payload <= Int(mostPayload))
      && (ahead > 0 || ahead == 0 && payload > 0) && acknowledgment <= ends[other].next
      && ends[side].hasUsualTimestamp(segment) && keepsPredictedEdge(acknowledgment, segment.window, side, other)
      && hasRoom(for: segment, from: side)
  }

  /// True where the right edge of the window does not move left, as far as it follows from the last segment.
  @inline(__always)
  private mutating func keepsPredictedEdge(
    _ acknowledgment: SequenceNumber, _ window: UInt16, _ side: Int, _ other: Int
  ) -> Bool {
    guard marks.contains(.isNegotiated) else { return !ends[side].facts.contains(.hasEdge) }
    guard ends[side].facts.intersection([.hasEdge, .hasOtherEdge]) == .hasEdge else { return false }
    return acknowledgment + Int(window) << ends[side].windowShift >= ends[other].acknowledged + ends[side].windowBytes
  }

  /// True where what is counted in 32 bits has room for the segment.
  @inline(__always)
  private mutating func hasRoom(for segment: Segment, from side: Int) -> Bool {
    let counted = ends[side].packets | ends[side].bytes | ends[side].payloadBytes
    let frames = segment.frame &- first.frame
    return counted >> 31 == 0 && UInt(bitPattern: segment.wireLength | segment.wirePayloadLength) >> 31 == 0
      && frames <= UInt64(UInt32.max)
  }

  /// Takes a segment of which ``isPredicted(_:from:_:)`` holds.
  @inline(__always)
  mutating func takePredicted(_ segment: Segment, _ sample: PayloadSample, from side: Int) {
    let other = side ^ 1
    let length = segment.wirePayloadLength
    ends[side].packets &+= 1
    ends[side].bytes &+= UInt32(truncatingIfNeeded: segment.wireLength)
    ends[side].response.finish(segment)
    if let acknowledgment = segment.acknowledgment { ends[other].acknowledged = acknowledgment }
    if length > 0 {
      ends[side].payloadBytes &+= UInt32(truncatingIfNeeded: length)
      ends[side].next = segment.sequence + length
      ends[side].facts.formUnion([.sentData, .lastTookSpace, .lastWasNew])
      ends[other].response.start(segment)
      closing.notePayload(at: segment.time.nanoseconds)
      payloads[side] = sample
    } else {
      ends[side].facts.subtract([.lastTookSpace, .lastWasNew])
    }
    if segment.options.kinds.contains(.timestamps) { ends[side].clock.update(segment) }
    ends[side].largestWindow = max(ends[side].largestWindow, UInt32(segment.window) << UInt32(ends[side].windowShift))
    marks.setLast(side)
    ends[side].remember(segment)
    lowerLastFrame = UInt32(truncatingIfNeeded: segment.frame &- first.frame)
  }
}

// What opens and closes as it should needs the machine, but no look for anything out of the ordinary.

extension Connection {
  /// True for a segment that a connection goes on with as it should, in order and at once: the first SYN and its SYN-ACK, a
  /// FIN that acknowledges all, and what acknowledges that. Nothing could be observed of it.
  mutating func isInOrder(_ segment: Segment, from side: Int, in stores: inout ConnectionStores) -> Bool {
    let quiet = segment.time.nanoseconds &- lastTime(&stores)
    guard watch.isEmpty, !isSelfConnect,
      UInt64(bitPattern: quiet) < UInt64(bitPattern: stores.notices.leastSilence)
    else { return false }
    if segment.flags.contains(.syn) { return opensInOrder(segment, from: side) }
    return closesInOrder(segment, from: side, in: &stores)
  }

  private mutating func opensInOrder(_ segment: Segment, from side: Int) -> Bool {
    let other = side ^ 1
    guard segment.flags.subtracting([.ece, .cwr, .ae]).isSubset(of: [.syn, .ack]), segment.wirePayloadLength == 0,
      !segment.options.kinds.contains(.fastOpen), !ends[side].hasSent
    else { return false }
    guard let acknowledgment = segment.acknowledgment else { return !ends[other].hasSent }
    return ends[other].kind == .syn && ends[other].packets == 1 && acknowledgment == ends[other].next
      && acknowledgment == ends[other].initial + 1
  }

  private mutating func closesInOrder(
    _ segment: Segment, from side: Int, in stores: inout ConnectionStores
  ) -> Bool {
    let other = side ^ 1
    let flags = segment.flags
    guard flags.isSubset(of: [.ack, .fin, .psh, .ece, .cwr, .ae]), let acknowledgment = segment.acknowledgment,
      flags.contains(.fin) ? !ends[side].hasFIN : closing.hasFIN, segment.wirePayloadLength == 0,
      segment.sequence == ends[side].next, acknowledgment == ends[other].next, segment.window != 0,
      flags.contains(.fin) || acknowledgment > ends[other].acknowledged
    else { return false }
    return ends[side].facts.isSuperset(of: [.isKnown, .isAcknowledged])
      && ends[other].facts.isSuperset(of: [.isKnown, .isAcknowledged])
      && !ends[side].facts.contains(.hasGap) && !ends[other].facts.contains(.hasGap)
      && ends[side].hasUsualTimestamp(segment)
      && keepsEdge(acknowledgment, segment.window, of: side, in: &stores)
  }
}

