import PacketDecoding

// What is counted of a connection, without the flow; the two must say the same.

extension Connection {
  /// What is counted of the connection, which must be uneventful, with time running up to `end`.
  mutating func digest(
    _ key: ConnectionKey, _ reason: Flow.EndReason, at end: Timestamp, _ stores: inout ConnectionStores
  ) -> FlowDigest {
    let reset = marks.contains(.hasReset) ? earliestReset(&stores) : nil
    let (client, server) = (clientSide, clientSide.other)
    let walk = DigestWalk(of: &self, &stores)
    return FlowDigest(
      number: number, client: self.client(key), orientation: orientation, close: closeKind, closedBy: closer,
      end: reason, server: self.server(key), resetBy: reset?.sender, firstSeen: first, lastSeen: last(&stores),
      answerDelay: answerDelay(walk.answer),
      packets: Int(truncatingIfNeeded: packets(of: .low, &stores) &+ packets(of: .high, &stores)),
      payloadBytes: Int(
        truncatingIfNeeded: distinctPayloadBytes(of: .low, &stores) &+ distinctPayloadBytes(of: .high, &stores)),
      retransmittedBytes: hasExtras ? retransmittedBytes(&stores) : 0,
      resetTime: reset?.first.time ?? Timestamp(nanoseconds: 0),
      clientEnd: digest(of: client, walk.stays[client], until: end.nanoseconds),
      serverEnd: digest(of: server, walk.stays[server], until: end.nanoseconds))
  }

  private mutating func retransmittedBytes(_ stores: inout ConnectionStores) -> Int {
    let bytes = Side.both.reduce(0) { $0 &+ stores.extras[attachment].ends[$1].retransmittedBytes }
    return Int(truncatingIfNeeded: bytes)
  }

  /// Whether a digest tells all that is counted of the connection.
  mutating func isUneventful(_ stores: inout ConnectionStores) -> Bool {
    guard !marks.contains(.isEventful), !isSelfConnect else { return false }
    guard hasExtras else { return true }
    let extra = attachment
    guard stores.extras[extra].previous == 0, stores.extras[extra].observations.omitted == 0,
      stores.extras[extra].ends[.low].uncapturedBytes == 0, stores.extras[extra].ends[.high].uncapturedBytes == 0,
      !marks.contains(.hasTimeout) || isServed(&stores)
    else { return false }
    guard marks.contains(.hasReset) else { return true }
    guard let reset = earliestReset(&stores) else { return false }
    return isOfAcceptedConnection(reset, &stores)
  }

  /// The server has taken the connection: it has sent payload, and not only with its SYN-ACK.
  private mutating func isServed(_ stores: inout ConnectionStores) -> Bool {
    let server = clientSide.other
    return packets(of: server, &stores) > 1 && payloadBytes(of: server, &stores) > 0
  }

  /// There is one at most, unless the connection is eventful.
  private mutating func earliestReset(_ stores: inout ConnectionStores) -> Observation? {
    newest(.reset, clientSide, in: &stores) ?? newest(.reset, clientSide.other, in: &stores)
  }

  /// Whether a RST does not tell of a listener that has no room for the connection.
  private mutating func isOfAcceptedConnection(_ reset: Observation, _ stores: inout ConnectionStores) -> Bool {
    reset.sender == .client || closing.kind == .refused || (isServed(&stores) && reset.senderState != .synReceived)
  }

  private mutating func answerDelay(_ answer: Int64?) -> Int64? {
    guard orientation == .syn, ends[clientSide.other].packets > 0 else { return nil }
    return answer.map { Timestamp(nanoseconds: $0).nanoseconds(since: first.time) }
  }

  @inline(__always)
  private mutating func digest(of side: Side, _ stays: Stays, until end: Int64) -> EndpointDigest {
    var digest = EndpointDigest(
      initialSequence: ends[side].initialSequence, state: ends[side].state, hasSent: ends[side].packets > 0)
    let timeWait = stays.clock.nanoseconds(in: .timeWait, until: end)
    if timeWait > 0, let since = stays.timeWait {
      digest.timeWait = EndpointDigest.Stay(since: Timestamp(nanoseconds: since), nanoseconds: timeWait)
    }
    let closeWait = stays.clock.nanoseconds(in: .closeWait, until: end)
    let isThere = ends[side].state == .closeWait
    guard closeWait > 0, !(isThere && stays.clock.isPresumed) else { return digest }
    digest.closeWait = .left
    guard isThere, let since = stays.clock.newest else { return digest }
    digest.closeWait = .remains
    digest.unclosed = EndpointDigest.Stay(since: Timestamp(nanoseconds: since), nanoseconds: closeWait)
    digest.unclosedFrame = stays.closeWaitFrame
    return digest
  }
}

/// What one end's moves say of its stays.
private struct Stays {
  var clock: StateClock
  /// When it entered TIME_WAIT last.
  var timeWait: Int64?
  /// The packet that led to CLOSE_WAIT last; 0 where none is known.
  var closeWaitFrame: UInt64 = 0
}

/// A connection's moves from the first to the last, as they are packed.
private struct DigestWalk {
  private(set) var stays: [2 of Stays]
  /// When the SYN-ACK passed that led the client to ESTABLISHED first.
  private(set) var answer: Int64?

  init(of connection: inout Connection, _ stores: inout ConnectionStores) {
    stays = .init(repeating: Stays(clock: StateClock(from: connection.first.time.nanoseconds)))
    var isOpened = false
    // Only a FIN leads to the states that are asked about.
    // Beside a SYN it closes nothing, and yet may be received.
    let closes = connection.closing.hasFIN || connection.ends[.low].hasFIN || connection.ends[.high].hasFIN
    let client = connection.clientSide
    var places = [2 of Int](repeating: 0)
    for side in Side.both { places[side] = StateDurations.place(of: connection.marks.start(of: side)) }
    for index in 0..<Int(connection.log.count) where closes || !isOpened {
      let entry = stores.log[connection.log, index]
      let moment = connection.moment(ofEntry: index, &stores)
      let time = moment.time.nanoseconds
      for position in 0..<entry.count {
        let move = entry[position]
        let side = move.side
        let place = move.place
        let isRefuted = move.settlement == .refuted
        if closes {
          stays[side].clock.take(
            at: time, from: places[side], to: place, isPresumed: move.isOpen, isRefuted: isRefuted)
          if place == Int(TCPState.timeWait.rawValue) { stays[side].timeWait = time }
          if place == Int(TCPState.closeWait.rawValue) {
            stays[side].closeWaitFrame = move.evidence == .timer ? 0 : moment.frame
          }
        }
        places[side] = place
        if !isOpened, side == client, place == Int(TCPState.established.rawValue), !isRefuted {
          isOpened = true
          if move.cause == .receivesSYNACK { answer = time }
        }
      }
    }
  }
}
