public import PacketDecoding

/// An open connection as it stands: what a screen shows of it, without its history. A plain value that takes no memory of
/// its own, where a ``Flow`` does.
public struct OpenConnection: Sendable, Equatable {
  /// The flow's number.
  public var number: Int
  public var client: SocketAddress
  public var server: SocketAddress
  public var encapsulation: EncapsulationID
  public var firstSeen: PacketStamp
  public var lastSeen: PacketStamp
  public var close: Flow.CloseKind
  public var clientEnd: End
  public var serverEnd: End

  /// One end of it.
  public struct End: Sendable, Equatable {
    /// nil: UNKNOWN, no evidence.
    public var state: TCPState?
    /// Since when; nil before any move.
    public var since: Timestamp?
    /// True while the state rests on a presumption that nothing has confirmed.
    public var isPresumed: Bool
    public var packets: Int
    /// Payload bytes, repeats included.
    public var payloadBytes: Int
  }
}

extension Connection {
  /// What it looks like from without.
  mutating func outline(_ key: ConnectionKey, _ stores: inout ConnectionStores) -> OpenConnection {
    let client = clientSide
    return OpenConnection(
      number: number, client: self.client(key), server: server(key), encapsulation: key.encapsulation,
      firstSeen: first, lastSeen: last(&stores), close: closeKind, clientEnd: outline(of: client, &stores),
      serverEnd: outline(of: peer(of: client), &stores))
  }

  private mutating func outline(of side: Side, _ stores: inout ConnectionStores) -> OpenConnection.End {
    let newest = newestMove(in: &stores) { $0.side == side }
    let isKnown = newest != .none
    return OpenConnection.End(
      state: ends[side].state, since: isKnown ? moment(of: newest, &stores).time : nil,
      isPresumed: isKnown && stores.log[log, newest.entry][newest.move].isOpen,
      packets: Int(truncatingIfNeeded: packets(of: side, &stores)),
      payloadBytes: Int(truncatingIfNeeded: payloadBytes(of: side, &stores)))
  }
}

extension ConnectionTracker {
  /// Visits every connection held, in no order: a look that changes nothing, and makes no ``Flow``.
  public mutating func forEachConnection(_ body: (OpenConnection) -> Void) {
    for slot in records.slots() { body(outline(at: slot)) }
  }

  /// The connection with this number as it stands; nil where it is not held.
  public mutating func connection(number: Int) -> OpenConnection? {
    records.slot(number: number).map { outline(at: $0) }
  }

  /// What is known of the flow with this number; nil where it is not held.
  public mutating func flow(number: Int) -> Flow? {
    records.slot(number: number).map { snapshot($0, .open, at: now) }
  }

  private mutating func outline(at slot: ConnectionTable.Slot) -> OpenConnection {
    let key = records.key(of: slot)
    guard ConnectionTable.isSaved(slot) else { return records[slot].outline(key, &stores) }
    var connection = replayed(slot)
    let outline = connection.outline(key, &stores)
    connection.release(key, in: &stores)
    return outline
  }
}
