import BasicContainers
import CMemory

/// Which record holds a flow: open addressing over the flows' hashes, with linear probing.
///
/// An entry is 8 bytes, so that eight of them share a cache line and a look-up rarely touches a second one. It holds
/// 32 bits of the hash and the record's number; whether the record is that of the flow asked for, only its full key
/// tells. Removal moves later entries up, which leaves no tombstones: the table works as well after a flood as before.
struct FlowIndex: ~Copyable, Sendable {
  struct Entry: Sendable {
    var hash: UInt32 = 0
    var slot = FlowIndex.none
  }

  /// No record.
  static let none = UInt32.max

  private var entries = Self.empty(1024)
  private(set) var count = 0

  private var mask: Int { entries.count - 1 }

  /// Asks for where the search for `hash` begins ahead of it, and for the next line where it may go on there: half a line
  /// of entries is enough for nearly all.
  @inline(__always)
  func prefetch(_ hash: UInt32) {
    let place = Int(hash) & mask
    unsafe entries.span.withUnsafeBufferPointer {
      unsafe prefetch_line($0.baseAddress, place &* MemoryLayout<Entry>.stride)
      unsafe prefetch_line($0.baseAddress, (place &+ 4) &* MemoryLayout<Entry>.stride)
    }
  }

  /// The next record with this hash, looked for from `probe` on; ``none`` where there are no more.
  ///
  /// - Parameter probe: 0 at first; moved on by each call.
  @inline(__always)
  mutating func next(_ hash: UInt32, _ probe: inout Int) -> UInt32 {
    while true {
      let entry = entries[(Int(hash) &+ probe) & mask]
      probe &+= 1
      if entry.hash == hash || entry.slot == Self.none { return entry.slot }
    }
  }

  /// The first record with this hash; ``none`` where there is none.
  ///
  /// Where among its first places it lies, is as good as random, so that a search that stops there would be guessed wrong
  /// by the processor for nearly every segment. Four places are looked at without a branch between them; few lie further.
  @inline(__always)
  mutating func first(_ hash: UInt32) -> UInt32 {
    let home = Int(hash)
    var ends: UInt32 = 0
    for probe in 0..<4 {
      let entry = entries[(home &+ probe) & mask]
      ends |= (entry.hash == hash || entry.slot == Self.none ? 1 : 0) << UInt32(truncatingIfNeeded: probe)
    }
    if ends == 0 { return firstBeyond(hash, 4) }
    return entries[(home &+ ends.trailingZeroBitCount) & mask].slot
  }

  @inline(never)
  private mutating func firstBeyond(_ hash: UInt32, _ probe: Int) -> UInt32 {
    var probe = probe
    return next(hash, &probe)
  }

  /// Adds a record that is not there yet.
  mutating func insert(_ hash: UInt32, _ slot: UInt32) {
    if (count + 1) * 4 > entries.count * 3 { grow() }
    place(Entry(hash: hash, slot: slot))
    count += 1
  }

  /// The record at `slot` is at `new` from now on.
  mutating func replace(_ hash: UInt32, _ slot: UInt32, by new: UInt32) {
    var place = Int(hash) & mask
    while entries[place].slot != slot {
      guard entries[place].slot != Self.none else { return }
      place = (place + 1) & mask
    }
    entries[place].slot = new
  }

  /// Removes a record that is there.
  mutating func remove(_ hash: UInt32, _ slot: UInt32) {
    var hole = Int(hash) & mask
    while entries[hole].slot != slot {
      guard entries[hole].slot != Self.none else { return }
      hole = (hole + 1) & mask
    }
    close(hole)
    count -= 1
  }

  /// Moves up what probing would no longer find beyond the empty place.
  private mutating func close(_ hole: Int) {
    let mask = mask
    var hole = hole
    var next = (hole &+ 1) & mask
    while true {
      let entry = entries[next]
      if entry.slot == Self.none { break }
      let home = Int(entry.hash) & mask
      if (next &- home) & mask >= (next &- hole) & mask {
        entries[hole] = entry
        hole = next
      }
      next = (next &+ 1) & mask
    }
    entries[hole] = Entry()
  }

  private mutating func place(_ entry: Entry) {
    var place = Int(entry.hash) & mask
    while entries[place].slot != Self.none { place = (place + 1) & mask }
    entries[place] = entry
  }

  /// So many entries that are free. Those of many flows lie in huge pages, of two megabytes: otherwise, where the kernel has
  /// put the page of an entry is in no cache either.
  private static func empty(_ count: Int) -> UniqueArray<Entry> {
    var entries = UniqueArray<Entry>(minimumCapacity: count)
    entries.edit { span in
      if count * MemoryLayout<Entry>.stride >= 2 << 20 {
        unsafe span.withUnsafeMutableBufferPointer { buffer, _ in
          unsafe advise_huge_pages(buffer.baseAddress, buffer.count * MemoryLayout<Entry>.stride)
        }
      }
      span.append(repeating: Entry(), count: count)
    }
    return entries
  }

  private mutating func grow() {
    var smaller = Self.empty(entries.count * 2)
    swap(&smaller, &entries)
    for index in 0..<smaller.count where smaller[index].slot != Self.none { place(smaller[index]) }
  }
}
