/// Traffic made to exhaust whoever follows it, in time or in memory.
struct HostileTraffic: Sendable {
  typealias Writer = @Sendable (_ count: Int, _ file: inout PacketFile, _ generator: inout SplitMix) -> Void

  let name: String
  let what: String
  /// Packets, about, at scale 1.
  let packets: Int
  var snapLength = 262_144
  /// What wirestat is to do with its standard input.
  var command = ["analyze", "-", "--format", "summary"]
  let write: Writer
}

extension HostileTraffic {
  static let all = floods + segmentStorms + headerStorms + [longRun]

  /// Not hostile, but the measure of it: memory that does not follow the length of a capture.
  private static let longRun = HostileTraffic(
    name: "long-run", what: "short connections, all closed, hours of them", packets: 10_000_000
  ) { count, file, generator in
    ShortConnections(count: count / 11, width: 1000, pace: 1000, isClosed: true).write(&file, &generator)
  }
}
