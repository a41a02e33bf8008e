import BasicContainers
import PacketDecoding

/// The flows held at the moment: an index over dense records that are used again when their flow ends.
///
/// A flow is held as an ``AttemptRecord`` until its SYN is answered, as a ``BriefRecord`` while it goes the ordinary way,
/// and as a ``FlowRecord`` from then on. Records lie in pages, so that memory grows with the open flows and no record
/// ever moves.
struct FlowTable: ~Copyable, Sendable {
  /// Where a record is: the two highest bits say which kind it is. A flow keeps its slot while its record is of one kind.
  typealias Slot = UInt32

  static let brief: Slot = 1 << 31
  private static let attempt: Slot = 1 << 30

  private var index = FlowIndex()
  private var records = Slab<FlowRecord>()
  var briefs = Slab<BriefRecord>()
  private var attempts = AttemptTable()
  var attachments = BriefAttachments()
  /// The slots of the flows held, attempts aside, in no order; each record knows its place here.
  private var held = UniqueArray<Slot>()
  let hash = FlowHash.shared

  /// Flows held.
  var count: Int { index.count }

  /// Flows held that are no attempts.
  var heldCount: Int { held.count }

  /// Bytes that the flows held take, their places in the index included.
  ///
  /// `mutating`, as a borrowed table is copied in practice.
  var footprint: Int {
    mutating get { records.footprint + briefs.footprint + attachments.footprint + attempts.footprint + count * 20 }
  }

  /// The record of a flow that is not held in brief.
  subscript(slot: Slot) -> FlowRecord {
    @inline(__always) unsafeAddress { unsafe UnsafePointer(records.address(slot)) }
    @inline(__always) unsafeMutableAddress { unsafe records.address(slot) }
  }

  /// The record of a flow that is held in brief.
  subscript(brief slot: Slot) -> BriefRecord {
    @inline(__always) unsafeAddress { unsafe UnsafePointer(briefs.address(slot ^ Self.brief)) }
    @inline(__always) unsafeMutableAddress { unsafe briefs.address(slot ^ Self.brief) }
  }

  /// The record of an attempt.
  subscript(attempt slot: Slot) -> AttemptRecord {
    @inline(__always) unsafeAddress { unsafe UnsafePointer(attempts.address(slot ^ Self.attempt)) }
    @inline(__always) unsafeMutableAddress { unsafe attempts.address(slot ^ Self.attempt) }
  }

  @inline(__always)
  static func isBrief(_ slot: Slot) -> Bool { slot & brief != 0 }
  @inline(__always)
  static func isAttempt(_ slot: Slot) -> Bool { slot & attempt != 0 }
  /// Held as a ``FlowRecord``.
  @inline(__always)
  static func isFull(_ slot: Slot) -> Bool { slot < attempt }

  /// The attempt that began first; nil where there is none.
  var earliestAttempt: Slot? {
    attempts.earliest == Slab<AttemptRecord>.none ? nil : attempts.earliest | Self.attempt
  }

  /// The record of the flow `key`; nil where none is held.
  mutating func slot(of key: FlowKey) -> Slot? { slot(of: key, hash(key)) }

  @inline(never)
  mutating func slot(of key: FlowKey, _ hash: UInt32) -> Slot? {
    var probe = 0
    while true {
      let slot = index.next(hash, &probe)
      if slot == FlowIndex.none { return nil }
      if holds(key, at: slot) { return slot }
    }
  }

  /// Asks for where the search for `hash` begins ahead of it.
  @inline(__always)
  func prefetch(_ hash: UInt32) { index.prefetch(hash) }

  /// Asks for the record at `slot` ahead of its use.
  @inline(__always)
  func prefetch(record slot: Slot) {
    if Self.isBrief(slot) {
      briefs.prefetch(slot ^ Self.brief)
    } else if Self.isAttempt(slot) {
      attempts.prefetch(slot ^ Self.attempt)
    } else {
      records.prefetch(slot)
    }
  }

  /// The first record with this hash, most likely the one that is looked for; ``FlowIndex/none`` where there is none.
  @inline(__always)
  mutating func guess(_ hash: UInt32) -> Slot {
    var probe = 0
    return index.next(hash, &probe)
  }

  /// Takes the record of a flow that is not held yet.
  mutating func insert(_ record: consuming FlowRecord, _ hash: UInt32) -> Slot {
    let slot = records.insert(record)
    list(slot)
    index.insert(hash, slot)
    return slot
  }

  /// Takes the record of an attempt, which is no flow held yet.
  @inline(__always)
  mutating func insert(_ record: consuming AttemptRecord, _ hash: UInt32) {
    index.insert(hash, attempts.insert(record) | Self.attempt)
  }

