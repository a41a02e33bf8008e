import PacketDecoding
import TestSupport
import Testing

/// Text of addresses: RFC 5952's canonical form out, RFC 4291's forms in.
@Suite struct AddressTextTests {
  static let canonical = [
    "0.0.0.0", "255.255.255.255", "192.0.2.1", "10.0.0.100", "::", "::1", "1::", "2001:db8::1",
    "2001:db8:0:1:1:1:1:1", "2001:0:0:1::1", "2001:db8::1:0:0:1", "::ffff:192.0.2.1", "::fffe:c000:201",
    "1:2:3:4:5:6:7:8", "fe80::1234:5678:9abc:def0", "1:0:3:0:5:0:7:0", "0:2:3:4:5:6:7:8", "1:2:3:4:5:6:7:0",
    "64:ff9b::c000:221", "a:b:c:d:e:f::",
  ]

  @Test(arguments: canonical) func theCanonicalFormStays(text: String) throws {
    #expect(try #require(IPAddress(text)).description == text)
  }

  static let others = [
    ("2001:DB8:0:0:0:0:0:1", "2001:db8::1"), ("0:0:0:0:0:0:0:0", "::"), ("::0001", "::1"),
    ("1:2:3:4:5:6:7::", "1:2:3:4:5:6:7:0"),
    ("::192.0.2.1", "::c000:201"), ("1:2:3:4:5:6:1.2.3.4", "1:2:3:4:5:6:102:304"), ("::FFFF:1.2.3.4", "::ffff:1.2.3.4"),
    ("2001:db8:0:0:1:0:0:1", "2001:db8::1:0:0:1"), ("::2:3:4:5:6:7:8", "0:2:3:4:5:6:7:8"),
  ]

  @Test(arguments: others) func otherFormsBecomeCanonical(text: String, canonical: String) throws {
    #expect(try #require(IPAddress(text)).description == canonical)
  }

  static let refused = [
    "", "1.2.3", "1.2.3.4.5", "1.2.3.256", "01.2.3.4", "1.2.3.4 ", "+1.2.3.4", "1..2.3", ":", ":::", "1:::2", "::1::",
    "1:2:3:4:5:6:7",
    "1:2:3:4:5:6:7:8:9", "1:2:3:4:5:6:7:8::", "12345::", "g::", "fe80::1%eth0", "[::1]", "::1/64", "1.2.3.4::",
    "::1.2.3", "1:2:3:4:5:6:7:1.2.3.4",
    ":1:2:3:4:5:6:7", "1:2:3:4:5:6:7:", "١.2.3.4",
  ]

  @Test(arguments: refused) func anythingElseIsRefused(text: String) {
    #expect(IPAddress(text) == nil)
  }

  @Test func everyAddressComesBack() {
    var random = SeededGenerator(seed: 5952)
    for _ in 0..<2_000 {
      let address = IPAddress(v6High: half(using: &random), low: half(using: &random))
      #expect(IPAddress(address.description) == address)
      let short = IPAddress(v4: UInt32.random(in: 0...UInt32.max, using: &random))
      #expect(IPAddress(short.description) == short)
    }
  }

  /// Four groups, many of them zero, as addresses have.
  private func half(using random: inout SeededGenerator) -> UInt64 {
    var half: UInt64 = 0
    for _ in 0..<4 {
      let group = Bool.random(using: &random) ? 0 : UInt64.random(in: 0...0xFFFF, using: &random)
      half = half << 16 | group
    }
    return half
  }

  @Test(arguments: ["192.0.2.1:80", "[2001:db8::1]:65535", "[::]:0"]) func endsOfConnections(text: String) throws {
    #expect(try #require(SocketAddress(text)).description == text)
  }

  @Test(arguments: [
    "192.0.2.1", "192.0.2.1:", "192.0.2.1:65536", "192.0.2.1:+80", "::1:80", "[192.0.2.1]:80", "[]:80", ":80", "[::1]",
  ])
  func noEndOfAConnection(text: String) {
    #expect(SocketAddress(text) == nil)
  }

  @Test func textIsAppended() {
    var buffer = Array("-> ".utf8)
    SocketAddress(address: "2001:db8::1", port: 443).appendText(to: &buffer)
    #expect(String(decoding: buffer, as: UTF8.self) == "-> [2001:db8::1]:443")
  }

  @Test func addressesAreOrdered() {
    let sorted: [IPAddress] = ["9.9.9.9", "10.0.0.1", "::1", "1::"]
    #expect(sorted.reversed().sorted() == sorted)
  }
}
