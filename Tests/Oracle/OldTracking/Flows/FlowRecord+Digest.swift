import PacketDecoding

// What is counted of a flow with a full record, without the flow; the two must say the same.

extension FlowRecord {
  /// What is counted of the flow, which must be uneventful, with time running up to `end`.
  @inline(__always)
  mutating func digest(
    _ reason: Flow.EndReason, at end: Timestamp, _ stores: borrowing SharedStores
  ) -> FlowDigest {
    let reset = weight.contains(.reset) ? earliestReset(stores.notices) : nil
    let (client, server) = (Int(clientSide), 1 - Int(clientSide))
    let walk = DigestWalk(of: &self, stores.timeline)
    return FlowDigest(
      number: number, client: address(of: client), orientation: orientation, close: closeKind(), closedBy: closer(),
      end: reason, server: address(of: server), resetBy: reset?.sender, firstSeen: first, lastSeen: last,
      answerDelay: answerDelay(walk.answer),
      packets: Int(truncatingIfNeeded: ends[0].counters.packets &+ ends[1].counters.packets),
      payloadBytes: Int(
        truncatingIfNeeded: ends[0].counters.distinctPayloadBytes &+ ends[1].counters.distinctPayloadBytes),
      retransmittedBytes: Int(
        truncatingIfNeeded: ends[0].counters.retransmittedBytes &+ ends[1].counters.retransmittedBytes),
      resetTime: reset?.first.time ?? Timestamp(nanoseconds: 0),
      clientEnd: digest(of: client, walk.stays[client], until: end.nanoseconds),
      serverEnd: digest(of: server, walk.stays[server], until: end.nanoseconds))
  }

  /// Whether a digest tells all that is counted of the flow.
  mutating func isUneventful(_ store: borrowing NoticeStore) -> Bool {
    guard !weight.contains(.eventful), !isSelfConnect, previous == 0, notices.omitted == 0,
      ends[0].counters.uncapturedBytes == 0, ends[1].counters.uncapturedBytes == 0,
      !weight.contains(.timeout) || isServed
    else { return false }
    guard weight.contains(.reset) else { return true }
    return earliestReset(store).map { isOfAcceptedConnection($0) } ?? false
  }

  /// The server has taken the connection: it has sent payload, and not only with its SYN-ACK.
  private var isServed: Bool {
    mutating get {
      let counters = ends[1 - Int(clientSide)].counters
      return counters.packets > 1 && counters.payloadBytes > 0
    }
  }

  /// There is one at most, unless the flow is eventful.
  private func earliestReset(_ store: borrowing NoticeStore) -> FlowNotice? {
    store.newest(.reset, .client, in: notices) ?? store.newest(.reset, .server, in: notices)
  }

  /// Whether a RST does not tell of a listener that has no room for the connection.
  private mutating func isOfAcceptedConnection(_ reset: FlowNotice) -> Bool {
    reset.sender == .client || closing.kind == .refused || (isServed && reset.senderState != .synReceived)
  }

  private mutating func answerDelay(_ answer: Int64?) -> Int64? {
    guard orientation == .syn, ends[1 - Int(clientSide)].counters.packets > 0 else { return nil }
    return answer.map { Timestamp(nanoseconds: $0).nanoseconds(since: first.time) }
  }

  @inline(__always)
  private mutating func digest(of side: Int, _ stays: Stays, until end: Int64) -> EndpointDigest {
    var digest = EndpointDigest(
      initialSequence: ends[side].sending.initial, state: ends[side].state,
      hasSent: ends[side].counters.packets > 0)
    let timeWait = stays.clock.nanoseconds(in: .timeWait, until: end)
    if timeWait > 0, let since = stays.timeWait {
      digest.timeWait = EndpointDigest.Stay(since: Timestamp(nanoseconds: since), nanoseconds: timeWait)
    }
    let closeWait = stays.clock.nanoseconds(in: .closeWait, until: end)
    let isThere = ends[side].state == .closeWait
    guard closeWait > 0, !(isThere && stays.clock.isPresumed) else { return digest }
    digest.closeWait = .left
    guard isThere, let since = stays.clock.newest else { return digest }
    digest.closeWait = .remains
    digest.unclosed = EndpointDigest.Stay(since: Timestamp(nanoseconds: since), nanoseconds: closeWait)
    digest.unclosedFrame = stays.closeWaitFrame
    return digest
  }
}

/// What one end's timeline entries say of its stays.
private struct Stays {
  var clock: StateClock
  /// When it entered TIME_WAIT last.
  var timeWait: Int64?
  /// The packet that led to CLOSE_WAIT last; 0 where none is known.
  var closeWaitFrame: UInt64 = 0

  @inline(__always)
  mutating func take(_ slot: TimelineSlot) {
    clock.take(slot)
    if slot.leads(to: .timeWait) { timeWait = slot.time }
    if slot.leads(to: .closeWait) { closeWaitFrame = slot.evidence == .timer ? 0 : slot.frame }
  }
}

/// A record's timeline from its first entry to its last.
private struct DigestWalk {
  private(set) var stays: [2 of Stays]
  /// When the SYN-ACK passed that led the client to ESTABLISHED first.
  private(set) var answer: Int64?

  init(of record: inout FlowRecord, _ store: borrowing TimelineStore) {
    stays = .init(repeating: Stays(clock: StateClock(from: record.first.time.nanoseconds)))
    var isOpened = false
    // Only a FIN leads to the states that are asked about.
    let closes = record.closing.firstFIN != nil
    var index = record.timeline.head
    while index != TimelineStore.none, closes || !isOpened {
      let node = store.node(at: index)
      let slot = node.element
      if closes { stays[slot.side].take(slot) }
      if !isOpened, slot.leads(to: .established), slot.side == Int(record.clientSide), slot.settlement != .refuted {
        isOpened = true
        if slot.cause == .receivesSYNACK { answer = slot.time }
      }
      index = node.next
    }
  }
}
