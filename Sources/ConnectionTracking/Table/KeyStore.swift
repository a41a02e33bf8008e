import PacketDecoding

/// The keys that are too long for a ``CompactKey``: those of IPv6.
struct KeyStore: ~Copyable, Sendable {
  private var keys = Slab<ConnectionKey>()

  /// Bytes that the keys take.
  var footprint: Int { keys.footprint }

  /// The key that `compact` stands for.
  @inline(__always)
  func key(_ compact: CompactKey, isKept: Bool) -> ConnectionKey { isKept ? keys[compact.place] : compact.key }

  /// Its hash.
  @inline(__always)
  func hash(_ compact: CompactKey, isKept: Bool, _ hash: FlowHash) -> UInt32 {
    isKept ? hash(keys[compact.place]) : hash(compact.words.low, compact.words.high, compact.encapsulation)
  }

  /// Keeps the key of a flow of IPv6.
  @inline(never)
  mutating func keep(_ key: ConnectionKey) -> CompactKey { CompactKey(keptAt: keys.insert(key)) }

  /// The key is not needed any more.
  @inline(__always)
  mutating func remove(_ compact: CompactKey, isKept: Bool) {
    if isKept { keys.remove(compact.place) }
  }
}
