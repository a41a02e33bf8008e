import PacketDecoding

// What an ICMP error says of the connection whose segment it quotes (RFC 1122 §4.2.3.9, RFC 5927; Linux tcp_v4_err).

extension Connection {
  /// Takes an error about a segment that `side` sent.
  mutating func process(
    _ error: ICMPError, from side: Side, timers: TimerProfile, in stores: inout ConnectionStores
  ) {
    var quoted = Segment(
      time: error.time, frame: error.frame, source: error.source, destination: error.destination,
      sequence: error.sequence ?? ends[side].next, flags: [])
    quoted.encapsulation = error.encapsulation
    add(.icmpError, quoted, side, in: &stores) { observation in
      observation.distance = Int(error.type) << 8 | Int(error.code)
      observation.bytes = Int(error.nextHopMTU ?? 0)
      if error.reporter.isIPv6 { observation.circumstances.insert(.icmpv6) }
      if error.reporter == error.destination.address { observation.circumstances.insert(.fromPeer) }
    }
    guard endsAttempt(error, timers.softErrors), error.sequence == nil || error.sequence == ends[side].initialSequence
    else { return }
    marks.prediction = .none
    presume(side, .unreachable, quoted, in: &stores)
  }

  /// An error that ends an attempt at once: the destination, its port or protocol is unreachable, or administration
  /// forbids it; what RFC 1122 calls soft, where the stack says so. One that asks for smaller packets is none.
  private func endsAttempt(_ error: ICMPError, _ soft: StackProfile.SoftErrors) -> Bool {
    switch (error.reporter.isIPv6, error.type) {
    case (false, 3): error.code != 4
    case (true, 1): true
    case (false, 11), (true, 3): soft == .endAttempt || (soft == .endAttemptInTransit && error.code == 0)
    case (false, 12), (true, 4): soft == .endAttempt
    default: false
    }
  }
}
