import Foundation
import GroundTruth
import PacketDecoding
import Testing

struct RecordingTests {
  @Test func aLoggedPacketIsAnArrayInOrder() throws {
    let json = #"[1000,"a","tx","10.77.0.1",40000,"10.77.0.2",8080,18,7,9,3]"#
    let packet = try JSONDecoder().decode(LoggedPacket.self, from: Data(json.utf8))
    #expect(packet.isSent)
    #expect(packet.segment.flags == 18)
    #expect(packet.segment.payloadLength == 3)
    let encoded = try JSONEncoder().encode(packet)
    #expect(String(decoding: encoded, as: UTF8.self) == json)
  }

  @Test func aCaptureReadsBackAsWritten() throws {
    let packets = [
      CapturedPacket(time: 1_795_219_433_273_014_853, bytes: [0x45, 1, 2], originalLength: 60),
      CapturedPacket(time: 1_795_219_434_000_000_001, bytes: [], originalLength: 0),
    ]
    let file = CaptureFile.bytes(of: packets)
    let read = try #require(CaptureFile.packets(of: file))
    #expect(read.map(\.time) == packets.map(\.time))
    #expect(read.map(\.bytes) == packets.map(\.bytes))
    #expect(read.map(\.originalLength) == [60, 0])
    #expect(CaptureFile.packets(of: file.dropLast(1))?.count == 1)
    #expect(CaptureFile.packets(of: CaptureFile.bytes(of: packets, linkType: CaptureFile.ethernet)) == nil)
  }

  @Test(arguments: [
    ("10.77.0.1:40000", IPAddress(v4: 0x0a4d_0001), 40_000),
    ("[fd77::1]:8080", IPAddress(v6High: 0xfd77_0000_0000_0000, low: 1), 8080),
    ("[1:2:3:4:5:6:7:8]:1", IPAddress(v6High: 0x0001_0002_0003_0004, low: 0x0005_0006_0007_0008), 1),
    ("[::]:9", IPAddress(v6High: 0, low: 0), 9),
  ])
  func aSocketAddressIsRead(text: String, address: IPAddress, port: UInt16) {
    #expect(SocketAddress(text: text) == SocketAddress(address: address, port: port))
  }

  @Test(arguments: ["0.0.0.0:*", "*:8080", "10.77.0:1", "10.77.0.256:1", "[1:2:3]:4", "[::g]:1", "", ":"])
  func anythingElseIsNone(text: String) {
    #expect(SocketAddress(text: text) == nil)
  }

  @Test func viewsAreReadAndRefused() {
    #expect(PartialView(text: "first:7") == .withoutFirst(7))
    #expect(PartialView(text: "one-sided:b") == .oneSided(.b))
    #expect(PartialView(text: "drop:0.05") == .missing(0.05))
    #expect(PartialView(text: "snaplen:60") == .snapLength(60))
    for text in ["first", "one-sided:c", "drop:2", "snaplen:0", "else:1"] { #expect(PartialView(text: text) == nil) }
  }
}
