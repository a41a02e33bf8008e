import Foundation

/// Has wirestat follow hostile traffic from a pipe, a tenth of it and then all: a packet must not cost more the more
/// there were, and memory must come to an end.
struct HostileReport {
  let tool: String
  let scale: Double
  let seed: UInt64
  let only: [String]

  func run() throws {
    var table = Table([
      "traffic", "packets", "ns a packet, a tenth", "ns a packet", "times", "MB, a tenth", "MB", "what it is",
    ])
    for traffic in HostileTraffic.all where only.isEmpty || only.contains(where: traffic.name.contains) {
      Shell.note(traffic.name)
      let small = try measure(traffic, scale / 10)
      let large = try measure(traffic, scale)
      table.add([
        traffic.name, "\(large.packets)", Table.number(small.nanoseconds), Table.number(large.nanoseconds),
        Table.number(large.nanoseconds / small.nanoseconds, decimals: 2), Table.number(small.megabytes),
        Table.number(large.megabytes), traffic.what,
      ])
    }
    print("`benchmarks --hostile --scale \(scale) --seed \(seed)`, \(Shell.processor):\n\n\(table.markdown)")
  }

  private func measure(
    _ traffic: HostileTraffic, _ scale: Double
  ) throws -> (packets: Int, nanoseconds: Double, megabytes: Double) {
    signal(SIGPIPE, SIG_IGN)
    var packets = 0
    let taken = try Measurement(of: [tool] + traffic.command) { descriptor in
      var file = PacketFile(descriptor: descriptor, snapLength: traffic.snapLength)
      var generator = SplitMix(seed: seed)
      traffic.write(max(1, Int(Double(traffic.packets) * scale)), &file, &generator)
      packets = file.finish()
    }
    let perPacket = taken.cpu / Double(max(packets, 1)) * 1e9
    Shell.note(String(format: "  %d packets, %.0f ns, %.0f MB", packets, perPacket, taken.peak / 1e6))
    return (packets, perPacket, taken.peak / 1e6)
  }
}
