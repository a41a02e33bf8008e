/// What the fragments of one datagram have in common (RFC 791 §3.2, RFC 8200 §4.5).
struct FragmentKey: Hashable {
  var source, destination: IPAddress
  var identification: UInt32
  /// 0 for IPv6, where the identification alone must do.
  var protocolNumber: UInt8
  var encapsulation: EncapsulationID
}

/// Where a fragment belongs.
struct FragmentPlace {
  var offset: Int
  var hasMore: Bool
  var nextHeader: UInt8
}

/// The fragments that wait for the rest of their datagrams, as a Linux receiver keeps them (`ip_frag_queue`,
/// `inet_frag_queue_insert`): a repeated fragment changes nothing, and one that overlaps another in part condemns its
/// datagram (RFC 5722).
struct FragmentTable: Sendable {
  enum Outcome {
    case waiting
    case dropped
    case complete(Datagram)
  }

  /// A datagram put together. With a snap length, `bytes` end where the first missing byte would be.
  struct Datagram {
    var bytes: [UInt8]
    var wireLength: Int
    var nextHeader: UInt8
    var timeToLive: UInt8
  }

  private let limits: DecoderLimits
  /// In the order of their first fragments.
  private var pending: [IncompleteDatagram] = []
  private var keptBytes = 0
  private var counts = DecoderStatistics()

  init(limits: DecoderLimits) { self.limits = limits }

  var statistics: DecoderStatistics {
    var statistics = counts
    statistics.incompleteDatagrams = pending.count
    return statistics
  }

  /// Takes one fragment.
  ///
  /// - Parameters:
  ///   - bytes: what was captured of its payload.
  ///   - wireLength: how long the payload was on the wire.
  mutating func insert(
    _ bytes: Span<UInt8>, wireLength: Int, at place: FragmentPlace, of key: FragmentKey, timeToLive: UInt8,
    time: Timestamp
  ) -> Outcome {
    expire(at: time)
    let index = index(of: key, at: time)
    let before = pending[index].keptBytes
    let isConsistent = pending[index].insert(bytes, wireLength: wireLength, at: place, timeToLive: timeToLive)
    keptBytes += pending[index].keptBytes - before
    guard isConsistent else {
      counts.overlappingDatagrams += 1
      remove(at: index)
      return .dropped
    }
    if let datagram = pending[index].assembled {
      counts.reassembledDatagrams += 1
      remove(at: index)
      return .complete(datagram)
    }
    return makeRoom(keeping: key)
  }

  /// The place of the datagram of `key`, which is begun where it is not there.
  private mutating func index(of key: FragmentKey, at time: Timestamp) -> Int {
    // Most datagrams are complete before the next one begins: look at the newest first.
    if let index = pending.lastIndex(where: { $0.key == key }) { return index }
    pending.append(IncompleteDatagram(key: key, begin: time))
    return pending.count - 1
  }

  private mutating func expire(at time: Timestamp) {
    let before = pending.count
    pending.removeAll { datagram in
      guard datagram.isExpired(at: time) else { return false }
      keptBytes -= datagram.keptBytes
      return true
    }
    counts.expiredDatagrams += before - pending.count
  }

  /// Gives up the oldest datagrams while there are more than the limits allow.
  private mutating func makeRoom(keeping key: FragmentKey) -> Outcome {
    var outcome = Outcome.waiting
    while pending.count > max(1, limits.datagrams) || keptBytes > limits.fragmentBytes, let oldest = pending.first {
      if oldest.key == key { outcome = .dropped }
      counts.evictedDatagrams += 1
      remove(at: 0)
    }
    return outcome
  }

  private mutating func remove(at index: Int) {
    keptBytes -= pending[index].keptBytes
    pending.remove(at: index)
  }
}
