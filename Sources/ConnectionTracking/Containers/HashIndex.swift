/// Which record holds a flow: a hash table of buckets that fill a cache line each.
///
/// An entry is 8 bytes: the flow's hash, 32 bits, and the record's number; whether the record is that of the flow asked for,
/// only its full key tells. An entry that finds no room where its hash says goes to the next bucket that has some, and each
/// that it passes counts it: where that count is 0, nothing is looked for further on. So nearly every flow is found, or known
/// to be new, by one line. When it ends, an entry that had found no room takes its place, so that the table works as well
/// after a flood as before.
struct HashIndex: ~Copyable, Sendable {
  /// No record.
  static let none = UInt32.max

  /// Entries for each bucket, on average, at which the table grows: of a hundred entries, six lie further on then.
  private static let load = 5

  private(set) var buckets = HashBuckets(count: 128)
  private(set) var count = 0

  /// Asks for where the search for `hash` begins ahead of it.
  @inline(__always)
  func prefetch(_ hash: UInt32) { buckets.prefetch(Int(hash)) }

  /// How far a search has come.
  struct Search {
    /// The bucket it has come to, counted on from the one that the hash names.
    fileprivate var bucket = 0
    /// The places there that it has seen, as bits.
    fileprivate var seen: UInt32 = 0
  }

  /// The next record with this hash; ``none`` where there are no more.
  mutating func next(_ hash: UInt32, _ search: inout Search) -> UInt32 {
    while true {
      let bucket = buckets[Int(hash) &+ search.bucket]
      let places = bucket.places(of: hash) & ~search.seen
      if places != 0 {
        search.seen |= places & (0 &- places)
        return bucket.slot(at: places)
      }
      guard bucket.hasMoreBeyond else { return Self.none }
      search = Search(bucket: search.bucket &+ 1)
    }
  }

  /// The first record with this hash; ``none`` where there is none.
  ///
  /// Where in its bucket it lies is as good as random: it is found without a branch, and so is that it is not there.
  @inline(__always)
  mutating func first(_ hash: UInt32) -> UInt32 {
    let places = buckets[Int(hash)].places(of: hash)
    if buckets[Int(hash)].passesOn(places) { return firstBeyond(hash) }
    return buckets[Int(hash)].slot(at: places)
  }

  @inline(never)
  private mutating func firstBeyond(_ hash: UInt32) -> UInt32 {
    var search = Search(bucket: 1)
    return next(hash, &search)
  }

  /// Adds a record that is not there yet.
  mutating func insert(_ hash: UInt32, _ slot: UInt32) {
    if count >= buckets.count * Self.load { grow() }
    place(hash, slot)
    count += 1
  }

  /// The record at `slot` is at `new` from now on.
  mutating func replace(_ hash: UInt32, _ slot: UInt32, by new: UInt32) {
    guard let bucket = bucket(of: hash, slot) else { return }
    buckets[bucket].replace(buckets[bucket].place(of: hash, slot), by: new)
  }

  /// Removes a record that is there.
  mutating func remove(_ hash: UInt32, _ slot: UInt32) {
    guard let bucket = bucket(of: hash, slot) else { return }
    buckets[bucket].remove(buckets[bucket].place(of: hash, slot))
    for passed in Int(hash)..<bucket { buckets[passed].takeBack() }
    count -= 1
    if buckets[bucket].hasMoreBeyond { fill(bucket) }
  }

  /// Fetches an entry that found no room in `bucket`, or before, back to it; then one to where that was, and so on.
  @inline(never)
  private mutating func fill(_ bucket: Int) {
    var bucket = bucket
    while buckets[bucket].hasMoreBeyond {
      var next = bucket
      var place: UInt32 = 0
      repeat {
        buckets[next].takeBack()
        next &+= 1
        place = buckets[next].firstPlace(where: { buckets.distance(from: $0, to: next) >= next &- bucket })
      } while place == 0
      buckets[bucket].insert(buckets[next].hash(at: place), buckets[next].slot(at: place))
      buckets[next].remove(place)
      bucket = next
    }
  }

  /// The bucket that holds the entry of `slot`, counted on from `hash`; nil where there is none with this hash.
  @inline(__always)
  private mutating func bucket(of hash: UInt32, _ slot: UInt32) -> Int? {
    var bucket = Int(hash)
    while buckets[bucket].place(of: hash, slot) == 0 {
      guard buckets[bucket].hasMoreBeyond else { return nil }
      bucket &+= 1
    }
    return bucket
  }

  @inline(__always)
  private mutating func place(_ hash: UInt32, _ slot: UInt32) {
    var bucket = Int(hash)
    while buckets[bucket].isFull {
      buckets[bucket].passOn()
      bucket &+= 1
    }
    buckets[bucket].insert(hash, slot)
  }

  @inline(never)
  private mutating func grow() {
    var smaller = HashBuckets(count: buckets.count * 2)
    swap(&smaller, &buckets)
    for bucket in 0..<smaller.count { smaller[bucket].forEach { place($0, $1) } }
  }
}
