import PacketDecoding

/// The notices of all open flows, in one slab. Bounded: packets of a kind that come close together are one notice, a
/// kind that comes again and again grows its last one, and beyond the limit of a flow they are only counted.
struct NoticeStore: ~Copyable, Sendable {
  static let maximumPerFlow = 64
  static let maximumPerKind: UInt32 = 8

  /// See ``TrackerConfiguration/leastSilence`` and ``TrackerConfiguration/leastIdle``.
  var leastSilence: Int64 = 1_000_000_000
  var leastIdle: Int64 = 60_000_000_000
  private var notices = ChainStore<FlowNotice>()

  var footprint: Int { notices.footprint }

  /// Adds `notice`, or lets the last one of its kind and sender grow.
  ///
  /// - Parameter window: how close, in nanoseconds, two packets are one notice.
  mutating func add(_ notice: FlowNotice, to chain: inout Chain, window: Int64) {
    let (newest, count) = newest(notice.kind, notice.sender, in: chain)
    if newest != Chain.none {
      let gap = notice.first.time.nanoseconds(since: notices[newest].last.time)
      if gap <= window || count >= Self.maximumPerKind { return notices[newest].grow(by: notice) }
    }
    guard chain.count < Self.maximumPerFlow else {
      chain.omitted &+= 1
      return
    }
    _ = notices.append(notice, to: &chain)
  }

  /// Changes the newest notice of a kind and sender, where there is one.
  mutating func update(
    _ kind: NoticeKind, _ sender: EndpointRole, in chain: Chain, _ body: (inout FlowNotice) -> Void
  ) {
    let (newest, _) = newest(kind, sender, in: chain)
    if newest != Chain.none { body(&notices[newest]) }
  }

  func newest(_ kind: NoticeKind, _ sender: EndpointRole, in chain: Chain) -> FlowNotice? {
    let (newest, _) = newest(kind, sender, in: chain)
    return newest == Chain.none ? nil : notices[newest]
  }

  mutating func release(_ chain: inout Chain) { notices.release(&chain) }

  /// The notices of `chain`, oldest first.
  func all(of chain: Chain) -> [FlowNotice] {
    guard chain.count > 0 else { return [] }
    var result: [FlowNotice] = []
    result.reserveCapacity(Int(chain.count))
    var index = chain.head
    while index != Chain.none {
      result.append(notices[index])
      index = notices.next(after: index)
    }
    return result
  }

  private func newest(_ kind: NoticeKind, _ sender: EndpointRole, in chain: Chain) -> (index: UInt32, count: UInt32) {
    var result = Chain.none
    var count: UInt32 = 0
    var index = chain.head
    while index != Chain.none {
      if notices[index].kind == kind, notices[index].sender == sender {
        result = index
        count += 1
      }
      index = notices.next(after: index)
    }
    return (result, count)
  }
}

extension FlowNotice {
  /// Takes in a later packet of the same kind.
  fileprivate mutating func grow(by other: FlowNotice) {
    last = other.first
    count += 1
    bytes += other.bytes
    delay = max(delay, other.delay)
    distance = other.distance
    circumstances.formUnion(other.circumstances)
  }
}