  private mutating func list(_ slot: Slot) {
    setPlace(of: slot, UInt32(truncatingIfNeeded: held.count))
    held.append(slot)
  }

  /// One of the flows held, by a place below ``count``.
  func held(_ place: Int) -> Slot { held[place] }

  /// Lets the flow at `slot` go. What its record holds elsewhere has been given back.
  mutating func remove(_ slot: Slot) {
    index.remove(hash(self[slot].key), slot)
    unlist(slot, at: self[slot].place)
    self[slot].number = 0
    records.remove(slot)
  }

  /// Lets the flow in brief at `slot` go.
  mutating func remove(brief slot: Slot) {
    index.remove(hash(self[brief: slot].key), slot)
    unlist(slot, at: self[brief: slot].place)
    release(brief: slot)
  }

  /// Lets the attempt at `slot` go.
  mutating func remove(attempt slot: Slot) {
    index.remove(hash(self[attempt: slot].key), slot)
    attempts.remove(slot ^ Self.attempt)
  }

  private mutating func unlist(_ slot: Slot, at place: UInt32) {
    let last = held.removeLast()
    guard last != slot else { return }
    held[Int(place)] = last
    setPlace(of: last, place)
  }

  private mutating func release(brief slot: Slot) {
    attachments.release(&briefs[slot ^ Self.brief])
    self[brief: slot].number = 0
    briefs.remove(slot ^ Self.brief)
  }

  /// The record of the flow in brief, or of the attempt, at `slot`, which it takes the place of.
  mutating func replace(_ slot: Slot, by record: consuming FlowRecord) -> Slot {
    let hash = hash(record.key)
    let new = records.insert(record)
    index.replace(hash, slot, by: new)
    if Self.isAttempt(slot) {
      list(new)
      attempts.remove(slot ^ Self.attempt)
    } else {
      let place = self[brief: slot].place
      self[new].place = place
      held[Int(place)] = new
      release(brief: slot)
    }
    return new
  }

  /// Puts a brief record in the place of the attempt at `slot`, which `segment` answers; see
  /// ``BriefRecord/init(of:answeredBy:mayBeCookie:)``.
  @inline(__always)
  mutating func replace(attempt slot: Slot, _ hash: UInt32, answeredBy segment: Segment, mayBeCookie: Bool) {
    var record = BriefRecord(of: &self[attempt: slot], answeredBy: segment, mayBeCookie: mayBeCookie)
    record.place = UInt32(truncatingIfNeeded: held.count)
    let new = briefs.insert(record) | Self.brief
    held.append(new)
    index.replace(hash, slot, by: new)
    attempts.remove(slot ^ Self.attempt)
  }

  /// Has the flow in brief at `slot` take a segment that moves no state; see ``BriefRecord``.
  @inline(__always)
  mutating func carry(_ segment: Segment, at slot: Slot, from side: Int, leastSilence: Int64) {
    briefs[slot ^ Self.brief].carry(segment, from: side, leastSilence: leastSilence, in: &attachments.pauses)
  }

  /// Has the flow in brief at `slot` take a segment; see ``BriefRecord``.
  @inline(__always)
  mutating func take(
    _ segment: Segment, as step: BriefStep, at slot: Slot, from side: Int, leastSilence: Int64,
    in backlog: inout BacklogTable
  ) {
    briefs[slot ^ Self.brief].take(
      segment, as: step, from: side, leastSilence: leastSilence, in: &backlog, &attachments)
  }

  /// The flows held, in order of their numbers.
  ///
  /// Both in one word, as a million flows may be open: what is made at the end of an input adds to the most memory ever
  /// taken. Numbers count from the earliest; that they take 32 bits only matters where four billion flows began since.
  mutating func slotsByNumber() -> [Slot] {
    var all: [UInt64] = []
    all.reserveCapacity(count)
    let earliest = earliestNumber()
    forEachSlot { table, slot in
      let age = UInt64(UInt32(clamping: table.number(of: slot) - earliest))
      all.append(age << 32 | UInt64(slot))
    }
    all.sort()
    return all.map { Slot(truncatingIfNeeded: $0) }
  }

  private mutating func earliestNumber() -> Int {
    var result = Int.max
    forEachSlot { table, slot in result = min(result, table.number(of: slot)) }
    return result
  }

  /// Attempts first, in the order in which they began.
  private mutating func forEachSlot(_ body: (inout FlowTable, Slot) -> Void) {
    var attempt = attempts.earliest
    while attempt != Slab<AttemptRecord>.none {
      body(&self, attempt | Self.attempt)
      attempt = attempts[attempt].later
    }
    for place in 0..<held.count { body(&self, held[place]) }
  }
}
