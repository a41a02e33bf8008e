import CMemory

/// Up to seven entries of a ``HashIndex``, where they lie: a cache line.
@safe
struct HashBucket {
  /// Entries it has room for.
  static let room: UInt32 = 7
  /// Words it takes. The first half of them are the hashes of the entries, which are compared all at once, and their
  /// ``marks``; the others are their slots, and ``HashIndex/none``.
  static let size = 16
  private static let firstSlot = 8

  /// A bit for each place of an entry, and that of the place behind them, where no entry is.
  private static let places: UInt32 = 1 << room - 1
  private static let noPlace: UInt32 = 1 << room
  /// One entry, counted in ``marks``.
  private static let one: UInt32 = 1 << 8

  private let words: UnsafeMutablePointer<UInt32>

  /// - Parameter words: of a bucket that is there for as long as this one is used.
  @inline(__always)
  init(at words: UnsafeMutablePointer<UInt32>) { unsafe self.words = words }

  /// Makes words an empty bucket.
  func clear() {
    for place in 0..<Self.firstSlot { unsafe words[place] = 0 }
    for place in Self.firstSlot..<Self.size { unsafe words[place] = HashIndex.none }
  }

  /// A bit for each place that is taken; from the ninth bit on, how many entries were to be here or before, found no room,
  /// and are beyond. 24 bits are enough: nobody can choose hashes, and so have seventeen million flows meet at one bucket.
  private(set) var marks: UInt32 {
    @inline(__always) get { unsafe words[Int(Self.room)] }
    @inline(__always) nonmutating set { unsafe words[Int(Self.room)] = newValue }
  }

  @inline(__always)
  var isFull: Bool { marks & Self.places == Self.places }
  /// Whether what is not here may be further on.
  @inline(__always)
  var hasMoreBeyond: Bool { marks >= Self.one }

  /// Whether `places` are none, and what is not here may be further on: one comparison, for neither could be foreseen.
  @inline(__always)
  func passesOn(_ places: UInt32) -> Bool { (places &- 1) & marks >= Self.one }

  /// The places of entries with this hash, as bits.
  @inline(__always)
  func places(of hash: UInt32) -> UInt32 { unsafe equal_words(words, hash) & marks }

  /// The place of the entry of `slot` with this hash, as a bit; 0 where it is not here.
  @inline(__always)
  func place(of hash: UInt32, _ slot: UInt32) -> UInt32 {
    unsafe equal_words(words + Self.firstSlot, slot) & places(of: hash)
  }

  /// The slot at the lowest of `places`; ``HashIndex/none`` where there are none.
  @inline(__always)
  func slot(at places: UInt32) -> UInt32 {
    unsafe words[Self.firstSlot &+ (places | Self.noPlace).trailingZeroBitCount & 7]
  }

  /// The hash at the lowest of `places`, of which there must be one.
  func hash(at places: UInt32) -> UInt32 { unsafe words[places.trailingZeroBitCount & 7] }

  /// The first place of an entry whose hash is as asked for, as a bit; 0 where there is none.
  @inline(__always)
  func firstPlace(where isAsked: (_ hash: UInt32) -> Bool) -> UInt32 {
    var rest = marks & Self.places
    while rest != 0, !isAsked(hash(at: rest)) { rest &= rest &- 1 }
    return rest & (0 &- rest)
  }

  /// Takes an entry; it must not be full.
  @inline(__always)
  func insert(_ hash: UInt32, _ slot: UInt32) {
    let place = (~marks).trailingZeroBitCount & 7
    unsafe words[place] = hash
    unsafe words[Self.firstSlot &+ place] = slot
    marks |= 1 << UInt32(truncatingIfNeeded: place)
  }

  /// The entry at `place`, a bit, is of another slot from now on.
  func replace(_ place: UInt32, by slot: UInt32) {
    unsafe words[Self.firstSlot &+ place.trailingZeroBitCount & 7] = slot
  }

  /// The entry at `place`, a bit, is gone.
  @inline(__always)
  func remove(_ place: UInt32) { marks &= ~place }

  /// An entry that was to be here goes further on.
  @inline(__always)
  func passOn() { marks &+= Self.one }

  /// One of those further on is gone.
  @inline(__always)
  func takeBack() { marks &-= Self.one }

  func forEach(_ body: (_ hash: UInt32, _ slot: UInt32) -> Void) {
    var rest = marks & Self.places
    while rest != 0 {
      body(hash(at: rest), slot(at: rest))
      rest &= rest &- 1
    }
  }
}

/// Buckets in a row, as many as a power of two, each at the start of a cache line.
///
/// Those of many flows lie in huge pages, of two megabytes: otherwise, where the kernel has put the page of a bucket is in
/// no cache either.
@safe
struct HashBuckets: ~Copyable, @unchecked Sendable {
  private let mask: Int
  private let start: UnsafeMutablePointer<UInt32>

  /// - Parameter count: a power of two.
  init(count: Int) {
    mask = count - 1
    let words = count * HashBucket.size
    let bytes = words * MemoryLayout<UInt32>.stride
    let memory = UnsafeMutableRawPointer.allocate(
      byteCount: bytes, alignment: bytes < Self.hugePage ? 64 : Self.hugePage)
    if bytes >= Self.hugePage { unsafe advise_huge_pages(memory, bytes) }
    unsafe start = memory.bindMemory(to: UInt32.self, capacity: words)
    for place in 0..<count { self[place].clear() }
  }

  deinit { unsafe start.deallocate() }

  var count: Int { mask + 1 }

  /// The bucket at `place`, going round.
  subscript(place: Int) -> HashBucket {
    @inline(__always) get { unsafe HashBucket(at: address(place)) }
  }

  /// How many buckets that at `place` lies behind the one where an entry with `hash` was to be.
  @inline(__always)
  func distance(from hash: UInt32, to place: Int) -> Int { (place &- Int(hash)) & mask }

  /// Asks for the bucket at `place` ahead of its use.
  @inline(__always)
  func prefetch(_ place: Int) { unsafe prefetch_line(address(place), 0) }

  @inline(__always)
  private func address(_ place: Int) -> UnsafeMutablePointer<UInt32> {
    unsafe start + (place & mask) &* HashBucket.size
  }

  private static var hugePage: Int { 2 << 20 }
}
