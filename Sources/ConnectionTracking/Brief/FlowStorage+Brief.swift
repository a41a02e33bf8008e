import PacketDecoding

// A flow in brief that ends as it is: what is told of it, without the record it never was.

extension FlowStorage {
  /// What is known of the flow of `brief`, with time running up to `end`.
  ///
  /// - Parameter expiry: when TIME_WAIT ended, in nanoseconds; nil where it did not.
  convenience init(
    of brief: inout BriefRecord, _ closing: BriefClosing?, _ reason: Flow.EndReason, at end: Timestamp,
    expiry: Int64?, leastSilence: Int64
  ) {
    var story = BriefStory(of: &brief, closing, leastSilence: leastSilence)
    if let expiry { story.leaveTimeWait(Int(brief.closer), at: expiry) }
    var clocks = [2 of StateClock](repeating: StateClock(from: brief.first.time.nanoseconds))
    for index in 0..<story.count {
      let slot = story.step(index).slot
      clocks[slot.side].take(slot)
    }
    let client = Int(brief.clientSide)
    self.init(
      brief.facts(closing, story.notices, reason, at: end), &story, brief.clientSide,
      brief.summary(of: client, clocks[client], until: end),
      brief.summary(of: 1 - client, clocks[1 - client], until: end))
  }
}

extension BriefRecord {
  @inline(__always)
  fileprivate mutating func facts(
    _ closing: BriefClosing?, _ notices: [FlowNotice], _ reason: Flow.EndReason, at end: Timestamp
  ) -> FlowFacts {
    let path = closing?.path(by: Int(closer), at: stage, isAlone: isFINAcknowledgedAlone) ?? ClosePath()
    return FlowFacts(
      number: number, previousFlow: nil, orientation: .syn,
      closedBy: path.firstSide.map { $0 == Int(clientSide) ? .client : .server },
      close: stage == .opening ? .unanswered : path.kind, end: reason, idleBeforeClose: path.idle,
      encapsulation: key.encapsulation, client: clientSide == 0 ? key.low : key.high, server: server, firstSeen: first,
      lastSeen: last, endedAt: end,
      timelineOmitted: 0, notices: notices)
  }

  @inline(__always)
  fileprivate mutating func summary(
    of side: Int, _ clock: borrowing StateClock, until end: Timestamp
  ) -> EndpointSummary {
    var durations = clock.durations
    durations[clock.state] &+= clock.elapsed(until: end.nanoseconds)
    var result = EndpointSummary(state: TCPState(rawValue: UInt8(truncatingIfNeeded: clock.state)))
    result.isPresumed = clock.isPresumed
    result.stateSince = clock.newest.map(Timestamp.init(nanoseconds:))
    result.nanosecondsInState = durations
    fill(&result, of: side)
    return result
  }

  @inline(__always)
  private mutating func fill(_ result: inout EndpointSummary, of side: Int) {
    guard ends[side].packets > 0 else { return }
    result.packets = Int(ends[side].packets)
    result.bytes = Int(ends[side].bytes)
    result.payloadBytes = Int(ends[side].payloadBytes)
    result.distinctPayloadBytes = Int(ends[side].payloadBytes)
    let hasFIN = stage >= .closed || stage >= .closing && side == Int(closer)
    let outstanding =
      ends[side].isAcknowledged ? max(0, ends[side].next.distance(from: ends[side].acknowledged)) : 0
    result.unacknowledgedBytes = max(0, outstanding - (hasFIN ? 1 : 0))
    result.lastSent = Timestamp(nanoseconds: ends[side].latest.time)
    result.maximumSegmentSize = ends[side].maximumSegmentSize == 0 ? nil : ends[side].maximumSegmentSize
    result.windowScale = ends[side].window.shift
    result.sackPermitted = ends[side].facts.contains(.sackPermitted)
    result.timestamps = ends[side].facts.contains(.sentTimestamps)
    result.initialSequence = ends[side].initial
  }
}
