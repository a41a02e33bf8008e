import PacketDecoding

// The plain copy of a record that leaves the tracker.

extension FlowRecord {
  /// What is known of the flow, with time running up to `end`.
  mutating func snapshot(_ reason: Flow.EndReason, at end: Timestamp, stores: inout SharedStores) -> Flow {
    var clocks = [2 of StateClock](repeating: StateClock(from: first.time.nanoseconds))
    let entries = entries(in: stores.timeline, &clocks)
    let client = Int(clientSide)
    let server = isSelfConnect ? client : 1 - client
    return Flow(
      number: number, previousFlow: previous == 0 ? nil : previous,
      client: address(of: client), server: address(of: 1 - client),
      encapsulation: key.encapsulation, orientation: orientation, firstSeen: first, lastSeen: last,
      closedBy: closer(), close: closeKind(), idleBeforeClose: closing.idle, timeline: entries,
      timelineOmitted: Int(timeline.omitted), notices: stores.notices.all(of: notices),
      noticesOmitted: Int(notices.omitted), endedAt: end,
      clientEnd: summary(of: client, clocks[client], at: end, stores.disorder),
      serverEnd: summary(of: server, clocks[server], at: end, stores.disorder), end: reason)
  }

  /// The timeline as the public type has it; each end's clock is told of its entries on the way.
  private mutating func entries(in store: borrowing TimelineStore, _ clocks: inout [2 of StateClock]) -> [TimelineEntry]
  {
    var result: [TimelineEntry] = []
    result.reserveCapacity(Int(timeline.count))
    var index = timeline.head
    while index != TimelineStore.none {
      let slot = store[index]
      clocks[slot.side].take(slot)
      result.append(publish(slot))
      index = store.next(after: index)
    }
    return result
  }

  /// An entry as an event that tells of it when it happens.
  mutating func transition(_ slot: TimelineSlot) -> TrackerEvent {
    let client = Int(clientSide)
    return .transition(
      flow: number, client: address(of: client), server: address(of: 1 - client), entry: publish(slot))
  }

  /// Gives back what it holds in `stores`.
  mutating func release(in stores: inout SharedStores) {
    for side in 0..<2 where ends[side].sending.hasHoles {
      stores.disorder.remove(DisorderStore.key(flow: number, side: side))
    }
    if isHalfOpen { stores.backlog.change(server, key.encapsulation, isHalfOpen: false) }
    stores.timeline.release(&timeline)
    stores.notices.release(&notices)
  }

  private mutating func closer() -> Flow.Closer? {
    if closing.isSimultaneous { return .both }
    return closing.firstSide.map { $0 == Int(clientSide) ? .client : .server }
  }

  private mutating func closeKind() -> Flow.CloseKind {
    let kind = closing.kind
    let opener = Int(clientSide)
    let isUnanswered =
      orientation == .syn && ends[1 - Int(clientSide)].counters.packets == 0 && ends[opener].proved == .synSent
    if isUnanswered, ends[opener].state == .closed { return .refused }
    return kind == .none && isUnanswered && !isSelfConnect ? .unanswered : kind
  }

  /// An entry as the public type has it.
  mutating func publish(_ slot: TimelineSlot) -> TimelineEntry {
    return TimelineEntry(
      time: Timestamp(nanoseconds: slot.time), frame: slot.evidence == .timer ? nil : slot.frame,
      endpoint: role(of: slot.side), from: slot.from, to: slot.to, cause: slot.cause, evidence: slot.evidence,
      confirmed: slot.settlement == .confirmed ? slot.settled : nil,
      refuted: slot.settlement == .refuted ? slot.settled : nil)
  }

  private mutating func summary(
    of side: Int, _ clock: borrowing StateClock, at end: Timestamp, _ disorder: borrowing DisorderStore
  ) -> EndpointSummary {
    var result = EndpointSummary(ends[side].state, ends[side].counters, clock, until: end)
    result.copyOffer(&ends[side])
    if ends[side].sending.hasHoles {
      let ranges = disorder[DisorderStore.key(flow: number, side: side)]
      result.lostBytes = ranges.missing(from: ends[side].sending.contiguous)
    }
    return result
  }
}

extension EndpointSummary {
  fileprivate init(
    _ state: TCPState?, _ counters: EndpointCounters, _ clock: borrowing StateClock, until end: Timestamp
  ) {
    self.state = state
    isPresumed = clock.newest?.isOpen ?? false
    stateSince = clock.newest.map { Timestamp(nanoseconds: $0.time) }
    nanosecondsInState = clock.durations(until: end.nanoseconds)
    packets = Int(truncatingIfNeeded: counters.packets)
    bytes = Int(truncatingIfNeeded: counters.bytes)
    payloadBytes = Int(truncatingIfNeeded: counters.payloadBytes)
    distinctPayloadBytes = Int(truncatingIfNeeded: counters.distinctPayloadBytes)
    retransmittedBytes = Int(truncatingIfNeeded: counters.retransmittedBytes)
    retransmittedSegments = Int(counters.retransmittedSegments)
    uncapturedBytes = Int(truncatingIfNeeded: counters.uncapturedBytes)
    outOfOrderSegments = Int(counters.outOfOrderSegments)
    zeroWindows = Int(counters.zeroWindows)
    duplicatePackets = Int(counters.duplicatePackets)
    superSegments = Int(counters.superSegments)
  }

  /// Takes what the SYN offered, and how far the data went.
  fileprivate mutating func copyOffer(_ endpoint: inout TCPEndpoint) {
    unacknowledgedBytes = max(0, endpoint.sending.outstanding - (endpoint.sending.finEnd == nil ? 0 : 1))
    if endpoint.latest.isKnown { lastSent = Timestamp(nanoseconds: endpoint.latest.time) }
    maximumSegmentSize = endpoint.maximumSegmentSize == 0 ? nil : endpoint.maximumSegmentSize
    windowScale = endpoint.window.shift
    sackPermitted = endpoint.facts.contains(.sackPermitted)
    timestamps = endpoint.facts.contains(.sentTimestamps)
    initialSequence = endpoint.sending.initial
  }
}
