import PacketDecoding

// What is not in the record: it follows from what is, as long as nothing out of the ordinary has passed, and is in the
// extras from then on.

/// What the connections of a tracker share: where each keeps what has no room in its record.
struct ConnectionStores: ~Copyable, Sendable {
  var log = BlockStore<LogEntry>()
  var extras = ExtrasStore()
  var pauses = Slab<Pause>()
  var disorder = DisorderStore()
  var backlog = BacklogTable()
  var observations = ObservationStore()
  /// Of the segment that is being taken.
  var pass = Pass()
  /// See ``TrackerConfiguration/predictsSegments``.
  var predictsSegments = true

  /// Bytes that the connections held take beside their records.
  var footprint: Int {
    log.footprint + extras.footprint + pauses.footprint + disorder.footprint + backlog.footprint
      + observations.footprint
  }
}

// MARK: - Extras

extension Connection {
  /// Where its extras are; ``ExtrasStore/none`` where it has none, and what is there then is what all begin with.
  @inline(__always)
  var extras: UInt32 { hasExtras ? attachment : ExtrasStore.none }

  @inline(__always)
  var hasExtras: Bool { marks.contains(.hasExtras) }

  /// Sees to it that it has extras, which are to be changed.
  ///
  /// - Returns: where they are.
  @inline(__always) @discardableResult
  mutating func makeExtras(_ stores: inout ConnectionStores) -> UInt32 {
    hasExtras ? attachment : makeFirstExtras(&stores)
  }

  @inline(never)
  private mutating func makeFirstExtras(_ stores: inout ConnectionStores) -> UInt32 {
    let place = stores.extras.make()
    if marks.contains(.hasPauseAlone) {
      movePauses(upTo: attachment, to: place, in: &stores)
      marks.remove(.hasPauseAlone)
    }
    attachment = place
    marks.insert(.hasExtras)
    return place
  }

  private mutating func movePauses(upTo newest: UInt32, to place: UInt32, in stores: inout ConnectionStores) {
    let pause = stores.pauses[newest]
    stores.pauses.remove(newest)
    if pause.earlier != Slab<Pause>.none { movePauses(upTo: pause.earlier, to: place, in: &stores) }
    if pause.isTold { return tell(pause, at: place, in: &stores) }
    stores.extras[place].pause = pause
  }

  /// The last pause that is not told of yet.
  func newestPause(_ stores: inout ConnectionStores) -> Pause? {
    marks.contains(.hasPauseAlone) ? stores.pauses[attachment] : stores.extras[extras].pause
  }

  private func tell(_ pause: Pause, at place: UInt32, in stores: inout ConnectionStores) {
    let observation = pause.observation(by: role(of: pause.side))
    stores.observations.add(observation, to: &stores.extras[place].observations, window: -1)
  }

  /// Tells of the pause in the extras at `place` that merely ended in more data, now that something has come of it.
  func tellLastPause(at place: UInt32, in stores: inout ConnectionStores) {
    guard let pause = stores.extras[place].pause else { return }
    tell(pause, at: place, in: &stores)
    stores.extras[place].pause = nil
  }

  /// Keeps a pause. Where it is told of, so is the one before it, whatever that ended in; else it takes the place of one
  /// that is not.
  @inline(never)
  mutating func keep(_ pause: Pause, in stores: inout ConnectionStores) {
    var pause = pause
    if marks.contains(.hasPauseAlone) {
      let newest = attachment
      if pause.isTold { stores.pauses[newest].isTold = true }
      if !stores.pauses[newest].isTold {
        (pause.earlier, pause.count) = (stores.pauses[newest].earlier, stores.pauses[newest].count)
        return stores.pauses[newest] = pause
      }
      (pause.earlier, pause.count) = (newest, stores.pauses[newest].count + 1)
    }
    if hasExtras || pause.count > Pause.most { return keepAmongExtras(pause, in: &stores) }
    attachment = stores.pauses.insert(pause)
    marks.insert(.hasPauseAlone)
  }

  private mutating func keepAmongExtras(_ pause: Pause, in stores: inout ConnectionStores) {
    let place = makeExtras(&stores)
    guard pause.isTold else { return stores.extras[place].pause = pause }
    tellLastPause(at: place, in: &stores)
    tell(pause, at: place, in: &stores)
  }

  private mutating func releasePauses(_ stores: inout ConnectionStores) {
    var place = attachment
    while place != Slab<Pause>.none {
      stores.pauses.remove(place)
      place = stores.pauses[place].earlier
    }
  }

  /// Gives back what it has beside the record.
  mutating func release(_ key: ConnectionKey, in stores: inout ConnectionStores) {
    if marks.contains(.isHalfOpen) { endHalfOpen(key, in: &stores) }
    var block = log
    stores.log.release(&block)
    if marks.contains(.hasPauseAlone) { releasePauses(&stores) }
    guard hasExtras else { return }
    stores.disorder.remove(&stores.extras[attachment].ends[.low].holes)
    stores.disorder.remove(&stores.extras[attachment].ends[.high].holes)
    stores.observations.release(&stores.extras[attachment].observations)
    stores.extras.remove(attachment)
  }
}

