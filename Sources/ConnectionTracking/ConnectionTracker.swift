import HeapModule
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
  var expiries = Heap<Expiry>()
  var streams = StreamTable()
  var now = Timestamp(nanoseconds: .min)
  var flowCount = 0
  var evictions = EvictionQueue()
  /// The flows that are still to end, last first, once the input has ended.
  var ending: [FlowTable.Slot] = []

  public init(_ configuration: TrackerConfiguration = .init()) {
    self.configuration = configuration
    timers = TimerProfile(configuration.stack)
    stores.notices.leastSilence = configuration.leastSilence
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
    advance(to: segment.time, into: &events)
    if segment.checksum == .invalid { return noteDamaged(segment) }
    let slot = slot(for: segment, into: &events)
    let side = segment.source == records[slot].key.low ? 0 : 1
    let implausible = records[slot].implausibleSegments
    follow(segment, PayloadSample(segment, payload), at: slot, from: side, into: &events)
    if configuration.reassemblesStreams, records[slot].implausibleSegments == implausible {
      streams.take(
        segment, payload, of: &records[slot], from: side, limit: configuration.maximumOutOfOrderBytes, &events)
    }
    schedule(slot)
  }

  /// Takes the segments of a batch, in their order, and empties it.
  public mutating func observe(_ batch: inout SegmentBatch, into events: inout [TrackerEvent]) {
    records.warm(batch)
    for index in 0..<batch.count {
      advance(to: batch[index].time, into: &events)
      let slot = slot(for: batch[index], into: &events)
      let side = batch[index].source == records[slot].key.low ? 0 : 1
      follow(batch[index], batch.sample(index), at: slot, from: side, into: &events)
      schedule(slot)
    }
    batch.removeAll()
  }

  /// Takes an ICMP error about a segment of a flow that is held; one about any other flow changes nothing.
  public mutating func observe(_ error: ICMPError, into events: inout [TrackerEvent]) {
    advance(to: error.time, into: &events)
    guard let slot = records.slot(of: FlowKey(error.source, error.destination, error.encapsulation)) else { return }
    let mark = TimelineMark(records[slot].timeline)
    records[slot].observe(error, in: &stores)
    if configuration.reportsTransitions { report(slot, since: mark, into: &events) }
    schedule(slot)
  }

  /// Lets time pass without a segment, so that timers end.
  public mutating func advance(to time: Timestamp, into events: inout [TrackerEvent]) {
    guard time > now else { return }
    now = time
    while let due = expiries.min, due.time <= now.nanoseconds {
      expiries.removeMin()
      if records[due.slot].number == due.flow { wake(due, into: &events) }
    }
  }

  /// Ends the input: every flow still held is reported, in order of its number.
  public consuming func finish(into events: inout [TrackerEvent]) {
    while endFlows(into: &events) {}
  }

  /// Ends the input like ``finish(into:)``, but a few flows a call, so that not all of them need be held as events at
  /// once. Nothing else may be observed in between.
  ///
  /// - Returns: false where no flow was left.
  public mutating func endFlows(into events: inout [TrackerEvent]) -> Bool {
    if ending.isEmpty { ending = records.slotsByNumber().reversed() }
    for slot in ending.suffix(64).reversed() { end(slot, .inputEnded, into: &events) }
    let isAnyLeft = !ending.isEmpty
    ending.removeLast(min(64, ending.count))
    return isAnyLeft
  }

  /// What is known of every flow still held, in order of its number: a look that changes nothing.
  public mutating func snapshot() -> [Flow] {
    var flows: [Flow] = []
    for slot in records.slotsByNumber() { flows.append(records[slot].snapshot(.open, at: now, stores: &stores)) }
    return flows
  }
}

/// How far a timeline has been reported.
struct TimelineMark {
  var tail: UInt32
  init(_ list: TimelineStore.List) { tail = list.tail }
}

extension ConnectionTracker {
  /// Has the record take a segment, and tells of its transitions where that is asked for.
  mutating func follow(
    _ segment: Segment, _ sample: PayloadSample?, at slot: FlowTable.Slot, from side: Int,
    into events: inout [TrackerEvent]
  ) {
    let mark = TimelineMark(records[slot].timeline)
    if let sample { records[slot].comparePayload(segment, sample, from: side, in: &stores) }
    records[slot].observe(segment, from: side, timers: timers, in: &stores)
    if configuration.reportsTransitions { report(slot, since: mark, into: &events) }
  }

  private mutating func noteDamaged(_ segment: Segment) {
    guard let slot = records.slot(of: FlowKey(segment)) else { return }
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
