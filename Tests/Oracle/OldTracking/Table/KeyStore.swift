import PacketDecoding

/// The keys that are too long for a ``CompactKey``: those of IPv6.
struct KeyStore: ~Copyable, Sendable {
  private var keys = Slab<FlowKey>()

  /// Bytes that the keys take.
  var footprint: Int { keys.footprint }

  /// The key that `compact` stands for.
  @inline(__always)
  func key(_ compact: CompactKey, isKept: Bool) -> FlowKey { isKept ? keys[compact.place] : compact.key }

  /// Its hash.
  @inline(__always)
  func hash(_ compact: CompactKey, isKept: Bool, _ hash: FlowHash) -> UInt32 {
    isKept ? hash(keys[compact.place]) : hash(compact.words.low, compact.words.high, compact.encapsulation)
  }

  /// Keeps the key of a flow of IPv6.
  @inline(never)
  mutating func keep(_ key: FlowKey) -> CompactKey { CompactKey(keptAt: keys.insert(key)) }

  /// A kept key is not needed any more.
  mutating func remove(_ compact: CompactKey) { keys.remove(compact.place) }
}
