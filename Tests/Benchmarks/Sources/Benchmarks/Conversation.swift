/// One short connection: its addresses, and its frames in the order they pass.
struct Conversation {
  let pair: AddressPair
  private(set) var frames: [PacketFile.Frame] = []
  private var client: UInt32
  private var server: UInt32

  /// The connection of number `index`; one in ten is IPv6.
  init(_ index: Int, _ generator: inout SplitMix) {
    pair = AddressPair(index, isIPv6: generator.next(below: 10) == 0)
    client = UInt32(truncatingIfNeeded: generator.next())
    server = UInt32(truncatingIfNeeded: generator.next())
  }

  /// A whole connection: handshake, a request and its answer or two, and one of the ways to end.
  static func short(_ index: Int, _ generator: inout SplitMix) -> Conversation {
    var result = Conversation(index, &generator)
    guard generator.next(below: 50) > 0 else {
      result.refuse()
      return result
    }
    result.open()
    for _ in 0...(generator.next(below: 16) == 0 ? 1 : 0) { result.exchange(&generator) }
    result.disturb(&generator)
    result.close(&generator)
    return result
  }

  mutating func add(fromClient: Bool, _ flags: UInt8, payload: Int = 0) {
    let frame = PacketFile.Frame(
      isFromClient: fromClient, flags: flags, sequence: fromClient ? client : server,
      acknowledgment: flags & PacketFile.ack == 0 ? 0 : fromClient ? server : client, payload: payload,
      window: flags & PacketFile.syn != 0 ? 64_240 : 502)
    frames.append(frame)
    let takes = UInt32(payload + (flags & (PacketFile.syn | PacketFile.fin) != 0 ? 1 : 0))
    if fromClient { client &+= takes } else { server &+= takes }
  }

  mutating func open() {
    add(fromClient: true, PacketFile.syn)
    add(fromClient: false, PacketFile.syn | PacketFile.ack)
    add(fromClient: true, PacketFile.ack)
  }

  private mutating func refuse() {
    add(fromClient: true, PacketFile.syn)
    server = 0
    add(fromClient: false, PacketFile.rst | PacketFile.ack)
  }

  private mutating func exchange(_ generator: inout SplitMix) {
    add(fromClient: true, PacketFile.ack, payload: 80 + generator.next(below: 350))
    if generator.next(below: 2) == 0 { add(fromClient: false, PacketFile.ack) }
    for _ in 0..<generator.next(below: 3) { add(fromClient: false, PacketFile.ack, payload: 1448) }
    add(fromClient: false, PacketFile.ack, payload: 100 + generator.next(below: 1349))
    if generator.next(below: 5) > 0 { add(fromClient: true, PacketFile.ack) }
  }

  /// Three in a hundred connections have two segments in the wrong order, one a segment twice.
  private mutating func disturb(_ generator: inout SplitMix) {
    let chance = generator.next(below: 100)
    guard let place = frames.indices.first(where: { frames[$0].payload == 1448 }), place + 1 < frames.count else {
      return
    }
    if chance < 3 { frames.swapAt(place, place + 1) } else if chance < 4 { frames.insert(frames[place], at: place + 1) }
  }

  private mutating func close(_ generator: inout SplitMix) {
    let kind = generator.next(below: 100)
    if kind < 4 { return add(fromClient: true, PacketFile.rst | PacketFile.ack) }
    if kind < 6 { return }
    let first = kind < 70
    add(fromClient: first, PacketFile.fin | PacketFile.ack)
    if kind % 2 == 0 { add(fromClient: !first, PacketFile.ack) }
    add(fromClient: !first, PacketFile.fin | PacketFile.ack)
    add(fromClient: first, PacketFile.ack)
  }
}

extension AddressPair {
  /// The addresses of connection `index`: 16 384 clients, 256 servers, every pair of ports once.
  init(_ index: Int, isIPv6: Bool = false) {
    let ports: [UInt16] = [80, 443, 8080, 9999]
    self.init(
      client: 0x0A00_0001 + UInt32(index & 0x3FFF), server: 0xC0A8_0001 + UInt32(index >> 3 & 0xFF),
      clientPort: UInt16(1024 + (index >> 14) % 64_000), serverPort: ports[index & 3], isIPv6: isIPv6)
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

  mutating func next(below limit: Int) -> Int { Int(truncatingIfNeeded: next() % UInt64(limit)) }
}
