import GroundTruth

// Checksums as they are not on the wire: broken on the way, or left to the network card.

extension Forgery {
  /// The RST that would end the connection of `packet` right behind it, its checksum wrong by one bit.
  static func brokenReset(behind packet: CapturedPacket) -> CapturedPacket? {
    guard let model = Packet(packet.bytes), let segment = model.segment else { return nil }
    let reset = Forgery(
      source: model.source, sourcePort: segment.sourcePort, destination: model.destination,
      destinationPort: segment.destinationPort, flags: [.rst, .ack],
      sequence: segment.sequence &+ UInt32(segment.payloadLength), acknowledgment: segment.acknowledgment)
    guard var bytes = reset.packet?.bytes else { return nil }
    bytes[bytes.count - 3] ^= 1
    return CapturedPacket(time: packet.time + 50_000, bytes: bytes, originalLength: bytes.count)
  }

  /// `packet` of IPv4 with the sum of the pseudo-header alone in its checksum, as Linux hands it to a network card.
  static func leavingChecksum(of packet: CapturedPacket) -> CapturedPacket {
    var packet = packet
    let length = packet.bytes.count - 20
    let pseudoHeader = Array(packet.bytes[12..<20]) + words([6, UInt16(length)])
    let sum = ~checksum(pseudoHeader)
    (packet.bytes[36], packet.bytes[37]) = (UInt8(sum >> 8), UInt8(sum & 255))
    return packet
  }
}
