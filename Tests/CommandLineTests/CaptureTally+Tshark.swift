import Testing

extension CaptureTally {
  /// As tshark's fields of each packet give it: one call for a capture.
  init(tsharkOn path: String) async throws {
    // tshark needs its sequence analysis to tell streams apart, and whole datagrams to find their TCP header; whoever
    // runs the tests may have switched either off for himself.
    let preferences = "-o tcp.analyze_sequence_numbers:TRUE -o ip.defragment:TRUE -o ipv6.defragment:TRUE"
    let fields = TsharkPacket.fields.map { "-e \($0)" }.joined(separator: " ")
    let script = "tshark -n \(preferences) -r \"$1\" -Y tcp -T fields -E occurrence=a \(fields) 2>/dev/null"
    let lines = try await Tool.shell(script, path).output.split(separator: "\n")
    add(try lines.map(TsharkPacket.init))
  }

  private mutating func add(_ packets: [TsharkPacket]) {
    var positions: [Int: Int] = [:]
    for packet in packets {
      // tshark shows the segment that an ICMP error quotes as TCP of the packet.
      guard !packet.isICMP else {
        icmpErrors += 1
        continue
      }
      tcpPackets += 1
      guard let stream = packet.stream else { continue }
      let position = positions[stream] ?? streams.count
      if position == streams.count { streams.append([:]) }
      positions[stream] = position
      streams[position][packet.source, default: .init()] += .init(packets: 1, payloadBytes: packet.payloadBytes)
      streams[position][packet.destination, default: .init()] += .init()
    }
  }
}

/// One line of tshark's fields.
private struct TsharkPacket {
  static let fields = [
    "frame.protocols", "tcp.stream", "tcp.len",
    "ip.src", "ipv6.src", "tcp.srcport",
    "ip.dst", "ipv6.dst", "tcp.dstport",
  ]

  var isICMP: Bool
  /// nil for a header that is cut short.
  var stream: Int?
  var source: String
  var destination: String
  var payloadBytes: Int

  init(_ line: Substring) throws {
    let values = line.split(separator: "\t", omittingEmptySubsequences: false).map(Self.innermost)
    try #require(values.count == Self.fields.count)
    let layers = line.prefix { $0 != "\t" }.split(separator: ":")
    // Below TCP: what is above may hold anything.
    let carriers = layers.prefix { $0 != "tcp" }
    let isIPv6 = carriers.last { $0 == "ip" || $0 == "ipv6" } == "ipv6"
    isICMP = carriers.contains { $0 == "icmp" || $0 == "icmpv6" }
    stream = Int(values[1])
    payloadBytes = Int(values[2]) ?? 0
    source = "\(values[isIPv6 ? 4 : 3]):\(values[5])"
    destination = "\(values[isIPv6 ? 7 : 6]):\(values[8])"
  }

  /// A field occurs once for each header of its kind; the last is the one inside all tunnels.
  private static func innermost(_ occurrences: Substring) -> Substring {
    occurrences.split(separator: ",").last ?? ""
  }
}
