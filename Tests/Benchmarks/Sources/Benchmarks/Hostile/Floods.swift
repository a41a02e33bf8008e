/// Many flows, each of next to nothing.
extension HostileTraffic {
  static let floods = [
    HostileTraffic(name: "syn-flood", what: "SYNs, each from an address and port of its own", packets: 50_000_000) {
      count, file, generator in
      SynFlood(count: count).write(&file, &generator)
    },
    HostileTraffic(
      name: "one-packet", what: "data out of nowhere, each from another flow, with `--max-flows 1000`",
      packets: 10_000_000, command: ["analyze", "-", "--format", "summary", "--max-flows", "1000"]
    ) { count, file, generator in
      for index in 0..<count {
        write(.data(generator.word()), AddressPair(index), after: 1, &file)
      }
    },
    HostileTraffic(
      name: "port-scan", what: "SYN and RST, each to a server of its own", packets: 10_000_000
    ) { count, file, generator in
      for index in 0..<count / 2 {
        let pair = AddressPair(
          client: 0x0A00_0001, server: UInt32(truncatingIfNeeded: 0x1000_0000 &+ index &* 97),
          clientPort: UInt16(truncatingIfNeeded: 1024 + index % 60_000), serverPort: UInt16(1 + index % 1023))
        exchange(pair, generator.word(), &file)
      }
    },
    HostileTraffic(
      name: "one-tuple", what: "SYN and RST between the same two ports: a new connection every other packet",
      packets: 10_000_000
    ) { count, file, generator in
      for _ in 0..<count / 2 { exchange(AddressPair(7), generator.word(), &file) }
    },
    HostileTraffic(
      name: "collisions-xor", what: "flows whose addresses and ports have one sum and one XOR", packets: 10_000_000
    ) { count, file, generator in
      for index in 0..<count {
        let (host, port) = (UInt32(index >> 14), UInt16(index & 0x3FFF))
        let pair = AddressPair(
          client: 0x0A00_0000 ^ host, server: 0xC0A8_0000 ^ host, clientPort: 0x4000 ^ port, serverPort: 0x8000 ^ port)
        write(.data(generator.word()), pair, after: 1, &file)
      }
    },
    HostileTraffic(
      name: "collisions-low-bits", what: "flows that differ only in the high bits of addresses", packets: 10_000_000
    ) { count, file, generator in
      for index in 0..<count {
        let pair = AddressPair(
          client: UInt32(index & 0xFFF) << 20 | 1, server: UInt32(index >> 12) << 20 | 2, clientPort: 1024,
          serverPort: 1024)
        write(.data(generator.word()), pair, after: 1, &file)
      }
    },
  ]

  /// An attempt that is refused at once.
  private static func exchange(_ pair: AddressPair, _ sequence: UInt32, _ file: inout PacketFile) {
    write(
      PacketFile.Frame(isFromClient: true, flags: PacketFile.syn, sequence: sequence, acknowledgment: 0), pair,
      after: 10, &file)
    write(
      PacketFile.Frame(
        isFromClient: false, flags: PacketFile.rst | PacketFile.ack, sequence: 0, acknowledgment: sequence &+ 1),
      pair, after: 10, &file)
  }

  static func write(
    _ frame: PacketFile.Frame, _ pair: AddressPair, after microseconds: UInt64, _ file: inout PacketFile
  ) {
    file.time += microseconds
    if !file.isBroken { file.write(frame, pair) }
  }
}

extension PacketFile.Frame {
  /// A byte of payload.
  static func data(_ sequence: UInt32) -> PacketFile.Frame {
    PacketFile.Frame(
      isFromClient: true, flags: PacketFile.ack, sequence: sequence, acknowledgment: 1, payload: 1)
  }
}

extension SplitMix {
  mutating func word() -> UInt32 { UInt32(truncatingIfNeeded: next()) }
}
