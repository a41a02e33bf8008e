import PacketDecoding

// The plain copy of a record that leaves the tracker.

extension FlowRecord {
  /// What is known of the flow, with time running up to `end`.
  func snapshot(_ reason: Flow.EndReason, at end: Timestamp, stores: SharedStores) -> Flow {
    let entries = stores.timeline.entries(of: timeline)
    let client = Int(clientSide)
    return Flow(
      number: number, previousFlow: previous, client: address(of: client), server: address(of: 1 - client),
      encapsulation: key.encapsulation, orientation: orientation, firstSeen: first, lastSeen: last,
      closedBy: closer, close: closeKind, timeline: entries.map(publish),
      timelineOmitted: Int(timeline.omitted), notices: stores.notices.all(of: notices),
      noticesOmitted: Int(notices.omitted), endedAt: end,
      clientEnd: summary(of: client, entries, at: end, stores.disorder),
      serverEnd: summary(of: key.isSelfConnect ? client : 1 - client, entries, at: end, stores.disorder), end: reason)
  }

  private var closer: Flow.Closer? {
    if closing.isSimultaneous { return .both }
    return closing.firstSide.map { $0 == Int(clientSide) ? .client : .server }
  }

  private var closeKind: Flow.CloseKind {
    let kind = closing.kind
    let opener = ends[Int(clientSide)]
    let isUnanswered =
      orientation == .syn && ends[1 - Int(clientSide)].counters.packets == 0 && opener.proved == .synSent
    if isUnanswered, opener.state == .closed { return .refused }
    return kind == .none && isUnanswered && !key.isSelfConnect ? .unanswered : kind
  }

  /// An entry as the public type has it.
  func publish(_ slot: TimelineStore.Slot) -> TimelineEntry {
    let moment = TimelineEntry.Moment(time: Timestamp(nanoseconds: slot.settledTime), frame: slot.settledFrame)
    return TimelineEntry(
      time: Timestamp(nanoseconds: slot.time), frame: slot.evidence == .timer ? nil : slot.frame,
      endpoint: role(of: Int(slot.side)), from: slot.from, to: slot.to, cause: slot.cause, evidence: slot.evidence,
      confirmed: slot.settlement == .confirmed ? moment : nil, refuted: slot.settlement == .refuted ? moment : nil)
  }

  private func summary(
    of side: Int, _ entries: [TimelineStore.Slot], at end: Timestamp, _ disorder: DisorderStore
  ) -> EndpointSummary {
    let endpoint = ends[side]
    var result = EndpointSummary(state: endpoint.state)
    let own = entries.filter { Int($0.side) == side }
    if let newest = own.last {
      result.isPresumed = newest.evidence != .observed && newest.settlement == .open
      result.stateSince = Timestamp(nanoseconds: newest.time)
    }
    result.nanosecondsInState = durations(own, from: first.time.nanoseconds, to: end.nanoseconds)
    result.copy(endpoint)
    let ranges = disorder[DisorderStore.key(flow: number, side: side)]
    result.lostBytes = ranges.missing(from: endpoint.sending.contiguous)
    return result
  }

  /// Time in each state, as finally known: what was refuted never was, so its time belongs to the state before.
  private func durations(_ entries: [TimelineStore.Slot], from start: Int64, to end: Int64) -> [Int64] {
    var result = [Int64](repeating: 0, count: 12)
    var state = entries.first?.from ?? nil
    var since = start
    for entry in entries where entry.settlement != .refuted {
      result[Self.index(state)] += max(0, entry.time &- since)
      since = max(since, entry.time)
      state = entry.to
    }
    result[Self.index(state)] += max(0, end &- since)
    return result
  }

  private static func index(_ state: TCPState?) -> Int { state.map { Int($0.rawValue) } ?? 11 }
}

extension EndpointSummary {
  /// Takes the counters and what the SYN offered.
  fileprivate mutating func copy(_ endpoint: TCPEndpoint) {
    let counters = endpoint.counters
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
    unacknowledgedBytes = max(0, endpoint.sending.outstanding - (endpoint.sending.finEnd == nil ? 0 : 1))
    if endpoint.latest.isKnown { lastSent = Timestamp(nanoseconds: endpoint.latest.time) }
    maximumSegmentSize = endpoint.maximumSegmentSize == 0 ? nil : endpoint.maximumSegmentSize
    windowScale = endpoint.window.shift
    sackPermitted = endpoint.facts.contains(.sackPermitted)
    timestamps = endpoint.facts.contains(.sentTimestamps)
    initialSequence = endpoint.sending.initial
  }
}
