import BasicContainers
import PacketDecoding

/// The flows held at the moment: an index over dense records that are used again when their flow ends.
///
/// A flow is held as a ``Connection``; one of which only a SYN has passed is saved as a ``SYNRecord`` until more does.
/// Records lie in pages, so that memory grows with the open flows and no record ever moves.
struct ConnectionTable: ~Copyable, Sendable {
  /// Where a record is; the highest bit says that it is a saved SYN.
  typealias Slot = UInt32

  static let saved: Slot = 1 << 31

  var index = HashIndex()
  var records = Slab<Connection>()
  var syns = SYNTable()
  var keys = KeyStore()
  let hash = FlowHash.shared
  /// Where the last attempt lies, or lay, whose place in the index was asked for: see ``prefetchEarliest(_:)``.
  private var asked = Slab<SYNRecord>.none

  /// Flows held.
  var count: Int { index.count }

  /// Flows held that are no unanswered attempts, as far as their kind of record tells.
  var heldCount: Int { syns.refusedCount + records.count }

  /// Bytes of the index for a flow: 8 for its entry, and for places that are free, most after the index has grown.
  private static var bytesInIndex: Int { 26 }

  /// Bytes that the flows held take, their places in the index included.
  ///
  /// `mutating`, as a borrowed table is copied in practice.
  var footprint: Int {
    mutating get { records.footprint + syns.footprint + keys.footprint + count * Self.bytesInIndex }
  }

  /// The record of a flow whose SYN is not saved.
  subscript(slot: Slot) -> Connection {
    @inline(__always) unsafeAddress { unsafe UnsafePointer(records.address(slot)) }
    @inline(__always) unsafeMutableAddress { unsafe records.address(slot) }
  }

  /// A saved SYN.
  subscript(saved slot: Slot) -> SYNRecord {
    @inline(__always) unsafeAddress { unsafe UnsafePointer(syns.address(slot ^ Self.saved)) }
    @inline(__always) unsafeMutableAddress { unsafe syns.address(slot ^ Self.saved) }
  }

  @inline(__always)
  static func isSaved(_ slot: Slot) -> Bool { slot & saved != 0 }

  /// The key of the flow at `slot`.
  @inline(__always)
  mutating func key(of slot: Slot) -> ConnectionKey {
    Self.isSaved(slot)
      ? keys.key(self[saved: slot].compactKey, isKept: self[saved: slot].isKeptKey)
      : keys.key(self[slot].compactKey, isKept: self[slot].marks.contains(.keptKey))
  }

  /// Its hash.
  mutating func hash(of slot: Slot) -> UInt32 {
    Self.isSaved(slot)
      ? keys.hash(self[saved: slot].compactKey, isKept: self[saved: slot].isKeptKey, hash)
      : keys.hash(self[slot].compactKey, isKept: self[slot].marks.contains(.keptKey), hash)
  }

  /// The attempt that began first; nil where there is none.
  var earliestAttempt: Slot? {
    syns.earliest == Slab<SYNRecord>.none ? nil : syns.earliest | Self.saved
  }

  /// The record of the flow `key`; nil where none is held.
  mutating func slot(of key: ConnectionKey) -> Slot? { slot(of: key, hash(key)) }

  @inline(never)
  mutating func slot(of key: ConnectionKey, _ hash: UInt32) -> Slot? {
    var search = HashIndex.Search()
    while true {
      let slot = index.next(hash, &search)
      if slot == HashIndex.none { return nil }
      if holds(key, at: slot) { return slot }
    }
  }

  /// Whether the record at `slot` is that of the flow `key`, and the flow is held.
  @inline(__always)
  mutating func holds(_ key: ConnectionKey, at slot: Slot) -> Bool {
    number(of: slot) != 0 && self.key(of: slot) == key
  }

  /// The number of the flow at `slot`; 0 where none is.
  @inline(__always)
  mutating func number(of slot: Slot) -> Int { Self.isSaved(slot) ? self[saved: slot].number : self[slot].number }

  /// When the last segment of the flow at `slot` passed, in nanoseconds.
  mutating func lastTime(of slot: Slot, _ stores: inout ConnectionStores) -> Int64 {
    Self.isSaved(slot) ? self[saved: slot].last.time.nanoseconds : self[slot].lastTime(&stores)
  }

  /// Asks for where the search for `hash` begins ahead of it.
  @inline(__always)
  func prefetch(_ hash: UInt32) { index.prefetch(hash) }

  /// Asks for the record at `slot` ahead of its use. Where that is ``HashIndex/none``, some other is asked for, which costs
  /// less than to find out.
  @inline(__always)
  func prefetch(record slot: Slot) {
    if slot & Self.saved != 0 { syns.prefetch(slot ^ Self.saved) } else { records.prefetch(slot) }
  }

  /// Asks for where the attempts that began first are in the index: for `count` more than were asked for before, as long
  /// as those are not too far ahead.
  @inline(never)
  mutating func prefetchEarliest(_ count: Int) {
    var place = syns.earliest
    if place == Slab<SYNRecord>.none { return }
    let lead = isAttempt(asked) ? syns[asked].number - syns[place].number : 0
    if lead > 0, lead < 4 * count {
      if lead >= 2 * count { return }
      place = syns[asked].later
    }
    for _ in 0..<count where place != Slab<SYNRecord>.none {
      index.prefetch(hash(of: place | Self.saved))
      asked = place
      place = syns[place].later
    }
  }

  /// Whether an unanswered attempt is at `place`.
  private func isAttempt(_ place: UInt32) -> Bool { (syns.number(at: place) ?? 0) != 0 && !syns[place].isRefused }

  /// The first record with this hash, most likely the one that is looked for; ``HashIndex/none`` where there is none.
  @inline(__always)
  mutating func guess(_ hash: UInt32) -> Slot { index.first(hash) }

  /// Asks for what belongs to a record that has been asked for: its extras, or its log.
  @inline(__always)
  mutating func prefetch(whatBelongsTo slot: Slot, _ stores: inout ConnectionStores) {
    if Self.isSaved(slot) { return }
    if self[slot].marks.contains(.hasExtras) { stores.extras.prefetch(self[slot].attachment) }
    if self[slot].marks.prediction != .data { stores.log.prefetch(self[slot].log) }
  }
}
