import PacketDecoding

// The plain copy of a record that leaves the tracker.

extension FlowRecord {
  /// What is known of the flow, with time running up to `end`.
  mutating func snapshot(_ reason: Flow.EndReason, at end: Timestamp, stores: inout SharedStores) -> Flow {
    Flow(FlowStorage(of: &self, reason, at: end, stores))
  }

  @inline(__always)
  mutating func facts(
    _ reason: Flow.EndReason, at end: Timestamp, _ store: borrowing NoticeStore
  ) -> FlowFacts {
    FlowFacts(
      number: number, previousFlow: previous == 0 ? nil : previous, orientation: orientation, closedBy: closer(),
      close: closeKind(), end: reason, idleBeforeClose: closing.idle, encapsulation: key.encapsulation,
      client: address(of: Int(clientSide)), server: address(of: 1 - Int(clientSide)), firstSeen: first, lastSeen: last,
      endedAt: end, timelineOmitted: Int(timeline.omitted), noticesOmitted: Int(notices.omitted),
      notices: store.all(of: notices))
  }

  /// An entry as an event that tells of it when it happens.
  mutating func transition(_ slot: TimelineSlot) -> TrackerEvent {
    let client = Int(clientSide)
    return .transition(
      flow: number, client: address(of: client), server: address(of: 1 - client),
      entry: TimelineEntry(slot, clientSide: clientSide))
  }

  /// Gives back what it holds in `stores`.
  mutating func release(in stores: inout SharedStores) {
    stores.disorder.remove(&ends[0].holes)
    stores.disorder.remove(&ends[1].holes)
    if isHalfOpen { endHalfOpen(in: &stores.backlog) }
    stores.extras.remove(&extras)
    stores.timeline.release(&timeline)
    stores.notices.release(&notices)
  }

  mutating func closer() -> Flow.Closer? {
    if let side = closing.firstSide { return side == Int(clientSide) ? .client : .server }
    return closing.isSimultaneous ? .both : nil
  }

  mutating func closeKind() -> Flow.CloseKind {
    let kind = closing.kind
    let opener = Int(clientSide)
    let isUnanswered =
      orientation == .syn && ends[1 - Int(clientSide)].counters.packets == 0 && ends[opener].proved == .synSent
    if isUnanswered, ends[opener].state == .closed { return .refused }
    return kind == .none && isUnanswered && !isSelfConnect ? .unanswered : kind
  }

  @inline(__always)
  mutating func summary(
    of side: Int, _ clock: borrowing StateClock, until end: Timestamp, _ disorder: borrowing DisorderStore
  ) -> EndpointSummary {
    let counters = ends[side].counters
    var durations = clock.durations
    durations[clock.state] &+= clock.elapsed(until: end.nanoseconds)
    return EndpointSummary(
      state: ends[side].state, isPresumed: clock.isPresumed,
      stateSince: clock.newest.map(Timestamp.init(nanoseconds:)), packets: Int(truncatingIfNeeded: counters.packets),
      bytes: Int(truncatingIfNeeded: counters.bytes), payloadBytes: Int(truncatingIfNeeded: counters.payloadBytes),
      distinctPayloadBytes: Int(truncatingIfNeeded: counters.distinctPayloadBytes),
      retransmittedBytes: Int(truncatingIfNeeded: counters.retransmittedBytes),
      retransmittedSegments: Int(counters.retransmittedSegments),
      uncapturedBytes: Int(truncatingIfNeeded: counters.uncapturedBytes), lostBytes: lostBytes(of: side, disorder),
      outOfOrderSegments: Int(counters.outOfOrderSegments), zeroWindows: Int(counters.zeroWindows),
      duplicatePackets: Int(counters.duplicatePackets), superSegments: Int(counters.superSegments),
      unacknowledgedBytes: max(0, ends[side].sending.outstanding - (ends[side].sending.finEnd == nil ? 0 : 1)),
      lastSent: ends[side].latest.isKnown ? Timestamp(nanoseconds: ends[side].latest.time) : nil,
      maximumSegmentSize: ends[side].maximumSegmentSize == 0 ? nil : ends[side].maximumSegmentSize,
      windowScale: ends[side].window.shift, sackPermitted: ends[side].facts.contains(.sackPermitted),
      timestamps: ends[side].facts.contains(.sentTimestamps), initialSequence: ends[side].sending.initial,
      nanosecondsInState: durations)
  }

  @inline(__always)
  private mutating func lostBytes(of side: Int, _ disorder: borrowing DisorderStore) -> Int {
    guard ends[side].sending.hasHoles else { return 0 }
    return disorder[ends[side].holes].missing(from: ends[side].sending.contiguous)
  }
}
