import GroundTruth

/// Destination NAT on the line: A's clients know B's service by an address that no host has.
struct AddressTranslation: Sendable {
  /// The address the clients connect to.
  let service: String
  /// The address of the host behind it.
  let host: String
  /// Whether what the host answers leaves in the name of the service.
  let undoesAnswers: Bool

  func applied(to packet: Packet, from side: Side) -> Packet {
    if side == .a, packet.destination == service { return packet.routed(destination: host) }
    if side == .b, packet.source == host, undoesAnswers { return packet.routed(source: service) }
    return packet
  }
}

extension Packet {
  /// The packet as a router passes it on in other names: one hop less to live, and right checksums.
  func routed(source newSource: String? = nil, destination newDestination: String? = nil) -> Packet {
    let isIPv6 = source.contains(":")
    var bytes = self.bytes
    let addresses = Forgery.bytes(of: newSource ?? source) + Forgery.bytes(of: newDestination ?? destination)
    let place = isIPv6 ? 8 : 12
    bytes.replaceSubrange(place..<place + addresses.count, with: addresses)
    bytes[isIPv6 ? 7 : 8] -= 1
    return Packet.sealing(bytes) ?? self
  }

  /// The packet with identification 0, which IPv4 allows where it may not be fragmented (RFC 6864 section 4.1).
  var withoutIdentification: Packet {
    guard bytes[0] >> 4 == 4, bytes[6] & 0x40 != 0 else { return self }
    var bytes = self.bytes
    (bytes[4], bytes[5]) = (0, 0)
    return Packet.sealing(bytes) ?? self
  }

  /// Reads a packet of TCP after it has been given right checksums.
  private static func sealing(_ packet: [UInt8]) -> Packet? {
    var bytes = packet
    let isIPv6 = bytes[0] >> 4 == 6
    let headerLength = isIPv6 ? 40 : Int(bytes[0] & 15) * 4
    if !isIPv6 { seal(&bytes, at: 10) { Forgery.checksum(Array($0[..<headerLength])) } }
    guard bytes[isIPv6 ? 6 : 9] == 6, bytes.count >= headerLength + 20 else { return Packet(bytes) }
    seal(&bytes, at: headerLength + 16) { bytes in
      let length = Forgery.words([UInt16(bytes.count - headerLength), 6])
      return Forgery.checksum(Array(bytes[(isIPv6 ? 8 : 12)..<(isIPv6 ? 40 : 20)]) + length + bytes[headerLength...])
    }
    return Packet(bytes)
  }

  private static func seal(_ bytes: inout [UInt8], at index: Int, _ checksum: ([UInt8]) -> UInt16) {
    (bytes[index], bytes[index + 1]) = (0, 0)
    let sum = checksum(bytes)
    (bytes[index], bytes[index + 1]) = (UInt8(sum >> 8), UInt8(sum & 255))
  }
}
