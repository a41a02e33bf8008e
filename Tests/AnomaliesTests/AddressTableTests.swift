import PacketDecoding
import TestSupport
import Testing

@testable import Anomalies

@Suite("What is kept of addresses")
struct AddressTableTests {
  private struct Count: AddressKept {
    static let hotBytes = MemoryLayout<Count>.size
    let address: SocketAddress
    var count = 0
    var confirmations = 0
    var isNoteworthy = false

    init(address: SocketAddress) { self.address = address }
    init(like other: Count) { address = other.address }

    mutating func merge(_ other: Count) {
      count += other.count
      isNoteworthy = isNoteworthy || other.isNoteworthy
    }
  }

  /// Several are looked for at a time, each a step behind the one before it, as flows are: one may come twice among them,
  /// and bring the table to its limit.
  @Test(arguments: UInt64(0)..<20)
  func agreesWithCountingOneByOne(seed: UInt64) {
    var random = SeededGenerator(seed: seed)
    var table = AddressTable<Count>(limit: 300)
    var (order, counts, omitted) = ([SocketAddress](), [SocketAddress: Int](), 0)
    for _ in 0..<40 {
      let addresses = (0..<64).map { _ in Self.address(Int.random(in: 0..<500, using: &random)) }
      Self.count(addresses, in: &table, distance: Int.random(in: 1..<40, using: &random))
      for address in addresses {
        if counts[address] != nil || order.count < 300 {
          if counts[address] == nil { order.append(address) }
          counts[address, default: 0] += 1
        } else {
          omitted += 1
        }
      }
    }
    #expect(table.elements.map(\.address) == order)
    #expect(table.elements.map(\.count) == order.map { counts[$0] ?? 0 })
    #expect(table.omitted == omitted)
    #expect(omitted > 0)
    #expect(table.elements.allSatisfy { $0.confirmations <= $0.count })
    #expect(table.elements.contains { $0.confirmations > 0 })
  }

  private static func count(_ addresses: [SocketAddress], in table: inout AddressTable<Count>, distance: Int) {
    var searches = addresses.map { table.index.search(for: $0) }
    for step in 0..<addresses.count + 2 * distance {
      let (found, counted) = (step - distance, step - 2 * distance)
      goOn(addresses, &searches, begin: step, confirm: found, table.index, &table.elements)
      guard addresses.indices.contains(counted) else { continue }
      if searches[counted].place == AddressIndex.Search.omitted {
        table.omit(1)
        continue
      }
      let place = table.place(of: addresses[counted], searches[counted], displacing: false) {
        Count(address: addresses[counted])
      }
      if let place { table[place].count += 1 } else { table.omit(1) }
    }
  }

  /// Takes the first step of one search, and the second one of another.
  private static func goOn(
    _ addresses: [SocketAddress], _ searches: inout [AddressIndex.Search], begin: Int, confirm: Int,
    _ index: AddressIndex, _ elements: inout [Count]
  ) {
    var elements = elements.mutableSpan
    if begin < addresses.count { index.begin(&searches[begin], among: elements) }
    guard addresses.indices.contains(confirm) else { return }
    let isThere = elements.confirm(&searches[confirm], for: addresses[confirm])
    #expect(isThere == searches[confirm].isFound)
    if isThere { elements[Int(searches[confirm].place)].confirmations += 1 }
  }

  /// Each address comes several times, some of them noteworthy: all of those are kept with everything from then on, and
  /// what is counted and what is left out is all that came.
  @Test(arguments: UInt64(0)..<20)
  func whatIsNoteworthyStays(seed: UInt64) {
    var random = SeededGenerator(seed: seed)
    var table = AddressTable<Count>(limit: 64)
    var noteworthy: [SocketAddress: Int] = [:]
    for _ in 0..<20_000 {
      let number = Int.random(in: 0..<1000, using: &random)
      let (address, isNoteworthy) = (Self.address(number), number < 60 && Int.random(in: 0..<9, using: &random) == 0)
      if isNoteworthy || noteworthy[address] != nil { noteworthy[address, default: 0] += 1 }
      let search = table.index.search(for: address)
      let place = table.place(of: address, search, displacing: isNoteworthy) { Count(address: address) }
      guard let place else {
        table.omit(1)
        continue
      }
      table[place].count += 1
      if isNoteworthy { table[place].isNoteworthy = true }
    }
    #expect(table.displaced > 0)
    #expect(table.elements.reduce(table.omitted) { $0 + $1.count } == 20_000)
    let kept = Dictionary(uniqueKeysWithValues: table.elements.map { ($0.address, $0.count) })
    for (address, count) in noteworthy { #expect(kept[address] ?? 0 >= count) }
    for element in table.elements {
      let search = table.index.search(for: element.address)
      #expect(
        table.index.place(search) { table.elements[$0].address == element.address } != AddressIndex.Search.unknown)
    }
  }

  @Test(arguments: UInt64(0)..<20)
  func addressesAreCountedOnce(seed: UInt64) {
    var random = SeededGenerator(seed: seed)
    let hashes = (0..<Int.random(in: 1..<100, using: &random)).map { _ in UInt64.random(in: 1..<200, using: &random) }
    var set = AddressSet()
    for (index, hash) in hashes.enumerated() {
      set.insert(hash)
      #expect(set.count == min(64, Set(hashes[...index]).count))
    }
    var (early, late) = (AddressSet(), AddressSet())
    let middle = Int.random(in: 0...hashes.count, using: &random)
    for hash in hashes[..<middle].reversed() { early.insert(hash) }
    for hash in hashes[middle...].shuffled(using: &random) { late.insert(hash) }
    late.merge(early)
    #expect(late == set)
  }

  private static func address(_ number: Int) -> SocketAddress {
    let bits = UInt32(truncatingIfNeeded: number / 4)
    let address = number % 2 == 0 ? IPAddress(v4: bits) : IPAddress(v6High: 0, low: UInt64(bits))
    return SocketAddress(address: address, port: UInt16(number % 4 / 2))
  }
}
