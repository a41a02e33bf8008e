import PacketDecoding

// How a connection writes its moves: all of them through here.

/// Where a move is: its entry, and which of its two.
struct LogPlace: Sendable, Equatable {
  private var bits: UInt16

  @inline(__always)
  init(entry: Int, move: Int) { bits = UInt16(truncatingIfNeeded: entry << 1 | move) }

  private init(bits: UInt16) { self.bits = bits }

  /// No place.
  static var none: LogPlace { LogPlace(bits: .max) }

  var entry: Int { @inline(__always) get { Int(bits >> 1) } }
  var move: Int { @inline(__always) get { Int(bits & 1) } }
}

extension Connection {
  /// Moves that a connection may hold. Only a hostile sender comes near.
  static var mostMoves: Int { 512 }

  /// Adds a move of `side` that `segment` makes.
  mutating func note(
    _ side: Side, to state: TCPState?, _ cause: TransitionCause, _ evidence: Evidence, _ segment: Segment,
    in stores: inout ConnectionStores
  ) {
    let moment = PacketStamp(time: segment.time, frame: segment.frame)
    append(LogMove(side: side, to: state, cause, evidence), at: moment, in: &stores)
  }

  /// Adds a move of `side` that only time shows: no packet, the moment the timer ended.
  mutating func noteTimeout(
    _ side: Side, to state: TCPState?, _ cause: TransitionCause, at time: Int64, in stores: inout ConnectionStores
  ) {
    makeRoomForMove(&stores)
    addEntry(PacketStamp(time: Timestamp(nanoseconds: time), frame: first.frame), in: &stores)
    stores.log[log, Int(log.count) - 1].append(LogMove(side: side, to: state, cause, .timer))
  }

  private mutating func append(_ move: LogMove, at moment: PacketStamp, in stores: inout ConnectionStores) {
    makeRoomForMove(&stores)
    let entry = entry(of: moment, in: &stores)
    if stores.log[log, entry].count < 2 { return stores.log[log, entry].append(move) }
    addEntry(moment, in: &stores)
    stores.log[log, Int(log.count) - 1].append(move)
  }

  /// The entry of the packet that is being taken, which is the newest one, or added.
  private mutating func entry(of moment: PacketStamp, in stores: inout ConnectionStores) -> Int {
    let newest = Int(log.count) - 1
    if newest >= 0, stores.log[log, newest][0].evidence != .timer || stores.log[log, newest].count == 0,
      self.moment(ofEntry: newest, &stores) == moment
    {
      return newest
    }
    addEntry(moment, in: &stores)
    return Int(log.count) - 1
  }

  private mutating func addEntry(_ moment: PacketStamp, in stores: inout ConnectionStores) {
    let entry = LogEntry(moment, since: first) ?? keepElsewhere(moment, in: &stores)
    var block = log
    if Int(block.count) == BlockStore<LogEntry>.mostRoom {
      omitTransitions(stores.log[block, Int(block.count) - 1].count, in: &stores)
      stores.log[block, Int(block.count) - 1] = entry
    } else {
      stores.log.append(entry, to: &block)
    }
    log = block
  }

  @inline(never)
  private mutating func keepElsewhere(_ moment: PacketStamp, in stores: inout ConnectionStores) -> LogEntry {
    let place = makeExtras(&stores)
    stores.extras[place].moments.append(moment)
    return LogEntry(keptAt: stores.extras[place].moments.count - 1)
  }

  /// Where there are too many moves, the newest gives way.
  @inline(__always)
  private mutating func makeRoomForMove(_ stores: inout ConnectionStores) {
    if Int(log.count) >= Self.mostMoves / 2 { dropNewestMove(&stores) }
  }

  @inline(never)
  private mutating func dropNewestMove(_ stores: inout ConnectionStores) {
    var moves = 0
    var newest: Int?
    for entry in 0..<Int(log.count) {
      moves += stores.log[log, entry].count
      if stores.log[log, entry].count > 0 { newest = entry }
    }
    guard moves >= Self.mostMoves, let newest else { return }
    stores.log[log, newest].removeLast()
    omitTransitions(1, in: &stores)
  }

  private mutating func omitTransitions(_ count: Int, in stores: inout ConnectionStores) {
    if count > 0 { stores.extras[makeExtras(&stores)].transitionsOmitted &+= UInt32(count) }
  }
}