// MARK: - The last packet, and timers

extension Connection {
  /// When the last packet passed, in nanoseconds; before any was taken, the first.
  @inline(__always)
  mutating func lastTime(_ stores: inout ConnectionStores) -> Int64 {
    if marks.contains(.lastIsElsewhere) { return stores.extras[extras].last.time.nanoseconds }
    let time = ends[Side(isHigh: marks.contains(.lastIsHigh))].lastTime
    return time == .min ? first.time.nanoseconds : time
  }

  /// The last packet.
  mutating func last(_ stores: inout ConnectionStores) -> PacketStamp {
    if marks.contains(.lastIsElsewhere) { return stores.extras[extras].last }
    return PacketStamp(
      time: Timestamp(nanoseconds: lastTime(&stores)), frame: first.frame &+ UInt64(lowerLastFrame))
  }

  /// `segment`, which `side` sent, is the last packet; ``TCPEndpoint/lastTime`` is that of it, unless it is a RST.
  @inline(__always)
  mutating func noteLast(_ segment: Segment, from side: Side, in stores: inout ConnectionStores) {
    let frames = segment.frame &- first.frame
    if segment.flags.contains(.rst) || frames > UInt64(UInt32.max) { return noteLastElsewhere(segment, in: &stores) }
    lowerLastFrame = UInt32(truncatingIfNeeded: frames)
    marks.set(.lastIsHigh, side == .high)
    marks.remove(.lastIsElsewhere)
  }

  @inline(never)
  private mutating func noteLastElsewhere(_ segment: Segment, in stores: inout ConnectionStores) {
    stores.extras[makeExtras(&stores)].last = PacketStamp(time: segment.time, frame: segment.frame)
    marks.insert(.lastIsElsewhere)
  }

  /// The side whose segment was taken last; nil before any.
  var lastSender: Side? {
    marks.contains(.hasSender) ? (Side(isHigh: marks.contains(.lastSenderIsHigh))) : nil
  }

  /// When TIME_WAIT or an orphaned FIN_WAIT_2 of `side` ends, in nanoseconds; `.max` where no timer runs.
  mutating func deadline(of side: Side, _ stores: inout ConnectionStores) -> Int64 {
    marks.contains(.timerIsHigh) == (side == .high) ? timer : stores.extras[extras].secondDeadline
  }

  mutating func setDeadline(of side: Side, _ time: Int64, in stores: inout ConnectionStores) {
    if marks.contains(.timerIsHigh) == (side == .high) { return timer = time }
    guard timer != .max || stores.extras[extras].secondDeadline != .max else {
      if time != .max {
        marks.set(.timerIsHigh, side == .high)
        timer = time
      }
      return
    }
    if stores.extras[extras].secondDeadline != time { stores.extras[makeExtras(&stores)].secondDeadline = time }
  }
}

// MARK: - Sequence numbers

extension Connection {
  /// Everything of `side` before it passed the tap, or was acknowledged: what the receiver's RCV.NXT can be at most.
  @inline(__always)
  mutating func contiguous(of side: Side, _ stores: inout ConnectionStores) -> SequenceNumber {
    ends[side].facts.contains(.hasGap) ? stores.extras[extras].ends[side].contiguous : ends[side].next
  }

  /// SND.NXT of `side` must be right before.
  @inline(__always)
  mutating func setContiguous(of side: Side, _ edge: SequenceNumber, in stores: inout ConnectionStores) {
    ends[side].facts.set(.hasGap, edge != ends[side].next)
    if edge != ends[side].next { stores.extras[makeExtras(&stores)].ends[side].contiguous = edge }
  }

  /// True while bytes beyond what is contiguous have passed.
  @inline(__always)
  mutating func hasHoles(_ side: Side, _ stores: inout ConnectionStores) -> Bool {
    hasExtras && stores.extras[attachment].ends[side].holes != DisorderStore.none
  }

  /// After the FIN of `side`, where one passed.
  mutating func finEnd(of side: Side, _ stores: inout ConnectionStores) -> SequenceNumber? {
    guard ends[side].hasFIN else { return nil }
    return ends[side].facts.contains(.hasPassedFIN) ? stores.extras[extras].ends[side].finEnd : ends[side].next
  }

  /// Sets SND.NXT of `side`, which may leave its FIN behind.
  @inline(__always)
  mutating func setNext(of side: Side, _ next: SequenceNumber, in stores: inout ConnectionStores) {
    if ends[side].hasFIN, !ends[side].facts.contains(.hasPassedFIN) {
      setFINEnd(of: side, ends[side].next, in: &stores)
    }
    ends[side].next = next
  }

  /// The FIN of `side` has passed, and ends at `end`.
  mutating func setFINEnd(of side: Side, _ end: SequenceNumber, in stores: inout ConnectionStores) {
    ends[side].facts.formUnion([.hasFIN, .hasPassedFIN])
    stores.extras[makeExtras(&stores)].ends[side].finEnd = end
  }

