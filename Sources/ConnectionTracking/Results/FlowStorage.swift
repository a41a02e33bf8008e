import PacketDecoding

/// What a ``Flow`` holds, shared by its copies and never changed: one piece of memory for ordinary flows.
@usableFromInline
final class FlowStorage: Sendable {
  @usableFromInline let facts: FlowFacts
  @usableFromInline let clientEnd: EndpointSummary
  @usableFromInline let serverEnd: EndpointSummary
  @usableFromInline let count: Int
  /// The first entries of the timeline; what is beyond ``count`` has no meaning. Ordinary flows have no more.
  @usableFromInline let head: [11 of Transition]
  private static let inHead = 11
  /// The entries after them.
  @usableFromInline let tail: [Transition]

  /// What is known of `connection`, with time running up to `end`.
  init(
    of connection: inout Connection, _ key: ConnectionKey, _ reason: Flow.EndReason, at end: Timestamp,
    _ stores: inout ConnectionStores
  ) {
    var reader = LogReader(of: &connection)
    let blank = Transition.blank
    var count = 0
    head = .init { _ in
      guard let entry = reader.next(in: &connection, &stores) else { return blank }
      count += 1
      return Transition(entry)
    }
    var tail: [Transition] = []
    while count >= Self.inHead, let entry = reader.next(in: &connection, &stores) { tail.append(Transition(entry)) }
    self.tail = tail
    self.count = count + tail.count
    facts = connection.facts(key, reason, at: end, &stores)
    let client = connection.clientSide
    clientEnd = connection.summary(of: client, reader.clocks[client], until: end, &stores)
    let server = connection.peer(of: client)
    serverEnd = connection.summary(of: server, reader.clocks[server], until: end, &stores)
  }

  /// What is said of a flow from without, or changed in a copy.
  init(_ facts: FlowFacts, _ entries: [Transition], _ clientEnd: EndpointSummary, _ serverEnd: EndpointSummary) {
    self.facts = facts
    self.clientEnd = clientEnd
    self.serverEnd = serverEnd
    count = entries.count
    let blank = Transition.blank
    head = .init { $0 < entries.count ? entries[$0] : blank }
    tail = Array(entries.dropFirst(Self.inHead))
  }

  var entries: [Transition] {
    Array(capacity: count) { list in for index in 0..<count { list.append(self[index]) } }
  }

  @inlinable
  subscript(index: Int) -> Transition { index < head.count ? head[index] : tail[index - head.count] }
}

// What is asked of every flow, without its timeline as an array.

extension Flow {
  /// How many entries ``timeline`` has.
  @inlinable package var timelineCount: Int { storage.count }

  /// The entry of ``timeline`` at `index`.
  @inlinable
  package func timelineEntry(_ index: Int) -> Transition { storage[index] }

  /// The first transition that `matches`.
  @inlinable
  public func firstEntry(where matches: (Transition) -> Bool) -> Transition? {
    for index in 0..<storage.count where matches(storage[index]) { return storage[index] }
    return nil
  }

  /// When `end` first entered `state`, false entries left out.
  public func firstEntry(of end: EndpointRole, to state: TCPState) -> Transition? {
    firstEntry { $0.endpoint == end && $0.to == state && $0.refuted == nil }
  }

  /// When `end` last entered `state`, false entries included.
  public func lastEntry(of end: EndpointRole, to state: TCPState) -> Transition? {
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
