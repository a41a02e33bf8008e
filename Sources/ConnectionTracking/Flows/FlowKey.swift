package import PacketDecoding

/// A four-tuple within its VLAN and tunnel context, the same for both directions.
package struct FlowKey: Sendable, Hashable {
  /// The smaller end.
  package let low: SocketAddress
  package let high: SocketAddress
  package let encapsulation: EncapsulationID

  package init(_ segment: Segment) {
    self.init(segment.source, segment.destination, segment.encapsulation)
  }

  /// - Parameter isOrdered: the source is the smaller end.
  @inline(__always)
  init(_ segment: Segment, isOrdered: Bool) {
    low = isOrdered ? segment.source : segment.destination
    high = isOrdered ? segment.destination : segment.source
    encapsulation = segment.encapsulation
  }

  package init(_ one: SocketAddress, _ other: SocketAddress, _ encapsulation: EncapsulationID) {
    let isOrdered = !(other < one)
    low = isOrdered ? one : other
    high = isOrdered ? other : one
    self.encapsulation = encapsulation
  }

  /// Without a branch: keys are compared for every packet, and nearly always equal.
  @inline(__always)
  package static func == (left: FlowKey, right: FlowKey) -> Bool {
    difference(left.low, right.low) | difference(left.high, right.high)
      | UInt64(left.encapsulation.rawValue ^ right.encapsulation.rawValue) == 0
  }

  /// 0 where both are the same.
  @inline(__always)
  private static func difference(_ left: SocketAddress, _ right: SocketAddress) -> UInt64 {
    (left.address.high ^ right.address.high) | (left.address.low ^ right.address.low)
      | UInt64(left.port ^ right.port) | (left.address.isIPv6 == right.address.isIPv6 ? 0 : 1)
  }

  /// A connection of a socket with itself: one endpoint plays both ends.
  package var isSelfConnect: Bool { low == high }
}
