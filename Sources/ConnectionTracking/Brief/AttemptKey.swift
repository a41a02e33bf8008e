import PacketDecoding

/// The key of an attempt in 15 bytes where a ``FlowKey`` takes 39: both ends, if they are of IPv4, or else where
/// ``AttemptTable`` keeps it.
struct AttemptKey: Sendable {
  // The smaller end first.
  private let addresses: (low: UInt32, high: UInt32)
  private let ports: (low: UInt16, high: UInt16)
  let encapsulation: EncapsulationID
  private let isElsewhere: Bool

  /// Of a flow of IPv4 that begins with `syn`, which `side` sent.
  @inline(__always)
  init(ofIPv4 syn: Segment, from side: UInt8) {
    let source = UInt32(truncatingIfNeeded: syn.source.address.low)
    let destination = UInt32(truncatingIfNeeded: syn.destination.address.low)
    addresses = side == 0 ? (source, destination) : (destination, source)
    ports = side == 0 ? (syn.source.port, syn.destination.port) : (syn.destination.port, syn.source.port)
    encapsulation = syn.encapsulation
    isElsewhere = false
  }

  init(keptAt place: UInt32) {
    addresses = (place, 0)
    ports = (0, 0)
    encapsulation = .none
    isElsewhere = true
  }

  /// Where the whole key is kept; nil where this is all of it.
  var place: UInt32? { isElsewhere ? addresses.low : nil }

  /// The ends as numbers of 48 bits; see ``SocketAddress/wordOfIPv4``.
  var words: (low: UInt64, high: UInt64) {
    (UInt64(addresses.low) << 16 | UInt64(ports.low), UInt64(addresses.high) << 16 | UInt64(ports.high))
  }

  /// The whole key, where it is not kept elsewhere.
  var key: FlowKey { FlowKey(ofIPv4: addresses.low, ports.low, addresses.high, ports.high, encapsulation) }
}
