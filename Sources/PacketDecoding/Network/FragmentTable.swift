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
  private var pending: [FragmentKey: IncompleteDatagram] = [:]
  /// The datagrams in the order of their first fragments: IPv4 and IPv6, which are waited for for different times.
  private var arrivals: [2 of FragmentQueue] = .init(repeating: FragmentQueue())
  private var begun: UInt64 = 0
  private var keptBytes = 0
  private var counts = DecoderStatistics()

  init(limits: DecoderLimits) { self.limits = limits }

  var statistics: DecoderStatistics {
    var statistics = counts
    statistics.incompleteDatagrams = pending.count
    return statistics
  }

  /// Datagrams noted in the order they came, gone ones among them.
  var notedArrivals: Int { arrivals[0].count + arrivals[1].count }

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
    begin(key, at: time)
    let before = pending[key]?.keptBytes ?? 0
    let isConsistent =
      pending[key]?.insert(bytes, wireLength: wireLength, at: place, timeToLive: timeToLive) ?? false
    keptBytes += (pending[key]?.keptBytes ?? 0) - before
    guard isConsistent else {
      counts.overlappingDatagrams += 1
      remove(key)
      return .dropped
    }
    if let datagram = pending[key]?.assembled {
      counts.reassembledDatagrams += 1
      remove(key)
      return .complete(datagram)
    }
    return makeRoom(keeping: key)
  }

  /// Makes sure that the datagram of `key` is there, and that it is not one whose time is over.
  private mutating func begin(_ key: FragmentKey, at time: Timestamp) {
    if let datagram = pending[key] {
      guard datagram.isExpired(at: time) else { return }
      counts.expiredDatagrams += 1
      remove(key)
    }
    begun += 1
    pending[key] = IncompleteDatagram(key: key, begin: time, number: begun)
    arrivals[key.family].append(key, number: begun)
  }

  private mutating func expire(at time: Timestamp) {
    for family in 0..<2 {
      while let oldest = oldest(of: family), oldest.isExpired(at: time) {
        counts.expiredDatagrams += 1
        remove(oldest.key)
      }
    }
  }

  /// Gives up the oldest datagrams while there are more than the limits allow.
  private mutating func makeRoom(keeping key: FragmentKey) -> Outcome {
    var outcome = Outcome.waiting
    while pending.count > max(1, limits.datagrams) || keptBytes > limits.fragmentBytes, let oldest = oldest {
      if oldest == key { outcome = .dropped }
      counts.evictedDatagrams += 1
      remove(oldest)
    }
    return outcome
  }

  private var oldest: FragmentKey? {
    mutating get {
      guard let first = oldest(of: 0) else { return oldest(of: 1)?.key }
      guard let second = oldest(of: 1), second.number < first.number else { return first.key }
      return second.key
    }
  }

  private mutating func oldest(of family: Int) -> IncompleteDatagram? {
    while let first = arrivals[family].first {
      if let datagram = pending[first.key], datagram.number == first.number { return datagram }
      arrivals[family].removeFirst()
    }
    return nil
  }

  private mutating func remove(_ key: FragmentKey) {
    keptBytes -= pending.removeValue(forKey: key)?.keptBytes ?? 0
    arrivals[key.family].tidy(atMost: 2 * pending.count + 64) { pending[$0]?.number == $1 }
  }
}

extension FragmentKey {
  fileprivate var family: Int { source.isIPv6 ? 1 : 0 }
}
