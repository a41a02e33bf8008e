import PacketDecoding

// The plain copy of a connection that leaves the tracker.

extension Connection {
  /// What is known of the connection, with time running up to `end`.
  mutating func flow(
    _ key: ConnectionKey, _ reason: Flow.EndReason, at end: Timestamp, _ stores: inout ConnectionStores
  ) -> Flow {
    Flow(FlowStorage(of: &self, key, reason, at: end, &stores))
  }

  mutating func facts(
    _ key: ConnectionKey, _ reason: Flow.EndReason, at end: Timestamp, _ stores: inout ConnectionStores
  ) -> FlowFacts {
    if marks.contains(.hasPauseAlone), stores.pauses[attachment].count > 1 || stores.pauses[attachment].isTold {
      makeExtras(&stores)
    }
    let previous = stores.extras[extras].previous
    let observations = stores.extras[extras].observations
    return FlowFacts(
      number: number, previousFlow: previous == 0 ? nil : previous, orientation: orientation, closedBy: closer,
      close: closeKind, end: reason, idleBeforeClose: closing.idle, encapsulation: key.encapsulation,
      client: client(key), server: server(key), firstSeen: first, lastSeen: last(&stores), endedAt: end,
      timelineOmitted: Int(stores.extras[extras].transitionsOmitted), observationsOmitted: Int(observations.omitted),
      observations: stores.observations.all(of: observations))
  }

  func client(_ key: ConnectionKey) -> SocketAddress { clientSide == .low ? key.low : key.high }
  func server(_ key: ConnectionKey) -> SocketAddress { clientSide == .low ? key.high : key.low }

  var closer: Flow.Closer? {
    if let side = closing.firstSide { return side == clientSide ? .client : .server }
    return closing.isSimultaneous ? .both : nil
  }

  var closeKind: Flow.CloseKind {
    mutating get {
      let kind = closing.kind
      let isUnanswered =
        orientation == .syn && ends[clientSide.other].packets == 0 && ends[clientSide].proved == .synSent
      if isUnanswered, ends[clientSide].state == .closed { return .refused }
      return kind == .none && isUnanswered && !isSelfConnect ? .unanswered : kind
    }
  }

  mutating func summary(
    of side: Side, _ clock: borrowing StateClock, until end: Timestamp, _ stores: inout ConnectionStores
  ) -> EndpointSummary {
    let extra = stores.extras[extras].ends[side]
    var durations = clock.durations
    durations[clock.state] &+= clock.elapsed(until: end.nanoseconds)
    return EndpointSummary(
      state: ends[side].state, isPresumed: clock.isPresumed,
      stateSince: clock.newest.map(Timestamp.init(nanoseconds:)),
      packets: Int(truncatingIfNeeded: packets(of: side, &stores)),
      bytes: Int(truncatingIfNeeded: bytes(of: side, &stores)),
      payloadBytes: Int(truncatingIfNeeded: payloadBytes(of: side, &stores)),
      distinctPayloadBytes: Int(truncatingIfNeeded: distinctPayloadBytes(of: side, &stores)),
      retransmittedBytes: Int(truncatingIfNeeded: extra.retransmittedBytes),
      retransmittedSegments: Int(extra.retransmittedSegments),
      uncapturedBytes: Int(truncatingIfNeeded: extra.uncapturedBytes), lostBytes: lostBytes(of: side, &stores),
      outOfOrderSegments: Int(extra.outOfOrderSegments), zeroWindows: Int(extra.zeroWindows),
      duplicatePackets: Int(extra.duplicatePackets), superSegments: Int(extra.superSegments),
      unacknowledgedBytes: max(0, ends[side].outstanding - (ends[side].hasFIN ? 1 : 0)),
      lastSent: ends[side].hasSent ? Timestamp(nanoseconds: ends[side].lastTime) : nil,
      maximumSegmentSize: ends[side].maximumSegmentSize == 0 ? nil : ends[side].maximumSegmentSize,
      windowScale: ends[side].windowScale, sackPermitted: ends[side].facts.contains(.sackPermitted),
      timestamps: ends[side].facts.contains(.sentTimestamps), initialSequence: ends[side].initialSequence,
      nanosecondsInState: durations)
  }

  private mutating func lostBytes(of side: Side, _ stores: inout ConnectionStores) -> Int {
    guard hasHoles(side, &stores) else { return 0 }
    return stores.disorder[stores.extras[extras].ends[side].holes].missing(from: contiguous(of: side, &stores))
  }
}
