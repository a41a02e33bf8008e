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

  /// A connection of a socket with itself: one endpoint plays both ends.
  package var isSelfConnect: Bool { low == high }
}
