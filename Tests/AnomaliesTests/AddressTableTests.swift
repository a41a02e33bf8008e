import PacketDecoding
import TestSupport
import Testing

@testable import Anomalies

@Suite("What is kept of addresses")
struct AddressTableTests {
  private struct Count: AddressKept {
    let address: SocketAddress
    var count = 0
  }

  /// Sixty-four are looked for before the first is counted, as flows are: one may come twice among them, and bring the
  /// table to its limit.
  @Test(arguments: UInt64(0)..<20)
  func agreesWithCountingOneByOne(seed: UInt64) {
    var random = SeededGenerator(seed: seed)
    var table = AddressTable<Count>(limit: 300)
    var (order, counts, omitted) = ([SocketAddress](), [SocketAddress: Int](), 0)
    for _ in 0..<40 {
      let addresses = (0..<64).map { _ in Self.address(Int.random(in: 0..<500, using: &random)) }
      var searches = addresses.map { table.search(for: $0) }
      for index in addresses.indices { table.begin(&searches[index]) }
      for index in addresses.indices { table.find(addresses[index], &searches[index]) }
      for (address, search) in zip(addresses, searches) {
        if let place = table.place(of: address, search, new: { Count(address: address) }) { table[place].count += 1 }
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

  private static func address(_ number: Int) -> SocketAddress {
    let bits = UInt32(truncatingIfNeeded: number / 4)
    let address = number % 2 == 0 ? IPAddress(v4: bits) : IPAddress(v6High: 0, low: UInt64(bits))
    return SocketAddress(address: address, port: UInt16(number % 4 / 2))
  }
}
