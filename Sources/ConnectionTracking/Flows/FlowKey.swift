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

  package init(_ one: SocketAddress, _ other: SocketAddress, _ encapsulation: EncapsulationID) {
    let isOrdered = !(other < one)
    low = isOrdered ? one : other
    high = isOrdered ? other : one
    self.encapsulation = encapsulation
  }

  /// Whether it is the key of the flow between two IPv4 ends, in any order. They are compared as numbers and without a
  /// branch on their order: keys are compared for every packet, nearly always equal, and who sent is nothing that a
  /// processor could foresee.
  @inline(__always)
  func isKey(ofIPv4 one: UInt64, _ other: UInt64, _ encapsulation: EncapsulationID) -> Bool {
    (low.wordOfIPv4 ^ min(one, other)) | (high.wordOfIPv4 ^ max(one, other))
      | UInt64(self.encapsulation.rawValue ^ encapsulation.rawValue) == 0
      && !low.address.isIPv6 && !high.address.isIPv6
  }

  /// Without a branch, for the same reason.
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

extension SocketAddress {
  /// An IPv4 end as a number of 48 bits, in the order of ends.
  @inline(__always)
  var wordOfIPv4: UInt64 { address.low << 16 | UInt64(port) }
}
