import PacketDecoding
import TestSupport
import Testing

@testable import PacketCapture

struct FilterTests {
  @Test(arguments: [false, true])
  func packetsThatDoNotMatchStillCount(throughLibpcap: Bool) throws {
    try withTemporaryFile(Self.fivePackets) { path in
      let reading = Reading(path, throughLibpcap: throughLibpcap, filter: "ether proto 0x0806")
      #expect(reading.error == nil)
      #expect(reading.packets.map(\.info.frame) == [2, 4])
    }
  }

  @Test func whatDoesNotCompileIsSaidInLibpcapsWords() throws {
    try withTemporaryFile(Self.fivePackets) { path in
      let error = Reading(path, filter: "tcp prt 80").error
      #expect(error?.problem == .badFilter)
      #expect(error?.message.hasPrefix("filter 'tcp prt 80': ") == true)
      #expect(error?.message.contains("syntax error") == true)
    }
  }

  /// Ethernet frames of IPv4 and, every second one, of ARP.
  private static var fivePackets: [UInt8] {
    var writer = PcapWriter()
    for number in 1...5 {
      let type: [UInt8] = number.isMultiple(of: 2) ? [8, 6] : [8, 0]
      writer.append([UInt8](repeating: 0, count: 12) + type + [0, 0], at: Timestamp(nanoseconds: 0))
    }
    return writer.bytes
  }
}
