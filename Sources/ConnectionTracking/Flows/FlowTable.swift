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
  static let attempt: Slot = 1 << 30

  var index = FlowIndex()
  var records = Slab<FlowRecord>()
  var briefs = Slab<BriefRecord>()
  var attempts = AttemptTable()
  var attachments = BriefAttachments()
  let hash = FlowHash.shared
  /// Where the last attempt lies, or lay, whose place in the index was asked for: see ``prefetchEarliest(_:)``.
  private var asked = Slab<AttemptRecord>.none

  /// Flows held.
  var count: Int { index.count }

  /// Flows held that are no attempts.
  var heldCount: Int { briefs.count + records.count }

  /// Bytes of the index for a flow: 8 for its entry, and for places that are free, most after the index has grown.
  private static var bytesInIndex: Int { 26 }

  /// Bytes that the flows held take, their places in the index included.
  ///
  /// `mutating`, as a borrowed table is copied in practice.
  var footprint: Int {
    mutating get {
      records.footprint + briefs.footprint + attachments.footprint + attempts.footprint + count * Self.bytesInIndex
    }
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

  /// The key of the attempt at `slot`.
  @inline(__always)
  func key(ofAttempt slot: Slot) -> FlowKey { attempts.key(at: slot ^ Self.attempt) }

  /// The attempt that began first; nil where there is none.
  var earliestAttempt: Slot? {
    attempts.earliest == Slab<AttemptRecord>.none ? nil : attempts.earliest | Self.attempt
  }

  /// The record of the flow `key`; nil where none is held.
  mutating func slot(of key: FlowKey) -> Slot? { slot(of: key, hash(key)) }

  @inline(never)
  mutating func slot(of key: FlowKey, _ hash: UInt32) -> Slot? {
    var search = FlowIndex.Search()
    while true {
      let slot = index.next(hash, &search)
      if slot == FlowIndex.none { return nil }
      if holds(key, at: slot) { return slot }
    }
  }

  /// Asks for where the search for `hash` begins ahead of it.
  @inline(__always)
  func prefetch(_ hash: UInt32) { index.prefetch(hash) }

  /// Asks for the record at `slot` ahead of its use. Where that is ``FlowIndex/none``, some other is asked for, which costs
  /// less than to find out.
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

  /// Asks for where the attempts that began first are in the index: for `count` more than were asked for before, as long
  /// as those are not too far ahead.
  @inline(never)
  mutating func prefetchEarliest(_ count: Int) {
    var place = attempts.earliest
    if place == Slab<AttemptRecord>.none { return }
    let lead = (attempts.number(at: asked) ?? 0) - attempts[place].number
    if lead > 0, lead < 4 * count {
      if lead >= 2 * count { return }
      place = attempts[asked].later
    }
    for _ in 0..<count where place != Slab<AttemptRecord>.none {
      index.prefetch(attempts.hash(at: place, hash))
      asked = place
      place = attempts[place].later
    }
  }

  /// The first record with this hash, most likely the one that is looked for; ``FlowIndex/none`` where there is none.
  @inline(__always)
  mutating func guess(_ hash: UInt32) -> Slot { index.first(hash) }
}
