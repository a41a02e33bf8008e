/// Packets whose cost lies before TCP.
extension HostileTraffic {
  static let headerStorms =
    [
      HostileTraffic(
        name: "fragments", what: "first fragments of datagrams that never get whole", packets: 10_000_000
      ) { count, file, generator in
        for index in 0..<count {
          let header = RawPacket.ipv4(
            protocolNumber: 6, identification: index, fragment: 0x2000,
            from: 0x0A00_0001 + UInt32(index >> 16 & 0xFFFF),
            payload: RawPacket.filler(64 + 8 * generator.next(below: 128)))
          write(RawPacket.ethernet(0x0800, header), &file)
        }
      },
      HostileTraffic(
        name: "fragments-tiny", what: "8 bytes each of a thousand datagrams, every other unit", packets: 10_000_000
      ) { count, file, generator in
        for index in 0..<count { write(tinyFragment(index), &file) }
      },
      HostileTraffic(
        name: "fragments-cut", what: "the same, with nothing but the header captured", packets: 10_000_000,
        snapLength: 34
      ) { count, file, generator in
        for index in 0..<count { write(tinyFragment(index), &file) }
      },
      HostileTraffic(
        name: "fragments-ipv6", what: "last fragments of IPv6 datagrams that never get whole", packets: 10_000_000
      ) { count, file, generator in
        for index in 0..<count {
          let fragment = [6, 0, 0x10, 0] + RawPacket.word(UInt32(truncatingIfNeeded: index)) + RawPacket.filler(64)
          write(RawPacket.ethernet(0x86DD, RawPacket.ipv6(nextHeader: 44, payload: fragment)), &file)
        }
      },
      HostileTraffic(name: "ipv6-extensions", what: "180 extension headers a packet", packets: 2_000_000) {
        count, file, generator in
        let options: [UInt8] = [60, 0, 1, 4, 0, 0, 0, 0]
        let chain = (0..<179).flatMap { _ in options } + [6] + options.dropFirst() + RawPacket.tcp
        let frame = RawPacket.ethernet(0x86DD, RawPacket.ipv6(nextHeader: 60, payload: chain))
        for _ in 0..<count { write(frame, &file) }
      },
    ]
    + [("vlan", RawPacket.vlan), ("mpls", RawPacket.mpls), ("gre", RawPacket.gre), ("vxlan", RawPacket.vxlan)].map {
      name, wrap in
      HostileTraffic(name: "nested-\(name)", what: "\(name) in \(name), as deep as a packet goes", packets: 5_000_000) {
        count, file, generator in
        for index in 0..<count {
          let depth = index % 8 == 0 ? 300 : 1 + index % 14
          write(RawPacket.nested(depth, in: wrap, key: generator.next(below: 1 << 20)), &file)
        }
      }
    }

  private static func tinyFragment(_ index: Int) -> [UInt8] {
    let (datagram, unit) = (index % 1000, index / 1000 % 4000 * 2)
    return RawPacket.ethernet(
      0x0800,
      RawPacket.ipv4(
        protocolNumber: 6, identification: datagram + index / 4_000_000 * 1000, fragment: 0x2000 | UInt16(unit),
        from: 0x0A00_0001, payload: RawPacket.filler(8)))
  }

  private static func write(_ packet: [UInt8], _ file: inout PacketFile) {
    file.time += 1
    if !file.isBroken { file.write(raw: packet) }
  }
}
