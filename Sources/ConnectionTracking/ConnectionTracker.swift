import BasicContainers
public import PacketDecoding

/// Follows every TCP flow of an input and infers the state of both its ends.
///
/// Sans-IO: it is fed segments in time order and speaks in ``TrackerEvent``s. Time moves only with the input, so the
/// same input gives the same events.
///
/// ```swift
/// var tracker = ConnectionTracker()
/// var events: [TrackerEvent] = []
/// tracker.observe(segment, payload: payload, into: &events)
/// tracker.finish(into: &events)
/// ```
public struct ConnectionTracker: ~Copyable, Sendable {
  let configuration: TrackerConfiguration
  let timers: TimerProfile
  var records = FlowTable()
  var stores = SharedStores()
  var expiries = ExpiryQueue()
  var streams = StreamTable()
  var now = Timestamp(nanoseconds: .min)
  var flowCount = 0
  var evictions = EvictionQueue()
  /// Flows may take more memory than when it was last looked at.
  var mayHaveGrown = false
  /// How many times they may do so before they could take more than they may: so often it need not be added up.
  var checksToSpare = 0
  /// The uneventful flows that ended last, until they are told of.
  var digests: [FlowDigest] = []
  /// The flows that are still to be told of; nil until the input has ended.
  private var remaining: RemainingFlows?
  /// Flows are held in brief while they are ordinary. Then nobody sees each step of theirs, or their payload.
  let keepsBrief: Bool

  public init(_ configuration: TrackerConfiguration = .init()) {
    self.configuration = configuration
    timers = TimerProfile(configuration.stack)
    keepsBrief = !configuration.reportsTransitions && !configuration.reassemblesStreams
    stores.notices.leastSilence = configuration.leastSilence
    stores.notices.leastIdle = max(configuration.leastSilence, configuration.leastIdle)
  }

  /// Flows held at the moment.
  public var openFlows: Int { records.count }

  /// Takes one segment. One with a wrong checksum proves nothing, for its receiver drops it: it becomes a notice of its
  /// flow, where there is one.
  ///
  /// - Parameters:
  ///   - payload: the captured payload bytes; they may be empty when streams are not reassembled.
  ///   - events: what came of it is appended here.
  public mutating func observe(_ segment: Segment, payload: Span<UInt8>, into events: inout [TrackerEvent]) {
    var lookup = FlowLookup(segment, .shared)
    lookup.guess = records.guess(lookup.hash)
    let sample = PayloadSample(segment, payload)
    guard configuration.reassemblesStreams else { return follow(segment, lookup, sample, into: &events) }
    follow(segment, lookup, sample, payload, into: &events)
  }

  /// Takes the segments of a batch, in their order, and empties it.
  public mutating func observe(_ batch: inout SegmentBatch, into events: inout [TrackerEvent]) {
    batch.look()
    follow(&batch, into: &events)
    batch.removeAll()
  }

  /// Takes an ICMP error about a segment of a flow that is held; one about any other flow changes nothing.
  public mutating func observe(_ error: ICMPError, into events: inout [TrackerEvent]) {
    advance(to: error.time, into: &events)
    guard let held = records.slot(of: FlowKey(error.source, error.destination, error.encapsulation)) else { return }
    let slot = unfold(held)
    let mark = TimelineMark(records[slot].timeline)
    records[slot].observe(error, in: &stores)
    if configuration.reportsTransitions { report(slot, since: mark, into: &events) }
    schedule(slot)
    mayHaveGrown = true
  }

  /// Lets time pass without a segment, so that timers end.
  @inline(__always)
  public mutating func advance(to time: Timestamp, into events: inout [TrackerEvent]) {
    guard time > now else { return }
    now = time
    if expiries.earliest <= time.nanoseconds { expire(into: &events) }
  }

  @inline(never)
  private mutating func expire(into events: inout [TrackerEvent]) {
    while expiries.earliest <= now.nanoseconds, let due = expiries.popFirst() {
      checksToSpare -= 1
      if UInt32(truncatingIfNeeded: records.number(of: due.slot)) == due.flow { wake(due, into: &events) }
    }
  }

  /// Ends the input: every flow still held is reported, in order of its number.
  public consuming func finish(into events: inout [TrackerEvent]) {
    while endFlows(into: &events) {}
  }

  /// Ends the input like ``finish(into:)``, but a few flows a call, so that not all of them need be held as events at
  /// once. Nothing may be observed from then on.
  ///
  /// - Returns: false where no flow was left.
  public mutating func endFlows(into events: inout [TrackerEvent]) -> Bool {
    var remaining = remaining ?? takeRemaining()
    prepareEnd(of: remaining.takeAhead())
    // So few that the allocator has the memory of the last ones at hand for the next.
    let slots = remaining.take(configuration.digestsUneventful ? 64 : 4)
    // Their records stay: nothing comes that would want the room.
    for slot in slots { tell(slot, .inputEnded, into: &events) }
    let isLast = slots.isEmpty && digests.isEmpty
    if remaining.isEmpty { tellDigests(into: &events) }
    self.remaining = remaining
    return !isLast
  }

