import TestSupport
import Testing

@testable import ConnectionTracking

/// Small arrays that share memory, held against arrays of their own.
@Suite("Blocks of elements")
struct BlockStoreTests {
  private typealias Store = BlockStore<UInt64>

  @Test(arguments: UInt64(0)..<6)
  func agreeWithArrays(seed: UInt64) {
    var random = SeededGenerator(seed: seed)
    var store = Store()
    var blocks: [(block: Store.Block, elements: [UInt64])] = []
    for _ in 0..<20_000 {
      let choice = Int.random(in: 0..<20, using: &random)
      if blocks.isEmpty || choice == 0 {
        blocks.append((Store.Block(), []))
      } else if let index = blocks.indices.randomElement(using: &random) {
        if choice == 1 {
          store.release(&blocks[index].block)
          #expect(blocks[index].block.count == 0)
          blocks.remove(at: index)
        } else {
          Self.change(&blocks[index], choice, in: &store, &random)
        }
      }
    }
    for (block, elements) in blocks { #expect(Self.elements(of: block, in: &store) == elements) }
    #expect(store.footprint == blocks.reduce(0) { $0 + Self.room($1.elements.count) } * 8)
    for index in blocks.indices { store.release(&blocks[index].block) }
    #expect(store.footprint == 0)
  }

  private static func change(
    _ block: inout (block: Store.Block, elements: [UInt64]), _ choice: Int, in store: inout Store,
    _ random: inout SeededGenerator
  ) {
    if choice < 6, let index = block.elements.indices.randomElement(using: &random) {
      let element = random.next()
      store[block.block, index] = element
      block.elements[index] = element
    } else {
      for _ in 0..<Int.random(in: 1...(choice == 19 ? 300 : 6), using: &random)
      where block.elements.count < Store.mostRoom {
        let element = random.next()
        store.append(element, to: &block.block)
        block.elements.append(element)
      }
    }
    #expect(Int(block.block.count) == block.elements.count)
  }

  /// The largest that there is, and it is used again.
  @Test func areUsedAgain() {
    var store = Store()
    var places: Set<UInt32> = []
    for round in 0..<50 as Range<UInt64> {
      var block = Store.Block()
      for element in 0..<1024 as Range<UInt64> { store.append(element &* round, to: &block) }
      #expect(Self.elements(of: block, in: &store) == (0..<1024).map { $0 &* round })
      #expect(store.footprint == 1024 * 8)
      places.insert(block.place)
      store.release(&block)
    }
    #expect(places.count == 1)
    #expect(store.footprint == 0)
  }

  @Test func ofNoElementsTakeNothing() {
    var store = Store()
    var block = Store.Block()
    store.release(&block)
    #expect(store.footprint == 0)
  }

  private static func elements(of block: Store.Block, in store: inout Store) -> [UInt64] {
    (0..<Int(block.count)).map { store[block, $0] }
  }

  private static func room(_ count: Int) -> Int {
    var room = count == 0 ? 0 : 4
    while room < count { room *= 2 }
    return room
  }
}
