import TestSupport
import Testing

@testable import ConnectionTracking

@Suite("The index of flows")
struct FlowIndexTests {
  /// Few hashes, so that almost every look-up passes entries of others; what is removed, is so in any order.
  @Test(arguments: [UInt32(1), 2, 7, 40, 1000, UInt32.max])
  func agreesWithADictionary(hashes: UInt32) {
    var generator = SeededGenerator(seed: 3)
    var index = HashIndex()
    var model: [(slot: UInt32, hash: UInt32)] = []
    for step in 0..<6_000 as Range<UInt32> {
      let place = model.indices.randomElement(using: &generator)
      switch generator.next() % 8 {
      case 0...2:
        guard let place else { continue }
        index.remove(model[place].hash, model[place].slot)
        model.remove(at: place)
      case 3:
        guard let place else { continue }
        index.replace(model[place].hash, model[place].slot, by: step)
        model[place].slot = step
      default:
        guard model.count < 900 else { continue }
        // Some of them just before the last, so that entries go round.
        let hash = UInt32.random(in: 0..<hashes, using: &generator) &- hashes / 2
        index.insert(hash, step)
        model.append((step, hash))
      }
      if step % 200 == 0 { expect(&index, equals: model) }
    }
    expect(&index, equals: model)
    for (slot, hash) in model { index.remove(hash, slot) }
    expectNothingLeft(in: &index)
  }

  /// Of each bucket: it counts those entries that are further on than it, and were to be in it or before; and it is full if
  /// there are any.
  private func expectTrueCounts(in index: inout HashIndex) {
    let count = index.buckets.count
    var passing = Array(repeating: 0, count: count)
    for bucket in 0..<count {
      index.buckets[bucket].forEach { hash, _ in
        let distance = index.buckets.distance(from: hash, to: bucket)
        for passed in bucket - distance..<bucket { passing[passed & (count - 1)] += 1 }
      }
    }
    for bucket in 0..<count {
      #expect(Int(index.buckets[bucket].marks >> 8) == passing[bucket])
      #expect(passing[bucket] == 0 || index.buckets[bucket].isFull)
    }
  }

  /// Every slot is found by its hash, once, and nothing else is.
  private func expect(_ index: inout HashIndex, equals model: [(slot: UInt32, hash: UInt32)]) {
    #expect(index.count == model.count)
    expectTrueCounts(in: &index)
    let byHash = Dictionary(grouping: model, by: \.hash)
    for (hash, entries) in byHash {
      let found = self.slots(of: hash, in: &index)
      #expect(found.sorted() == entries.map(\.slot).sorted())
      #expect(index.first(hash) == found.first)
    }
    for hash in UInt32(1 << 20)..<(1 << 20) + 50 where byHash[hash] == nil {
      #expect(index.first(hash) == HashIndex.none)
      #expect(slots(of: hash, in: &index).isEmpty)
    }
  }

  private func slots(of hash: UInt32, in index: inout HashIndex) -> [UInt32] {
    var result: [UInt32] = []
    var search = HashIndex.Search()
    while true {
      let slot = index.next(hash, &search)
      if slot == HashIndex.none { return result }
      result.append(slot)
    }
  }

  /// Of what was removed, that is.
  private func expectNothingLeft(in index: inout HashIndex) {
    #expect(index.count == 0)
    for bucket in 0..<index.buckets.count { #expect(index.buckets[bucket].marks == 0) }
  }

  /// Entries of the last bucket go on in the first one.
  @Test func goesRound() {
    var index = HashIndex()
    for slot in 0..<30 as Range<UInt32> { index.insert(.max, slot) }
    #expect(slots(of: .max, in: &index).sorted() == Array(0..<30))
    #expect(index.first(0) == HashIndex.none)
    for slot in (0..<30 as Range<UInt32>).reversed() { index.remove(.max, slot) }
    expectNothingLeft(in: &index)
  }

  /// What is not there is not removed, and not replaced.
  @Test func leavesOthersAlone() {
    var index = HashIndex()
    for slot in 0..<20 as Range<UInt32> { index.insert(5, slot) }
    index.remove(5, 77)
    index.remove(900, 3)
    // Held, and on the way of this search, but with another hash.
    index.remove(6, 19)
    index.replace(5, 77, by: 78)
    #expect(slots(of: 5, in: &index).sorted() == Array(0..<20))
  }

  /// A flood that fills the table to its limit and more, round by round.
  @Test func isAsGoodAsNewAfterAFlood() {
    var generator = SeededGenerator(seed: 4)
    var index = HashIndex()
    var hashes = (0..<4000).map { _ in UInt32.random(in: 0...(.max), using: &generator) }
    for (slot, hash) in hashes.enumerated() { index.insert(hash, UInt32(slot)) }
    for step in 0..<400_000 {
      let slot = step % hashes.count
      index.remove(hashes[slot], UInt32(slot))
      hashes[slot] = .random(in: 0...(.max), using: &generator)
      index.insert(hashes[slot], UInt32(slot))
    }
    #expect(index.count == hashes.count)
    var fresh = HashIndex()
    for (slot, hash) in hashes.enumerated() { fresh.insert(hash, UInt32(slot)) }
    // Of those further on than their hash says, there are as many as if nothing had ever been removed.
    #expect((0..<fresh.buckets.count).allSatisfy { index.buckets[$0].marks >> 8 == fresh.buckets[$0].marks >> 8 })
    for (slot, hash) in hashes.enumerated() { #expect(slots(of: hash, in: &index).contains(UInt32(slot))) }
    for (slot, hash) in hashes.enumerated() { index.remove(hash, UInt32(slot)) }
    expectNothingLeft(in: &index)
  }

  /// Each look-up is to read one.
  @Test func bucketsAreCacheLines() { #expect(HashBucket.size * MemoryLayout<UInt32>.stride == 64) }
}
