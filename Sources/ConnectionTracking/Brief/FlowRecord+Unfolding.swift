import PacketDecoding

// A flow in brief becomes the record that the long way would have made of it.

extension FlowRecord {
  /// A record for `brief`, before it is unfolded.
  @inline(__always)
  init(for brief: inout BriefRecord) {
    number = brief.number
    previous = 0
    key = brief.key
    isSelfConnect = false
    orientation = .syn
    clientSide = UInt8(truncatingIfNeeded: brief.clientSide)
    first = brief.first
    last = first
    ends = .init { _ in TCPEndpoint() }
  }

  /// Becomes the record of `brief`, with its timeline and notices in `stores`. In place, for it is large.
  mutating func unfold(
    _ brief: inout BriefRecord, _ closing: BriefClosing?, _ pause: BriefPause?, _ timers: TimerProfile,
    in stores: inout SharedStores
  ) {
    last = brief.last
    lastSender = Int8(truncatingIfNeeded: brief.lastSender)
    lastPayload = brief.lastPayload
    isSteady = brief.stage == .steady
    ends[0].unfold(&brief, 0)
    ends[1].unfold(&brief, 1)
    var story = BriefStory(of: &brief, closing, pause, leastSilence: stores.notices.leastSilence)
    unfold(&story, in: &stores)
    unfoldHandshake(brief.stage)
    if let closing { unfold(closing, brief.stage, by: brief.closer, timers) }
  }

  private mutating func unfold(_ story: inout BriefStory, in stores: inout SharedStores) {
    let client = Int(clientSide)
    ends[client].prove(.closed)
    ends[1 - client].prove(.listen)
    for index in 0..<story.count {
      let step = story.step(index)
      let side = step.slot.side
      let entry = stores.timeline.append(step.slot, to: &timeline)
      if step.slot.isPresumed {
        ends[side].expect(PendingArrival(events: step.events, entry: entry), leadingTo: step.slot.to)
      } else {
        ends[side].prove(step.slot.to)
      }
    }
    for notice in story.notices { stores.notices.add(notice, to: &notices, window: -1) }
    pause = story.pause
  }

  /// Every segment of the client brings its acknowledgment again, until the server shows that one has arrived.
  private mutating func unfoldHandshake(_ stage: BriefStage) {
    let client = Int(clientSide)
    let server = 1 - client
    guard stage == .acknowledged else { return }
    guard ends[client].counters.packets > 2 || ends[server].facts.contains(.mayBeCookie) else { return }
    ends[server].acknowledgedAt = ends[client].latest.time
  }

  private mutating func unfold(
    _ closing: BriefClosing, _ stage: BriefStage, by closer: Int, _ timers: TimerProfile
  ) {
    let other = 1 - closer
    self.closing = closing.path(
      by: closer, at: stage, isAlone: ends[other].facts.contains(.acknowledgedFINAlone))
    ends[closer].sending.finEnd = ends[closer].sending.next
    ends[closer].finTime = closing.firstFIN.time.nanoseconds
    ends[closer].deadline = closing.deadline(at: stage, timers)
    wake = ends[closer].deadline
    guard stage >= .closed else { return }
    ends[other].sending.finEnd = ends[other].sending.next
    ends[other].finTime = closing.secondFIN.time.nanoseconds
    guard ends[other].facts.contains(.acknowledgedFINAlone) else { return }
    ends[closer].acknowledgedAt = closing.secondFIN.time.nanoseconds
  }
}

extension TCPEndpoint {
  fileprivate mutating func unfold(_ brief: inout BriefRecord, _ side: Int) {
    let end = brief.ends[side]
    let peer = brief.ends[1 - side]
    response = end.response(to: peer)
    timestamps = end.clock(since: brief.start(of: side))
    latest = end.latest
    window = end.window(since: peer.acknowledged, isNegotiated: brief.stage >= .answered)
    facts = end.allFacts
    maximumSegmentSize = end.maximumSegmentSize
    counters.packets = UInt64(end.packets)
    counters.bytes = UInt64(end.bytes)
    counters.payloadBytes = UInt64(end.payloadBytes)
    counters.distinctPayloadBytes = UInt64(end.payloadBytes)
    guard end.packets > 0 else { return }
    sending.isKnown = true
    sending.initial = brief.initial(of: side)
    sending.next = end.next
    sending.contiguous = end.next
    sending.acknowledged = end.acknowledged
    sending.isAcknowledged = brief.isAcknowledged(side)
  }
}
