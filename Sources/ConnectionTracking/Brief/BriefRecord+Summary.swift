import PacketDecoding

// What is told of a flow in brief that ends as it is, without the record it never was.

extension BriefRecord {
  /// What there is to say of both ends together, with time running up to `end`.
  @inline(__always)
  mutating func facts(
    _ closing: BriefClosing?, _ notices: [FlowNotice], _ reason: Flow.EndReason, at end: Timestamp
  ) -> FlowFacts {
    let path = path(closing)
    return FlowFacts(
      number: number, previousFlow: nil, orientation: .syn, closedBy: closer(path),
      close: stage == .opening ? .unanswered : path.kind, end: reason, idleBeforeClose: path.idle,
      encapsulation: key.encapsulation, client: client, server: server, firstSeen: first, lastSeen: last, endedAt: end,
      timelineOmitted: 0, notices: notices)
  }

  /// How it came to its end, as far as it did.
  @inline(__always)
  mutating func path(_ closing: BriefClosing?) -> ClosePath {
    closing?.path(by: closer, at: stage, isAlone: isFINAcknowledgedAlone) ?? ClosePath()
  }

  /// Who began ``path(_:)``.
  @inline(__always)
  func closer(_ path: ClosePath) -> Flow.Closer? {
    path.firstSide.map { $0 == clientSide ? .client : .server }
  }

  /// What there is to say of one end; `clock` has been told of its part of the timeline.
  @inline(__always)
  mutating func summary(of side: Int, _ clock: borrowing StateClock, until end: Timestamp) -> EndpointSummary {
    var durations = clock.durations
    durations[clock.state] &+= clock.elapsed(until: end.nanoseconds)
    let hasSent = ends[side].packets > 0
    let facts = ends[side].facts
    return EndpointSummary(
      state: TCPState(rawValue: UInt8(truncatingIfNeeded: clock.state)), isPresumed: clock.isPresumed,
      stateSince: clock.newest.map(Timestamp.init(nanoseconds:)), packets: Int(ends[side].packets),
      bytes: Int(ends[side].bytes), payloadBytes: Int(ends[side].payloadBytes),
      distinctPayloadBytes: Int(ends[side].payloadBytes), unacknowledgedBytes: unacknowledgedBytes(of: side),
      lastSent: hasSent ? Timestamp(nanoseconds: ends[side].time) : nil,
      maximumSegmentSize: ends[side].maximumSegmentSize == 0 ? nil : ends[side].maximumSegmentSize,
      windowScale: ends[side].windowScale, sackPermitted: facts.contains(.sackPermitted),
      timestamps: facts.contains(.sentTimestamps), initialSequence: hasSent ? initial(of: side) : nil,
      nanosecondsInState: durations)
  }

  @inline(__always)
  private mutating func unacknowledgedBytes(of side: Int) -> Int {
    guard isAcknowledged(side) else { return 0 }
    return max(0, ends[side].next.distance(from: ends[side].acknowledged) - (hasFIN(of: side) ? 1 : 0))
  }
}
