import GroundTruth

/// The relay in the words of a scenario.
extension Relay {
  /// Loses packets.
  ///
  /// - Parameter times: how many; nil: all.
  func lose(_ pattern: PacketPattern, from side: Side, times: Int? = nil) {
    add(RelayRule(pattern: pattern, sender: side, action: .drop, remaining: times))
  }

  func delay(_ pattern: PacketPattern, from side: Side, milliseconds: Int, times: Int? = nil) {
    add(RelayRule(pattern: pattern, sender: side, action: .delay(milliseconds), remaining: times))
  }

  /// Keeps packets until ``release(reversed:)``.
  func hold(_ pattern: PacketPattern, from side: Side, times: Int? = nil) {
    add(RelayRule(pattern: pattern, sender: side, action: .hold, remaining: times))
  }

  func duplicate(_ pattern: PacketPattern, from side: Side, afterMilliseconds: Int, times: Int? = nil) {
    add(RelayRule(pattern: pattern, sender: side, action: .duplicate(afterMilliseconds), remaining: times))
  }

  /// Nothing passes in either direction any more.
  func cut() {
    lose(.any, from: .a)
    lose(.any, from: .b)
  }
}

extension Experiment {
  /// Delivers to the peer of `socket` a segment that `socket` did not send.
  ///
  /// - Parameters:
  ///   - offset: how far from the number `socket` would send next.
  ///   - acknowledging: how far from the number `socket` expects next.
  ///   - age: how much older than the socket's last one the timestamp is; nil: no timestamp option.
  func forge(
    from socket: Socket, _ flags: Set<Forgery.Flag>, offset: Int = 0, acknowledging: Int = 0, payload: [UInt8] = [],
    age: UInt32? = nil
  ) throws {
    guard let peer = socket.peer else { throw LaboratoryError("only a connected socket can be impersonated") }
    let numbers = line.numbers(from: socket.host.address, socket.port, to: peer.address, peer.port)
    let back = line.numbers(from: peer.address, peer.port, to: socket.host.address, socket.port)
    let forgery = Forgery(
      source: socket.host.address, sourcePort: socket.port, destination: peer.address, destinationPort: peer.port,
      flags: flags, sequence: numbers.next &+ UInt32(truncatingIfNeeded: offset),
      acknowledgment: flags.contains(.ack) ? back.next &+ UInt32(truncatingIfNeeded: acknowledging) : 0,
      payload: payload, timestamps: age.map { (numbers.timestamp &- $0, back.timestamp) })
    try inject(forgery, to: socket.host.side.other)
  }

  func inject(_ forgery: Forgery, to side: Side) throws {
    guard let packet = forgery.packet else { throw LaboratoryError("a forged packet that cannot be read") }
    line.inject(packet, to: side)
    settle(milliseconds: 20)
  }
}

extension Relay {
  /// The number after all that one end has sent to the other, and its last timestamp.
  fileprivate func numbers(
    from source: String, _ sourcePort: UInt16, to destination: String, _ destinationPort: UInt16
  ) -> (next: UInt32, timestamp: UInt32) {
    let sent = events.filter { event in
      guard event.isSent, let segment = event.packet.segment, segment.flags & 4 == 0 else { return false }
      return (segment.source, segment.sourcePort) == (source, sourcePort)
        && (segment.destination, segment.destinationPort) == (destination, destinationPort)
    }
    let timestamp = sent.last?.packet.timestamp ?? 0
    guard let connection = sent.last(where: { ($0.packet.segment?.flags ?? 0) & 2 != 0 })?.packet.segment else {
      return (0, timestamp)
    }
    let length = sent.compactMap(\.packet.segment).map { segment in
      let end = segment.sequence &+ UInt32(segment.payloadLength) &+ UInt32(segment.flags & 1)
      return Int(Int32(bitPattern: end &- connection.sequence))
    }
    return (connection.sequence &+ UInt32(truncatingIfNeeded: max(1, length.max() ?? 1)), timestamp)
  }
}