  /// True where `acknowledgment` ≥ the FIN's sequence number of `side` + 1.
  @inline(__always)
  mutating func finIsCovered(
    of side: Side, by acknowledgment: SequenceNumber?, _ stores: inout ConnectionStores
  ) -> Bool {
    guard ends[side].hasFIN, let acknowledgment, let finEnd = finEnd(of: side, &stores) else { return false }
    return acknowledgment >= finEnd
  }

  /// When the FIN of `side` first passed, in nanoseconds.
  mutating func finTime(of side: Side, _ stores: inout ConnectionStores) -> Int64 {
    let kept = stores.extras[extras].ends[side].finTime
    guard kept == .min else { return kept }
    for entry in 0..<Int(log.count) {
      for move in 0..<stores.log[log, entry].count
      where stores.log[log, entry][move].side == side && stores.log[log, entry][move].cause == .sendsFIN {
        return moment(ofEntry: entry, &stores).time.nanoseconds
      }
    }
    return .min
  }

  /// The right edge of the window that `side` advertises, as far right as it ever was; nil before its scale is known.
  @inline(__always)
  mutating func windowEdge(of side: Side, _ stores: inout ConnectionStores) -> SequenceNumber? {
    guard ends[side].facts.contains(.hasEdge) else { return nil }
    if ends[side].facts.contains(.hasOtherEdge) { return stores.extras[extras].ends[side].edge }
    return ends[peer(of: side)].acknowledged + ends[side].windowBytes
  }
}

extension Connection {
  /// What the window edge of `side` follows from is about to change.
  mutating func keepWindowEdge(of side: Side, in stores: inout ConnectionStores) {
    guard let edge = windowEdge(of: side, &stores) else { return }
    ends[side].facts.insert(.hasOtherEdge)
    stores.extras[makeExtras(&stores)].ends[side].edge = edge
  }

  /// The window of its last segment, and what that acknowledged, must be right before.
  @inline(__always)
  mutating func setWindowEdge(of side: Side, _ edge: SequenceNumber, in stores: inout ConnectionStores) {
    let isOther = edge != ends[peer(of: side)].acknowledged + ends[side].windowBytes
    ends[side].facts.insert(.hasEdge)
    ends[side].facts.set(.hasOtherEdge, isOther)
    if isOther { stores.extras[makeExtras(&stores)].ends[side].edge = edge }
  }
}

// MARK: - Counters

extension Connection {
  mutating func packets(of side: Side, _ stores: inout ConnectionStores) -> UInt64 {
    let counted = UInt64(ends[side].packets)
    return hasExtras ? UInt64(stores.extras[attachment].ends[side].packetsBeyond) << 32 | counted : counted
  }

  mutating func bytes(of side: Side, _ stores: inout ConnectionStores) -> UInt64 {
    let counted = UInt64(ends[side].bytes)
    return hasExtras ? UInt64(stores.extras[attachment].ends[side].bytesBeyond) << 32 | counted : counted
  }

  mutating func payloadBytes(of side: Side, _ stores: inout ConnectionStores) -> UInt64 {
    let counted = UInt64(ends[side].payloadBytes)
    return hasExtras ? UInt64(stores.extras[attachment].ends[side].payloadBeyond) << 32 | counted : counted
  }

  /// Each byte once.
  mutating func distinctPayloadBytes(of side: Side, _ stores: inout ConnectionStores) -> UInt64 {
    let all = payloadBytes(of: side, &stores)
    return hasExtras ? all &- stores.extras[attachment].ends[side].repeatedPayloadBytes : all
  }

  /// Counts a segment of `side`.
  @inline(__always)
  mutating func count(_ segment: Segment, from side: Side, in stores: inout ConnectionStores) {
    let packets = ends[side].packets.addingReportingOverflow(1)
    let bytes = ends[side].bytes.addingReportingOverflow(UInt32(truncatingIfNeeded: segment.wireLength))
    let payload = ends[side].payloadBytes.addingReportingOverflow(UInt32(truncatingIfNeeded: segment.wirePayloadLength))
    (ends[side].packets, ends[side].bytes, ends[side].payloadBytes) = (
      packets.partialValue, bytes.partialValue, payload.partialValue
    )
    let upper = (segment.wireLength | segment.wirePayloadLength) >> 32
    guard packets.overflow || bytes.overflow || payload.overflow || upper != 0 else { return }
    carry(packets.overflow, bytes.overflow, payload.overflow, segment, from: side, in: &stores)
  }

  @inline(never)
  private mutating func carry(
    _ packets: Bool, _ bytes: Bool, _ payload: Bool, _ segment: Segment, from side: Side,
    in stores: inout ConnectionStores
  ) {
    let place = makeExtras(&stores)
    stores.extras[place].ends[side].packetsBeyond &+= packets ? 1 : 0
    stores.extras[place].ends[side].bytesBeyond &+=
      UInt32(truncatingIfNeeded: segment.wireLength >> 32) &+ (bytes ? 1 : 0)
    stores.extras[place].ends[side].payloadBeyond &+=
      UInt32(truncatingIfNeeded: segment.wirePayloadLength >> 32) &+ (payload ? 1 : 0)
  }
}
