import PacketDecoding

// What an ordinary segment changes of the end that sends it, or of the one it goes to.

extension BriefEnd {
  /// Its peer acknowledges what lies before `position`.
  ///
  /// - Returns: how long the peer took to answer, in nanoseconds; nil where this was no answer.
  @inline(__always)
  mutating func take(acknowledgment position: SequenceNumber, at time: Int64) -> Int64? {
    let wasAsking = isAsking
    acknowledged = position
    return wasAsking && !isAsking ? time &- self.time &+ Int64(sinceAsked) : nil
  }

  /// It took `delay` nanoseconds to answer.
  @inline(__always)
  mutating func note(answerAfter delay: Int64) {
    let answer = UInt32(clamping: min(delay / 1000, ResponseTime.longest))
    longestAnswer = max(longestAnswer, answer)
    shortestAnswer = min(shortestAnswer, answer)
  }

  /// It sends a segment that is ordinary and no SYN.
  ///
  /// - Parameter start: when its SYN passed, in nanoseconds.
  @inline(__always)
  mutating func send(_ segment: Segment, since start: Int64) {
    let (isFIN, length) = (segment.flags.contains(.fin), segment.wirePayloadLength)
    ask(segment, takesSpace: isFIN || length > 0)
    next = segment.sequenceEnd
    time = segment.time.nanoseconds
    packets &+= 1
    bytes &+= UInt32(truncatingIfNeeded: segment.wireLength)
    payloadBytes &+= UInt32(truncatingIfNeeded: length)
    window = segment.window
    identification = segment.identification ?? 0
    timeToLive = segment.timeToLive
    if segment.options.sackBlocks.isEmpty { facts.remove(.lastHadSACK) } else { facts.insert(.lastHadSACK) }
    kind = isFIN ? .fin : length > 0 ? .data : .ack
    largestWindow = max(largestWindow, UInt32(window) << UInt32(shift & 15))
    guard facts.contains(.sentTimestamps) else { return }
    let lead = lead(of: segment, since: start)
    if lead > self.lead { self.lead = lead }
    let stamp = segment.options.timestampValue
    if Int32(bitPattern: stamp &- recentStamp) > 0 { recentStamp = stamp }
  }

  @inline(__always)
  private mutating func ask(_ segment: Segment, takesSpace: Bool) {
    if isAsking {
      sinceAsked &+= UInt32(truncatingIfNeeded: segment.time.nanoseconds &- time)
    } else if takesSpace {
      awaited = segment.sequenceEnd
      sinceAsked = 0
    }
  }
}