// MARK: - Reading and settling

extension Connection {
  @inline(__always)
  mutating func moment(ofEntry index: Int, _ stores: inout ConnectionStores) -> PacketStamp {
    let entry = stores.log[log, index]
    if entry.isKeptElsewhere { return stores.extras[extras].moments[Int(entry.time)] }
    return PacketStamp(
      time: Timestamp(nanoseconds: first.time.nanoseconds &+ entry.time), frame: first.frame &+ entry.frame)
  }

  mutating func moment(of place: LogPlace, _ stores: inout ConnectionStores) -> PacketStamp {
    moment(ofEntry: place.entry, &stores)
  }

  /// Settles a move that nothing has settled yet, by `segment`; does nothing where there is none, or where the log is so full
  /// that the entry which tells when would give way to a later one.
  mutating func settle(
    _ place: LogPlace, as settlement: PackedTransition.Settlement, by segment: Segment,
    in stores: inout ConnectionStores
  ) {
    guard place != .none, stores.log[log, place.entry][place.move].settlement == .open,
      Int(log.count) < BlockStore<LogEntry>.mostRoom - 1
    else { return }
    let entry = entry(of: PacketStamp(time: segment.time, frame: segment.frame), in: &stores)
    stores.log[log, place.entry][place.move].settle(as: settlement, by: entry)
  }

  /// The newest move that is as asked for; ``LogPlace/none`` where there is none.
  mutating func newestMove(in stores: inout ConnectionStores, where isAsked: (LogMove) -> Bool) -> LogPlace {
    var entry = Int(log.count)
    while entry > 0 {
      entry -= 1
      for move in (0..<stores.log[log, entry].count).reversed() where isAsked(stores.log[log, entry][move]) {
        return LogPlace(entry: entry, move: move)
      }
    }
    return .none
  }

  /// The newest move of `side` for `cause` that is not certain, and that nothing has settled.
  mutating func newestPresumed(
    _ side: Side, _ cause: TransitionCause, in stores: inout ConnectionStores
  ) -> LogPlace {
    newestMove(in: &stores) { $0.side == side && $0.cause == cause && $0.isPresumed }
  }

  /// The moves that presume the arrivals pending at `side`, oldest first: its newest ones that nothing has settled, but for
  /// what is presumed for another reason.
  mutating func presumedMoves(of side: Side, in stores: inout ConnectionStores) -> PresumedMoves {
    var result = PresumedMoves(count: ends[side].pending.count)
    var missing = result.count
    var entry = Int(log.count)
    var later: LogMove?
    while missing > 0, entry > 0 {
      entry -= 1
      for index in (0..<stores.log[log, entry].count).reversed() where missing > 0 {
        let move = stores.log[log, entry][index]
        guard move.side == side else { continue }
        if move.presumesArrival, !move.isAlternative(before: later) {
          missing -= 1
          result[missing] = LogPlace(entry: entry, move: index)
        }
        later = move
      }
    }
    return result
  }

  /// The state that `side` would be in, had the peer's FIN been lost, as its log names it beside the
  /// other.
  mutating func alternative(of side: Side, in stores: inout ConnectionStores) -> LogPlace {
    var later: LogMove?
    return newestMove(in: &stores) { move in
      guard move.side == side else { return false }
      defer { later = move }
      return move.isAlternative(before: later)
    }
  }
}

extension LogMove {
  /// It stands for something on its way to its end, and nothing has settled it.
  fileprivate var presumesArrival: Bool {
    isPresumed && cause != .unseenBytes && cause != .midstream && cause != .presumptionRefuted
  }

  /// Of two ways that one acknowledgment may have led, the one that is not presumed any further.
  fileprivate func isAlternative(before later: LogMove?) -> Bool {
    cause == .finAcknowledged && to == .finWait2 && later?.cause == .finAcknowledged && later?.to == .timeWait
  }
}

/// Where the arrivals pending at an end are presumed, oldest first.
struct PresumedMoves: Sendable {
  private var places: [6 of LogPlace] = .init(repeating: .none)
  let count: Int

  init(count: Int) { self.count = count }

  subscript(index: Int) -> LogPlace {
    get { places[index] }
    set { places[index] = newValue }
  }
}
