/// Who talks to whom.
struct AddressPair {
  var client: UInt32
  var server: UInt32
  var clientPort: UInt16
  var serverPort: UInt16
  var isIPv6 = false
}

extension AddressPair {
  /// The addresses of connection `index`: 16 384 clients, 256 servers, every pair of ports once.
  init(_ index: Int, isIPv6: Bool = false) {
    // Of no protocol: with others, tshark tries one dissector after another on the random payload, and takes long.
    let ports: [UInt16] = [9999, 30_443]
    self.init(
      client: 0x0A00_0001 + UInt32(index & 0x3FFF), server: 0xC0A8_0001 + UInt32(index >> 3 & 0xFF),
      clientPort: UInt16(1024 + (index >> 14) % 64_000), serverPort: ports[index & 1], isIPv6: isIPv6)
  }
}

/// Sebastiano Vigna's SplitMix64: small, seeded, the same everywhere.
struct SplitMix: RandomNumberGenerator {
  private var state: UInt64

  init(seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return mixed ^ (mixed >> 31)
  }

  mutating func next(below limit: Int) -> Int { Int(truncatingIfNeeded: ((next() >> 32) &* UInt64(limit)) >> 32) }
}
