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
  private let configuration: TrackerConfiguration
  private let timers: TimerProfile
  private var index: [FlowKey: Int] = [:]
  private var records: [FlowRecord] = []
  private var wakes: [Int64] = []
  private var free: [Int] = []
  private var stores = SharedStores()
  private var expiries = Heap<Expiry>()
  private var streams = StreamTable()
  private var now = Timestamp(nanoseconds: .min)
  private var flowCount = 0

  public init(_ configuration: TrackerConfiguration = .init()) {
    self.configuration = configuration
    timers = TimerProfile(configuration.stack)
  }

  /// Flows held at the moment.
  public var openFlows: Int { index.count }

  /// Takes one segment.
  ///
  /// - Parameters:
  ///   - payload: the captured payload bytes; they may be empty when streams are not reassembled.
  ///   - events: what came of it is appended here.
  public mutating func observe(_ segment: Segment, payload: Span<UInt8>, into events: inout [TrackerEvent]) {
    advance(to: segment.time, into: &events)
    let slot = slot(for: segment, into: &events)
    let side = segment.source == records[slot].key.low ? 0 : 1
    let mark = TimelineMark(records[slot].timeline)
    if segment.wirePayloadLength > 0, payload.count == segment.wirePayloadLength {
      records[slot].comparePayload(segment, payload, from: side, in: &stores)
    }
    let implausible = records[slot].implausibleSegments
    records[slot].observe(segment, from: side, timers: timers, in: &stores)
    if configuration.reportsTransitions { report(slot, since: mark, into: &events) }
    if configuration.reassemblesStreams, records[slot].implausibleSegments == implausible {
      streams.take(
        segment, payload, of: records[slot], from: side, limit: configuration.maximumOutOfOrderBytes, &events)
    }
    schedule(slot)
  }

  /// Takes an ICMP error about a segment of a flow that is held; one about any other flow changes nothing.
  public mutating func observe(_ error: ICMPError, into events: inout [TrackerEvent]) {
    advance(to: error.time, into: &events)
    guard let slot = index[FlowKey(error.source, error.destination, error.encapsulation)] else { return }
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
    let open = index.values.sorted { records[$0].number < records[$1].number }
    for slot in open { end(slot, .inputEnded, into: &events) }
  }

  /// What is known of every flow still held, in order of its number: a look that changes nothing.
  public func snapshot() -> [Flow] {
    index.values.sorted { records[$0].number < records[$1].number }
      .map { records[$0].snapshot(.open, at: now, stores: stores) }
  }
}

// MARK: - Flows begin and end

extension ConnectionTracker {
  /// The record `segment` belongs to, begun with it where there is none.
  private mutating func slot(for segment: Segment, into events: inout [TrackerEvent]) -> Int {
    let key = FlowKey(segment)
    guard let slot = index[key] else { return begin(key, segment, previous: nil, into: &events) }
    let side = segment.source == key.low ? 0 : 1
    guard records[slot].isReplaced(by: segment, from: side) else { return slot }
    let mark = TimelineMark(records[slot].timeline)
    let reuse = records[slot].reuseNotice(segment, from: side)
    records[slot].replace(by: segment, from: side, in: &stores.timeline)
    if configuration.reportsTransitions { report(slot, since: mark, into: &events) }
    let previous = records[slot].number
    end(slot, .replaced, into: &events)
    let next = begin(key, segment, previous: previous, into: &events)
    stores.notices.add(reuse, to: &records[next].notices, window: 0)
    return next
  }

  private mutating func begin(
    _ key: FlowKey, _ segment: Segment, previous: Int?, into events: inout [TrackerEvent]
  ) -> Int {
    if index.count >= configuration.maximumFlows { evict(into: &events) }
    flowCount += 1
    let record = FlowRecord(number: flowCount, previous: previous, key: key, segment: segment)
    let slot: Int
    if let reused = free.popLast() {
      slot = reused
      records[slot] = record
      wakes[slot] = .max
    } else {
      slot = records.count
      records.append(record)
      wakes.append(.max)
    }
    index[key] = slot
    events.append(.began(flow: flowCount))
    return slot
  }

  private mutating func end(_ slot: Int, _ reason: Flow.EndReason, into events: inout [TrackerEvent]) {
    let record = records[slot]
    if configuration.reassemblesStreams { streams.finish(record, into: &events) }
    events.append(.ended(record.snapshot(reason, at: now, stores: stores)))
    for side in 0..<2 { stores.disorder[DisorderStore.key(flow: record.number, side: side)] = ByteRanges() }
    if record.isHalfOpen { stores.backlog.change(record.server, record.key.encapsulation, isHalfOpen: false) }
    stores.timeline.release(&records[slot].timeline)
    stores.notices.release(&records[slot].notices)
    records[slot].number = 0
    index[record.key] = nil
    free.append(slot)
  }

  /// Makes room: the flow whose last packet is longest ago goes, unanswered attempts before all others.
  private mutating func evict(into events: inout [TrackerEvent]) {
    let victim = index.values.min { left, right in
      let one = records[left]
      let other = records[right]
      if one.isUnanswered != other.isUnanswered { return one.isUnanswered }
      return (one.last.time, one.number) < (other.last.time, other.number)
    }
    if let victim { end(victim, .evicted, into: &events) }
  }
}

// MARK: - Timers

/// When a record wants to be looked at.
struct Expiry: Sendable, Comparable {
  var time: Int64
  var slot: Int
  var flow: Int

  static func < (left: Expiry, right: Expiry) -> Bool { (left.time, left.flow) < (right.time, right.flow) }
}

extension ConnectionTracker {
  /// Has the record looked at when its next timer ends, unless it will be earlier anyway.
  private mutating func schedule(_ slot: Int) {
    let due = records[slot].nextWake(linger: timers.timeWait)
    guard due < wakes[slot] else { return }
    wakes[slot] = due
    expiries.insert(Expiry(time: due, slot: slot, flow: records[slot].number))
  }

  private mutating func wake(_ due: Expiry, into events: inout [TrackerEvent]) {
    let slot = due.slot
    guard wakes[slot] == due.time else { return }
    wakes[slot] = .max
    let mark = TimelineMark(records[slot].timeline)
    records[slot].expire(at: now.nanoseconds, in: &stores.timeline)
    if configuration.reportsTransitions { report(slot, since: mark, into: &events) }
    if records[slot].isOver, records[slot].nextWake(linger: timers.timeWait) <= now.nanoseconds {
      end(slot, .closed, into: &events)
    } else {
      schedule(slot)
    }
  }
}

// MARK: - Transitions as they happen

/// How far a timeline has been reported.
struct TimelineMark {
  var tail: UInt32
  init(_ list: TimelineStore.List) { tail = list.tail }
}

extension ConnectionTracker {
  private func report(_ slot: Int, since mark: TimelineMark, into events: inout [TrackerEvent]) {
    let record = records[slot]
    var index = mark.tail == TimelineStore.none ? record.timeline.head : stores.timeline.next(after: mark.tail)
    while index != TimelineStore.none {
      let entry = record.publish(stores.timeline[index])
      let client = record.address(of: Int(record.clientSide))
      let server = record.address(of: 1 - Int(record.clientSide))
      events.append(.transition(flow: record.number, client: client, server: server, entry: entry))
      index = stores.timeline.next(after: index)
    }
  }
}
