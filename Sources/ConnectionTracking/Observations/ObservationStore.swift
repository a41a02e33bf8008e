import PacketDecoding

/// The observations of all open flows, in one slab. Bounded: packets of a kind that come close together are one observation, a
/// kind that comes again and again grows its last one, and beyond the limit of a flow they are only counted.
struct ObservationStore: ~Copyable, Sendable {
  static let maximumPerFlow = 64
  static let maximumPerKind: UInt32 = 8

  /// See ``TrackerConfiguration/leastSilence`` and ``TrackerConfiguration/leastIdle``.
  var leastSilence: Int64 = 1_000_000_000
  var leastIdle: Int64 = 60_000_000_000
  private var observations = ChainStore<Observation>()

  var footprint: Int { observations.footprint }

  /// Adds `observation`, or lets the last one of its kind and sender grow.
  ///
  /// - Parameter window: how close, in nanoseconds, two packets are one observation.
  mutating func add(_ observation: Observation, to chain: inout Chain, window: Int64) {
    let (newest, count) = newest(observation.kind, observation.sender, in: chain)
    if newest != Chain.none {
      let gap = observation.first.time.nanoseconds(since: observations[newest].last.time)
      if gap <= window || count >= Self.maximumPerKind { return observations[newest].grow(by: observation) }
    }
    guard chain.count < Self.maximumPerFlow else {
      chain.omitted &+= 1
      return
    }
    _ = observations.append(observation, to: &chain)
  }

  /// Changes the newest observation of a kind and sender, where there is one.
  mutating func update(
    _ kind: ObservationKind, _ sender: EndpointRole, in chain: Chain, _ body: (inout Observation) -> Void
  ) {
    let (newest, _) = newest(kind, sender, in: chain)
    if newest != Chain.none { body(&observations[newest]) }
  }

  func newest(_ kind: ObservationKind, _ sender: EndpointRole, in chain: Chain) -> Observation? {
    let (newest, _) = newest(kind, sender, in: chain)
    return newest == Chain.none ? nil : observations[newest]
  }

  mutating func release(_ chain: inout Chain) { observations.release(&chain) }

  /// The observations of `chain`, oldest first.
  func all(of chain: Chain) -> [Observation] {
    guard chain.count > 0 else { return [] }
    var result: [Observation] = []
    result.reserveCapacity(Int(chain.count))
    var index = chain.head
    while index != Chain.none {
      result.append(observations[index])
      index = observations.next(after: index)
    }
    return result
  }

  private func newest(_ kind: ObservationKind, _ sender: EndpointRole, in chain: Chain) -> (
    index: UInt32, count: UInt32
  ) {
    var result = Chain.none
    var count: UInt32 = 0
    var index = chain.head
    while index != Chain.none {
      if observations[index].kind == kind, observations[index].sender == sender {
        result = index
        count += 1
      }
      index = observations.next(after: index)
    }
    return (result, count)
  }
}

extension Observation {
  /// Takes in a later packet of the same kind.
  fileprivate mutating func grow(by other: Observation) {
    last = other.first
    count += 1
    bytes += other.bytes
    delay = max(delay, other.delay)
    distance = other.distance
    circumstances.formUnion(other.circumstances)
  }
}
