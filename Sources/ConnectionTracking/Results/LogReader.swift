import PacketDecoding

/// Reads the moves of a connection in their order, unpacked; each end's clock is told of its own on the way.
struct LogReader {
  private(set) var clocks: [2 of StateClock]
  private var states: [2 of TCPState?]
  private var entry = 0
  private var move = 0

  init(of connection: inout Connection) {
    clocks = .init(repeating: StateClock(from: connection.first.time.nanoseconds))
    states = [connection.marks.start(of: .low), connection.marks.start(of: .high)]
  }

  /// Goes on behind the moves of the first `entries`.
  init(of connection: inout Connection, behind entries: Int, _ stores: inout ConnectionStores) {
    self.init(of: &connection)
    while entry < entries, next(in: &connection, &stores) != nil {}
  }

  /// The next move; nil behind the last one.
  mutating func next(in connection: inout Connection, _ stores: inout ConnectionStores) -> PackedTransition? {
    while entry < Int(connection.log.count) {
      let packed = stores.log[connection.log, entry]
      guard move < packed.count else {
        (entry, move) = (entry + 1, 0)
        continue
      }
      defer { move += 1 }
      return unpack(packed[move], in: &connection, &stores)
    }
    return nil
  }

  private mutating func unpack(
    _ packed: LogMove, in connection: inout Connection, _ stores: inout ConnectionStores
  ) -> PackedTransition {
    let moment = connection.moment(ofEntry: entry, &stores)
    let side = packed.side
    var slot = PackedTransition(
      connection.role(of: side), from: states[side], to: packed.to, packed.cause, packed.evidence,
      frame: packed.evidence == .timer ? 0 : moment.frame, time: moment.time.nanoseconds)
    if packed.settlement != .open {
      slot.settle(as: packed.settlement, at: connection.moment(ofEntry: packed.settledBy, &stores))
    }
    states[side] = packed.to
    clocks[side].take(slot)
    return slot
  }
}
