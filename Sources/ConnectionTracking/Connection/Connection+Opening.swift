import PacketDecoding

// The SYN and its SYN-ACK, as they should be: what the machine would make of them, without a look for anything else.

extension Connection {
  /// True for the first SYN of a connection, or the SYN-ACK that answers it, with nothing else in it.
  @inline(__always)
  mutating func opensInOrder(_ segment: Segment, from side: Side, in stores: inout ConnectionStores) -> Bool {
    guard segment.flags.contains(.syn), marks.prediction == .opening || marks.prediction == .answer else {
      return false
    }
    return stores.predictsSegments && opens(segment, from: side)
  }

  @inline(never)
  private mutating func opens(_ segment: Segment, from side: Side) -> Bool {
    let isAnswer = marks.prediction == .answer
    guard segment.flags.subtracting([.ece, .cwr, .ae]) == (isAnswer ? [.syn, .ack] : .syn),
      (side == clientSide) != isAnswer, segment.wirePayloadLength == 0, !segment.options.kinds.contains(.fastOpen),
      UInt(bitPattern: segment.wireLength) >> 31 == 0, LogEntry.hasRoom(for: segment, since: first)
    else { return false }
    guard isAnswer else { return true }
    return segment.acknowledgment == ends[side.other].next && quiet(before: segment) >= 0
  }

  /// Takes a SYN or SYN-ACK of which ``opensInOrder(_:from:in:)`` holds.
  @inline(never)
  mutating func takeOpening(_ segment: Segment, from side: Side, in stores: inout ConnectionStores) {
    let isAnswer = marks.prediction == .answer
    guard var entry = LogEntry(PacketStamp(segment), since: first) else { return }
    if isAnswer {
      notePredictedPause(before: segment, from: side, in: &stores)
      if stores.backlog.isDoubtful(segment) { ends[side].facts.insert(.mayBeCookie) }
      confirmSYN(at: side, in: &stores)
    } else {
      ends[side].states.prove(.sendsSYN)
      entry.append(LogMove(side: side, to: ends[side].proved, .sendsSYN, .observed))
    }
    offer(segment, from: side)
    let events: ArrivalEvents = isAnswer ? [.syn, .synAcknowledged] : .syn
    let receiver = side.other
    _ = ends[receiver].pending.append(events)
    ends[receiver].states.expect(events)
    entry.append(LogMove(side: receiver, to: ends[receiver].state, events.cause, .presumed))
    var block = log
    stores.log.append(entry, to: &block)
    log = block
    if isAnswer { answer(segment, from: side, in: &stores) }
    marks.prediction = isAnswer ? .handshake : .answer
  }

  /// The server's SYN-ACK shows that the SYN has arrived, unless it may be a cookie.
  private mutating func confirmSYN(at side: Side, in stores: inout ConnectionStores) {
    if ends[side].facts.contains(.mayBeCookie) { return }
    ends[side].states.prove(.syn)
    stores.log[log, 0][1].settle(as: .confirmed, by: 1)
    ends[side].pending.removeAll()
  }

  /// What a SYN brings of its sender.
  private mutating func offer(_ segment: Segment, from side: Side) {
    let options = segment.options
    ends[side].begin(at: segment)
    ends[side].next = segment.sequence + 1
    ends[side].packets = 1
    ends[side].bytes = UInt32(truncatingIfNeeded: segment.wireLength)
    ends[side].facts.formUnion([.lastTookSpace, .lastWasNew])
    ends[side].facts.insert(segment.flags.contains(.ack) ? .sentSYNACK : .sentSYN)
    ends[side].windowScale = options.kinds.contains(.windowScale) ? options.windowScale : nil
    if options.kinds.contains(.maximumSegmentSize) { ends[side].maximumSegmentSize = options.maximumSegmentSize }
    if options.kinds.contains(.sackPermitted) { ends[side].facts.insert(.sackPermitted) }
    if options.kinds.contains(.timestamps) {
      ends[side].facts.insert(.sentTimestamps)
      ends[side].clock.update(segment)
    }
    ends[side].largestWindow = UInt32(segment.window)
    ends[side.other].response.start(segment)
    ends[side].remember(segment)
    marks.insert(.hasSender)
    marks.setLast(side)
    lowerLastFrame = UInt32(truncatingIfNeeded: segment.frame &- first.frame)
  }

  /// What a SYN-ACK brings beside.
  private mutating func answer(_ segment: Segment, from side: Side, in stores: inout ConnectionStores) {
    let opener = side.other
    if ends[side].windowScale == nil || ends[opener].windowScale == nil {
      ends[side].windowScale = nil
      ends[opener].windowScale = nil
    }
    marks.insert(.isNegotiated)
    ends[side].facts.insert(.hasEdge)
    ends[side].response.finish(segment)
    ends[opener].acknowledged = ends[opener].next
    ends[opener].facts.insert(.isAcknowledged)
    marks.insert(.isHalfOpen)
    stores.pass.opensHalf = true
    stores.backlog.change(segment.source, segment.encapsulation, isHalfOpen: true)
  }
}
