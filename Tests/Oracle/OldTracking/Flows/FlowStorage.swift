import PacketDecoding

/// What a ``Flow`` holds, shared by its copies and never changed: one piece of memory for ordinary flows.
@usableFromInline
final class FlowStorage: Sendable {
  @usableFromInline let facts: FlowFacts
  @usableFromInline let clientEnd: EndpointSummary
  @usableFromInline let serverEnd: EndpointSummary
  @usableFromInline let count: Int
  /// The first entries of the timeline; what is beyond ``count`` has no meaning. Ordinary flows have no more.
  @usableFromInline let head: [11 of TimelineEntry]
  private static let inHead = 11
  /// The entries after them.
  @usableFromInline let tail: [TimelineEntry]

  /// What is known of the flow of `record`, with time running up to `end`.
  init(of record: inout FlowRecord, _ reason: Flow.EndReason, at end: Timestamp, _ stores: borrowing SharedStores) {
    let count = Int(record.timeline.count)
    var walk = TimelineWalk(of: &record)
    self.count = count
    let blank = TimelineEntry.blank
    head = .init { $0 < count ? walk.next(in: stores.timeline) : blank }
    tail = count > Self.inHead ? (Self.inHead..<count).map { _ in walk.next(in: stores.timeline) } : []
    facts = record.facts(reason, at: end, stores.notices)
    let client = Int(record.clientSide)
    let server = record.isSelfConnect ? client : 1 - client
    clientEnd = record.summary(of: client, walk.clocks[client], until: end, stores.disorder)
    serverEnd = record.summary(of: server, walk.clocks[server], until: end, stores.disorder)
  }

  /// What is said of a flow from without, or changed in a copy.
  init(_ facts: FlowFacts, _ entries: [TimelineEntry], _ clientEnd: EndpointSummary, _ serverEnd: EndpointSummary) {
    self.facts = facts
    self.clientEnd = clientEnd
    self.serverEnd = serverEnd
    count = entries.count
    let blank = TimelineEntry.blank
    head = .init { $0 < entries.count ? entries[$0] : blank }
    tail = Array(entries.dropFirst(Self.inHead))
  }

  var entries: [TimelineEntry] {
    Array(capacity: count) { list in for index in 0..<count { list.append(self[index]) } }
  }

  @inlinable
  subscript(index: Int) -> TimelineEntry { index < head.count ? head[index] : tail[index - head.count] }
}

/// The entries of a record as the public type has them; each end's clock is told of its own on the way.
private struct TimelineWalk {
  private(set) var clocks: [2 of StateClock]
  private var index: UInt32
  private let clientSide: UInt8

  init(of record: inout FlowRecord) {
    clocks = .init(repeating: StateClock(from: record.first.time.nanoseconds))
    index = record.timeline.head
    clientSide = record.clientSide
  }

  /// The next entry; there is one.
  @inline(__always)
  mutating func next(in store: borrowing TimelineStore) -> TimelineEntry {
    let node = store.node(at: index)
    index = node.next
    clocks[node.element.side].take(node.element)
    return TimelineEntry(node.element, clientSide: clientSide)
  }
}

// What is asked of every flow, without its timeline as an array.

extension Flow {
  /// How many entries ``timeline`` has.
  @inlinable package var timelineCount: Int { storage.count }

  /// The entry of ``timeline`` at `index`.
  @inlinable
  package func timelineEntry(_ index: Int) -> TimelineEntry { storage[index] }

  /// The first transition that `matches`.
  @inlinable
  public func firstEntry(where matches: (TimelineEntry) -> Bool) -> TimelineEntry? {
    for index in 0..<storage.count where matches(storage[index]) { return storage[index] }
    return nil
  }

  /// When `end` first entered `state`, false entries left out.
  public func firstEntry(of end: EndpointRole, to state: TCPState) -> TimelineEntry? {
    firstEntry { $0.endpoint == end && $0.to == state && $0.refuted == nil }
  }

  /// When `end` last entered `state`, false entries included.
  public func lastEntry(of end: EndpointRole, to state: TCPState) -> TimelineEntry? {
    for index in (0..<storage.count).reversed() {
      let entry = storage[index]
      if entry.endpoint == end, entry.to == state { return entry }
    }
    return nil
  }

  /// Whether `end` ever moved for `cause`.
  public func moved(_ end: EndpointRole, for cause: TransitionCause) -> Bool {
    firstEntry { $0.cause == cause && $0.endpoint == end } != nil
  }
}