  /// No timer ends any more, and what they waited in makes room.
  private mutating func takeRemaining() -> RemainingFlows {
    expiries = ExpiryQueue()
    return RemainingFlows(records.slotsByNumber())
  }

  /// What is known of every flow still held, in order of its number: a look that changes nothing.
  public mutating func snapshot() -> [Flow] {
    var flows: [Flow] = []
    for slot in records.slotsByNumber() {
      flows.append(
        FlowTable.isBrief(slot)
          ? snapshot(brief: slot, .open)
          : FlowTable.isAttempt(slot)
            ? snapshot(attempt: slot, .open) : records[slot].snapshot(.open, at: now, stores: &stores))
    }
    return flows
  }
}

/// How far a timeline has been reported.
struct TimelineMark {
  var tail: UInt32
  init(_ list: TimelineStore.List) { tail = list.tail }
}

extension ConnectionTracker {
  private mutating func follow(_ batch: inout SegmentBatch, into events: inout [TrackerEvent]) {
    var aside = 0
    var start = 0
    while start < batch.count {
      let end = min(start + FlowLookup.width, batch.count)
      prepare(&batch, start..<end)
      for index in start..<end {
        if aside < batch.asides.count { take(batch.asides, from: &aside, before: index, into: &events) }
        follow(batch.segments[index], batch.lookups[index], batch.samples[index], into: &events)
      }
      start = end
    }
    take(batch.asides, from: &aside, before: batch.count, into: &events)
  }

  /// Has the flow of a segment take it, sees to its timers, and tells of its transitions where that is asked for.
  @inline(never)
  private mutating func follow(
    _ segment: Segment, _ lookup: FlowLookup, _ sample: PayloadSample, into events: inout [TrackerEvent]
  ) {
    advance(to: segment.time, into: &events)
    if segment.checksum == .invalid { return noteDamaged(segment) }
    guard let slot = slot(for: segment, lookup, into: &events) else { return }
    if FlowTable.isBrief(slot), takesPlain(segment, sample, at: slot, from: Int(lookup.side & 1)) { return }
    follow(segment, lookup, sample, at: slot, into: &events)
  }

  /// The same for any but a plain segment of a flow in brief, whose flow is at `slot`.
  @inline(never)
  private mutating func follow(
    _ segment: Segment, _ lookup: FlowLookup, _ sample: PayloadSample, at held: FlowTable.Slot,
    into events: inout [TrackerEvent]
  ) {
    var slot = held
    let side = Int(lookup.side & 1)
    if !FlowTable.isFull(slot) {
      guard let unfolded = takeInBrief(segment, lookup, sample, at: slot) else { return }
      slot = unfolded
    }
    let mark = TimelineMark(records[slot].timeline)
    if segment.wirePayloadLength > 0, sample.length > 0 {
      records[slot].comparePayload(segment, sample, from: side, in: &stores)
    }
    guard records[slot].observe(segment, from: side, timers: timers, in: &stores) else { return }
    if configuration.reportsTransitions { report(slot, since: mark, into: &events) }
    schedule(slot)
    mayHaveGrown = true
  }

  /// The same where streams are put together: of an implausible segment, its payload is not taken.
  private mutating func follow(
    _ segment: Segment, _ lookup: FlowLookup, _ sample: PayloadSample, _ payload: Span<UInt8>,
    into events: inout [TrackerEvent]
  ) {
    let held = records.slot(of: segment, lookup)
    let number = held.map { records[$0].number }
    let implausible = held.map { records[$0].implausibleSegments } ?? 0
    follow(segment, lookup, sample, into: &events)
    guard segment.checksum != .invalid, let slot = records.slot(of: segment, lookup),
      records[slot].implausibleSegments == (records[slot].number == number ? implausible : 0)
    else { return }
    streams.take(
      segment, payload, of: &records[slot], from: Int(lookup.side), limit: configuration.maximumOutOfOrderBytes,
      &events)
  }

  /// Takes the asides that came before the segment at `index`.
  @inline(never)
  private mutating func take(
    _ asides: [(place: Int, aside: SegmentBatch.Aside)], from next: inout Int, before index: Int,
    into events: inout [TrackerEvent]
  ) {
    while next < asides.count, asides[next].place <= index {
      switch asides[next].aside {
      case .error(let error): observe(error, into: &events)
      case .time(let time): advance(to: time, into: &events)
      }
      next += 1
    }
  }

  private mutating func noteDamaged(_ segment: Segment) {
    guard let held = records.slot(of: FlowKey(segment)) else { return }
    let slot = unfold(held)
    records[slot].noteDamaged(segment, segment.source == records[slot].key.low ? 0 : 1, &stores.notices)
  }

  mutating func report(_ slot: FlowTable.Slot, since mark: TimelineMark, into events: inout [TrackerEvent]) {
    var index = mark.tail == TimelineStore.none ? records[slot].timeline.head : stores.timeline.next(after: mark.tail)
    while index != TimelineStore.none {
      events.append(records[slot].transition(stores.timeline[index]))
      index = stores.timeline.next(after: index)
    }
  }
}
