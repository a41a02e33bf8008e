import BasicContainers
import PacketDecoding

/// The attempts that nobody has answered: records that know the one before and the one after, so that the earliest is
/// at hand for when a limit bites, and one that is answered leaves nothing behind.
///
/// After a flood, or once a million connections are open, there are few attempts where there were many: memory that was
/// full of them is given back, a block at a time, when the last one there is gone.
struct AttemptTable: ~Copyable, Sendable {
  /// What a block of records is used for.
  struct Use: Sendable {
    var held = 0
    /// Records taken since the block was given back.
    var taken = 0
  }

  /// Records of a block: a megabyte, and whole pages of the machine.
  static var blockSize: UInt32 { 1 << 14 }

  private var records = Slab<AttemptRecord>()
  /// The keys that are too long for a record: those of IPv6. Their memory is used again, but not given back.
  private var keys = Slab<FlowKey>()
  private var uses = UniqueArray<Use>()
  /// The ends of the row; ``Slab/none`` where it is empty.
  private(set) var earliest = Slab<AttemptRecord>.none
  private var latest = Slab<AttemptRecord>.none

  /// Bytes that the attempts held take.
  var footprint: Int { records.footprint + keys.footprint }

  /// Where the record at `place` lies.
  @inline(__always)
  func address(_ place: UInt32) -> UnsafeMutablePointer<AttemptRecord> { unsafe records.address(place) }

  subscript(place: UInt32) -> AttemptRecord {
    @inline(__always) unsafeAddress { unsafe UnsafePointer(address(place)) }
    @inline(__always) unsafeMutableAddress { unsafe address(place) }
  }

  /// Asks for the record at `place` ahead of its use.
  @inline(__always)
  func prefetch(_ place: UInt32) { records.prefetch(place) }

  /// The number of the attempt at `place`, 0 once it has ended; nil where none ever was.
  func number(at place: UInt32) -> Int? { place < records.places ? self[place].number : nil }

  /// The key of the attempt at `place`.
  @inline(__always)
  func key(at place: UInt32) -> FlowKey {
    let key = self[place].key
    if let elsewhere = key.place { return keys[elsewhere] }
    return key.key
  }

  /// Its hash.
  @inline(__always)
  func hash(at place: UInt32, _ hash: FlowHash) -> UInt32 {
    let key = self[place].key
    if let elsewhere = key.place { return hash(keys[elsewhere]) }
    return hash(key.words.low, key.words.high, key.encapsulation)
  }

  /// Takes an attempt that is later than all others.
  ///
  /// - Parameter syn: see ``AttemptRecord/begins(with:)``; `side` sent it.
  /// - Returns: where its record is from now on.
  @inline(__always)
  mutating func insert(number: Int, _ syn: inout Segment, from side: UInt8) -> UInt32 {
    let key = syn.isIPv4 ? AttemptKey(ofIPv4: syn, from: side) : keepKey(of: &syn, from: side)
    var record = AttemptRecord(number: number, key: key, side: side, syn: syn)
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

  @inline(never)
  private mutating func keepKey(of syn: inout Segment, from side: UInt8) -> AttemptKey {
    AttemptKey(keptAt: keys.insert(FlowKey(syn, from: side)))
  }

  /// Lets the attempt at `place` go.
  mutating func remove(_ place: UInt32) {
    let (earlier, later) = (self[place].earlier, self[place].later)
    link(earlier, to: later)
    if later == Slab<AttemptRecord>.none { latest = earlier } else { self[later].earlier = earlier }
    self[place].end()
    if let elsewhere = self[place].key.place { keys.remove(elsewhere) }
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

  /// Has `later` come after `earlier`, or first of all where that is none.
  private mutating func link(_ earlier: UInt32, to later: UInt32) {
    if earlier == Slab<AttemptRecord>.none { earliest = later } else { self[earlier].later = later }
  }
}
