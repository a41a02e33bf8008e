import PacketDecoding

/// A ``ConnectionKey`` in 14 bytes: both ends, if they are of IPv4, or else the place in a ``KeyStore`` where it is kept whole.
///
/// Which of the two it is, whoever holds it remembers.
struct CompactKey: Sendable {
  // The smaller end first.
  private let addresses: (low: UInt32, high: UInt32)
  private let ports: (low: UInt16, high: UInt16)
  let encapsulation: EncapsulationID

  /// Of a flow of IPv4, one of whose segments is `segment`, which `side` sent.
  @inline(__always)
  init(ofIPv4 segment: Segment, from side: Side) {
    let source = UInt32(truncatingIfNeeded: segment.source.address.low)
    let destination = UInt32(truncatingIfNeeded: segment.destination.address.low)
    addresses = side == .low ? (source, destination) : (destination, source)
    ports =
      side == .low
      ? (segment.source.port, segment.destination.port) : (segment.destination.port, segment.source.port)
    encapsulation = segment.encapsulation
  }

  init(keptAt place: UInt32) {
    addresses = (place, 0)
    ports = (0, 0)
    encapsulation = .none
  }

  /// Where the whole key is kept, if it is.
  var place: UInt32 { addresses.low }

  /// The ends as numbers of 48 bits; see ``SocketAddress/wordOfIPv4``.
  var words: (low: UInt64, high: UInt64) {
    (UInt64(addresses.low) << 16 | UInt64(ports.low), UInt64(addresses.high) << 16 | UInt64(ports.high))
  }

  /// The whole key, where it is not kept elsewhere.
  @inline(__always)
  var key: ConnectionKey { ConnectionKey(ofIPv4: addresses.low, ports.low, addresses.high, ports.high, encapsulation) }
}
