import BasicContainers
import PacketDecoding

/// The saved SYNs. Those that nobody has answered know the one before and the one after, so that the earliest is at hand
/// for when a limit bites, and one that is answered leaves nothing behind.
///
/// After a flood, or once a million connections are open, there are few attempts where there were many: memory that was
/// full of them is given back, a block at a time, when the last one there is gone.
struct SYNTable: ~Copyable, Sendable {
  /// What a block of records is used for.
  struct Use: Sendable {
    var held = 0
    /// Records taken since the block was given back.
    var taken = 0
  }

  /// Records of a block: a megabyte, and whole pages of the machine.
  static var blockSize: UInt32 { 1 << 14 }

  private var records = Slab<SYNRecord>()
  private var uses = UniqueArray<Use>()
  /// The ends of the row; ``Slab/none`` where it is empty.
  private(set) var earliest = Slab<SYNRecord>.none
  private var latest = Slab<SYNRecord>.none
  /// Those that were refused, and are in no row.
  private(set) var refusedCount = 0

  /// Bytes that the SYNs held take.
  var footprint: Int { records.footprint }
  /// Places there are for records, some of which may be free.
  var places: Int { records.places }

  /// Where the record at `place` lies.
  @inline(__always)
  func address(_ place: UInt32) -> UnsafeMutablePointer<SYNRecord> { unsafe records.address(place) }

  subscript(place: UInt32) -> SYNRecord {
    @inline(__always) unsafeAddress { unsafe UnsafePointer(address(place)) }
    @inline(__always) unsafeMutableAddress { unsafe address(place) }
  }

  /// Asks for the record at `place` ahead of its use.
  @inline(__always)
  func prefetch(_ place: UInt32) { records.prefetch(place) }

  /// The number of the flow at `place`, 0 once it has ended; nil where none ever was.
  func number(at place: UInt32) -> Int? { place < records.places ? self[place].number : nil }

  /// Takes a SYN that is later than all others.
  ///
  /// - Parameter syn: see ``SYNRecord/begins(with:)``; `side` sent it.
  /// - Returns: where its record is from now on.
  @inline(__always)
  mutating func insert(
    number: Int, _ key: CompactKey, isKept: Bool, _ syn: inout Segment, from side: Side
  ) -> UInt32 {
    var record = SYNRecord(number: number, key: key, isKeptKey: isKept, side: side, syn: syn)
    record.earlier = latest
    let place = records.insert(record)
    link(latest, to: place)
    latest = place
    let block = Int(place / Self.blockSize)
    if block == uses.count { uses.append(Use()) }
    uses[block].held += 1
    uses[block].taken += 1
    return place
  }

  /// Saves the RST that refuses the SYN at `place`; see ``SYNRecord/isRefused(by:from:_:)``.
  mutating func refuse(_ place: UInt32, by segment: Segment) {
    unlink(place)
    self[place].save(refusal: segment)
    refusedCount += 1
  }

  /// Lets the flow at `place` go, but for its key.
  mutating func remove(_ place: UInt32) {
    if self[place].isRefused { refusedCount -= 1 } else { unlink(place) }
    self[place].end()
    records.remove(place)
    let block = Int(place / Self.blockSize)
    uses[block].held -= 1
    if uses[block].held == 0, uses[block].taken > Int(Self.blockSize) / 2 { giveBack(block) }
  }

  /// What looks for a flow at a place where it was finds number 0 there then, as where the record waits for another.
  @inline(never)
  private mutating func giveBack(_ block: Int) {
    records.giveBack(from: UInt32(truncatingIfNeeded: block) * Self.blockSize, count: Int(Self.blockSize))
    uses[block].taken = 0
  }

  private mutating func unlink(_ place: UInt32) {
    let (earlier, later) = (self[place].earlier, self[place].later)
    link(earlier, to: later)
    if later == Slab<SYNRecord>.none { latest = earlier } else { self[later].earlier = earlier }
  }

  /// Has `later` come after `earlier`, or first of all where that is none.
  private mutating func link(_ earlier: UInt32, to later: UInt32) {
    if earlier == Slab<SYNRecord>.none { earliest = later } else { self[earlier].later = later }
  }
}
