package import PacketDecoding

/// A four-tuple within its VLAN and tunnel context, the same for both directions.
///
/// In 39 bytes: a packet's two addresses are of one protocol. Of two that are not, which no packet has, both pass for IPv6.
package struct ConnectionKey: Sendable, Equatable {
  // The addresses' bits, of the smaller end first; see ``IPAddress``.
  private let lowHigh: UInt64
  private let lowLow: UInt64
  private let highHigh: UInt64
  private let highLow: UInt64
  private let lowPort: UInt16
  private let highPort: UInt16
  package let encapsulation: EncapsulationID
  private let isIPv6: Bool

  package init(_ segment: Segment) {
    self.init(segment.source, segment.destination, segment.encapsulation)
  }

  package init(_ one: SocketAddress, _ other: SocketAddress, _ encapsulation: EncapsulationID) {
    let isOrdered = !(other < one)
    let (low, high) = isOrdered ? (one, other) : (other, one)
    (lowHigh, lowLow, lowPort) = (low.address.high, low.address.low, low.port)
    (highHigh, highLow, highPort) = (high.address.high, high.address.low, high.port)
    isIPv6 = one.address.isIPv6 || other.address.isIPv6
    self.encapsulation = encapsulation
  }

  /// Of the two ends of `segment`, which the key's end `side` sent: without a branch, as keys are compared for every packet,
  /// and neither who sent it nor by which protocol is anything that a processor could foresee.
  @inline(__always)
  init(_ segment: Segment, from side: Side) {
    let (source, destination) = (segment.source.address, segment.destination.address)
    let isFromHigh = 0 &- UInt64(side.rawValue)
    let high = (source.high ^ destination.high) & isFromHigh
    let low = (source.low ^ destination.low) & isFromHigh
    let port = (segment.source.port ^ segment.destination.port) & UInt16(truncatingIfNeeded: isFromHigh)
    (lowHigh, lowLow, lowPort) = (source.high ^ high, source.low ^ low, segment.source.port ^ port)
    (highHigh, highLow, highPort) = (destination.high ^ high, destination.low ^ low, segment.destination.port ^ port)
    isIPv6 = source.isIPv6 || destination.isIPv6
    encapsulation = segment.encapsulation
  }

  /// Of two IPv4 ends that are in order.
  @inline(__always)
  init(
    ofIPv4 low: UInt32, _ lowPort: UInt16, _ high: UInt32, _ highPort: UInt16, _ encapsulation: EncapsulationID
  ) {
    (lowHigh, lowLow, self.lowPort) = (0, UInt64(low), lowPort)
    (highHigh, highLow, self.highPort) = (0, UInt64(high), highPort)
    isIPv6 = false
    self.encapsulation = encapsulation
  }

  /// The smaller end.
  package var low: SocketAddress {
    SocketAddress(address: IPAddress(isIPv6: isIPv6, high: lowHigh, low: lowLow), port: lowPort)
  }
  package var high: SocketAddress {
    SocketAddress(address: IPAddress(isIPv6: isIPv6, high: highHigh, low: highLow), port: highPort)
  }

  /// Without a branch, for the reason that ``init(_:from:)`` gives.
  @inline(__always)
  package static func == (left: ConnectionKey, right: ConnectionKey) -> Bool {
    let addresses =
      (left.lowHigh ^ right.lowHigh) | (left.lowLow ^ right.lowLow) | (left.highHigh ^ right.highHigh)
      | (left.highLow ^ right.highLow)
    let rest =
      (left.lowPort ^ right.lowPort) | (left.highPort ^ right.highPort)
      | (left.encapsulation.rawValue ^ right.encapsulation.rawValue)
    return addresses | UInt64(rest) == 0 && left.isIPv6 == right.isIPv6
  }

  /// A connection of a socket with itself: one endpoint plays both ends.
  package var isSelfConnect: Bool { low == high }
}

extension SocketAddress {
  /// An IPv4 end as a number of 48 bits, in the order of ends.
  @inline(__always)
  var wordOfIPv4: UInt64 { address.low << 16 | UInt64(port) }
}
