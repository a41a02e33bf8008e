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
  }

  private static func count(_ addresses: [SocketAddress], in table: inout AddressTable<Count>, distance: Int) {
    var searches = addresses.map { table.search(for: $0) }
    for index in 0..<addresses.count + 2 * distance {
      if index < addresses.count { table.begin(&searches[index]) }
      let (found, counted) = (index - distance, index - 2 * distance)
      if addresses.indices.contains(found), let place = table.find(addresses[found], &searches[found]) {
        #expect(table[place].address == addresses[found])
      }
      guard addresses.indices.contains(counted) else { continue }
      let place = table.place(of: addresses[counted], searches[counted]) { Count(address: addresses[counted]) }
      if let place { table[place].count += 1 }
    }
  }

  /// What is asked for ahead is what comes first.
  @Test func whatIsUsedOftenIsAskedFor() {
    #expect(MemoryLayout<HostStatistics>.offset(of: \.resets) == HostStatistics.hotBytes)
    #expect(MemoryLayout<ListenerStatistics>.offset(of: \.refused) == ListenerStatistics.hotBytes)
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
  }

  private static func address(_ number: Int) -> SocketAddress {
    let bits = UInt32(truncatingIfNeeded: number / 4)
    let address = number % 2 == 0 ? IPAddress(v4: bits) : IPAddress(v6High: 0, low: UInt64(bits))
    return SocketAddress(address: address, port: UInt16(number % 4 / 2))
  }
}
