public import PacketDecoding

/// Follows every TCP flow of an input and infers the state of both its ends.
///
/// Sans-IO: it is fed segments in time order and speaks in ``TrackerEvent``s. Time moves only with the input, so the
/// same input gives the same events.
///
/// ```swift
/// var tracker = ConnectionTracker()
/// var events: [TrackerEvent] = []
/// tracker.process(segment, payload: payload, into: &events)
/// tracker.finish(into: &events)
/// ```
public struct ConnectionTracker: ~Copyable, Sendable {
  let configuration: TrackerConfiguration
  let timers: TimerProfile
  var records = ConnectionTable()
  var stores = ConnectionStores()
  var expiries = TimerQueue()
  /// When connections stop to count as half-open.
  var halfOpens = TimerQueue()
  var streams = StreamTable()
  var now = Timestamp(nanoseconds: .min)
  var flowCount = 0
  var evictions = EvictionQueue()
  /// How many times flows may grow before they could take more memory than they may: so often it need not be added up.
  var checksToSpare = 0
  /// The uneventful flows that ended last, until they are told of.
  var digests: [FlowDigest] = []
  /// The flows that are still to be told of; nil until the input has ended.
  private var remaining: RemainingFlows?
  /// A SYN that begins a flow is only saved, for nobody asks for each step or for payload.
  let savesSYNs: Bool

  public init(_ configuration: TrackerConfiguration = .init()) {
    self.configuration = configuration
    timers = TimerProfile(configuration.stack)
    savesSYNs = !configuration.reportsTransitions && !configuration.reassemblesStreams
    stores.predictsSegments = configuration.predictsSegments
    stores.observations.leastSilence = configuration.leastSilence
    stores.observations.leastIdle = max(configuration.leastSilence, configuration.leastIdle)
  }

  /// Flows held at the moment.
  public var openFlows: Int { records.count }

  /// Takes one segment. One with a wrong checksum proves nothing, for its receiver drops it: it becomes an observation of
  /// its flow, where there is one.
  ///
  /// - Parameters:
  ///   - payload: the captured payload bytes; they may be empty when streams are not reassembled.
  ///   - events: what came of it is appended here.
  /// - Returns: what the segment was, and both states as known then; nil where no flow is held that it belongs to.
  @discardableResult
  public mutating func process(
    _ segment: Segment, payload: Span<UInt8>, into events: inout [TrackerEvent]
  ) -> PacketVerdict? {
    var segment = segment
    var lookup = FlowLookup(segment, .shared)
    lookup.guess = records.guess(lookup.hash)
    let sample = PayloadSample(segment, payload)
    let kind =
      configuration.reassemblesStreams
      ? follow(&segment, lookup, sample, payload, into: &events) : follow(&segment, lookup, sample, into: &events)
    return records.slot(of: ConnectionKey(segment), lookup.hash).map { verdict(kind, at: $0, from: lookup.side) }
  }

  private mutating func verdict(_ kind: PacketVerdict.Kind, at slot: ConnectionTable.Slot, from side: Side)
    -> PacketVerdict
  {
    if ConnectionTable.isSaved(slot) {
      let isRefused = records[saved: slot].isRefused
      return PacketVerdict(
        flow: records.number(of: slot), sender: isRefused ? .server : .client, kind: kind,
        clientState: isRefused ? .closed : .synSent, serverState: isRefused ? .closed : .synReceived)
    }
    let client = records[slot].clientSide
    return PacketVerdict(
      flow: records.number(of: slot), sender: records[slot].role(of: side), kind: kind,
      clientState: records[slot].ends[client].state,
      serverState: records[slot].ends[records[slot].peer(of: client)].state)
  }

  /// Takes the segments of a batch, in their order, and empties it.
  public mutating func process(_ batch: inout SegmentBatch, into events: inout [TrackerEvent]) {
    batch.look()
    follow(&batch, into: &events)
    batch.removeAll()
  }

  /// Takes an ICMP error about a segment of a flow that is held; one about any other flow changes nothing.
  public mutating func process(_ error: ICMPError, into events: inout [TrackerEvent]) {
    advance(to: error.time, into: &events)
    makeRoomForGrowth(into: &events)
    guard let held = records.slot(of: ConnectionKey(error.source, error.destination, error.encapsulation)) else {
      return
    }
    let slot = replay(held)
    let mark = LogMark(of: &records[slot], &stores)
    let side = records.key(of: slot).low == error.source ? Side.low : .high
    records[slot].process(error, from: side, timers: timers, in: &stores)
    if configuration.reportsTransitions { report(slot, since: mark, into: &events) }
    schedule(slot)
    noteGrowth()
  }

  /// Lets time pass without a segment, so that timers end.
  @inline(__always)
  public mutating func advance(to time: Timestamp, into events: inout [TrackerEvent]) {
    guard time > now else { return }
    now = time
    if min(expiries.earliest, halfOpens.earliest) <= time.nanoseconds { expire(into: &events) }
  }

  @inline(never)
  private mutating func expire(into events: inout [TrackerEvent]) {
    while halfOpens.earliest <= now.nanoseconds, let due = halfOpens.popFirst() { endHalfOpen(due) }
    while expiries.earliest <= now.nanoseconds, let due = expiries.popFirst() {
      noteGrowth()
      prepareExpiry()
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
    let isLast = remaining.isEmpty && digests.isEmpty
    // So few that the allocator has the memory of the last ones at hand for the next.
    tell(&remaining, configuration.digestsUneventful ? Self.mostDigests : 4, into: &events)
    if remaining.isEmpty { tellDigests(into: &events) }
    self.remaining = remaining
    return !isLast
  }

  /// No timer ends any more, and what they waited in makes room.
  private mutating func takeRemaining() -> RemainingFlows {
    (expiries, halfOpens) = (TimerQueue(), TimerQueue())
    return RemainingFlows(records.slotsByNumber(upTo: flowCount))
  }

  /// What is known of every flow still held, in order of its number: a look that changes nothing.
  public mutating func snapshot() -> [Flow] {
    let slots = records.slotsByNumber(upTo: flowCount)
    return slots.map { snapshot($0, .open, at: now) }
  }
}
