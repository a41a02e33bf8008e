import PacketDecoding

/// A capture that shows less than passed the tap: what a late start, a one-way mirror, an overloaded capture or a
/// short snap length leave of it.
public enum PartialView: Sendable, Hashable {
  /// The first packets are missing.
  case withoutFirst(Int)
  /// Only what this host sent.
  case oneSided(Side)
  /// Each packet is missing with this chance, from the capture only.
  case missing(Double)
  /// So many bytes are kept of each packet.
  case snapLength(Int)

  /// Reads `first:N`, `one-sided:a`, `drop:0.05` or `snaplen:60`.
  public init?(text: String) {
    let parts = text.split(separator: ":", maxSplits: 1).map(String.init)
    guard parts.count == 2 else { return nil }
    switch parts[0] {
    case "first": self = .withoutFirst(max(0, Int(parts[1]) ?? 0))
    case "one-sided":
      guard let side = Side(rawValue: parts[1]) else { return nil }
      self = .oneSided(side)
    case "drop":
      guard let chance = Double(parts[1]), (0...1).contains(chance) else { return nil }
      self = .missing(chance)
    case "snaplen":
      guard let length = Int(parts[1]), length > 0 else { return nil }
      self = .snapLength(length)
    default: return nil
    }
  }

  /// What is left of the packets of a capture; the same input leaves the same.
  public func applied(to packets: [CapturedPacket], of recording: Recording) -> [CapturedPacket] {
    switch self {
    case .withoutFirst(let count): return Array(packets.dropFirst(count))
    case .oneSided(let side):
      let addresses = Set((side == .a ? recording.a : recording.b).compactMap { IPAddress($0) })
      return packets.filter { $0.source.map(addresses.contains) ?? false }
    case .missing(let chance):
      var random = SeededGenerator(seed: UInt64(packets.count))
      return packets.filter { _ in random.chance() >= chance }
    case .snapLength(let length):
      return packets.map {
        CapturedPacket(time: $0.time, bytes: Array($0.bytes.prefix(length)), originalLength: $0.originalLength)
      }
    }
  }
}

extension CapturedPacket {
  /// The source address in the IP header it begins with.
  fileprivate var source: IPAddress? {
    func bits(_ range: Range<Int>) -> UInt64 { bytes[range].reduce(0) { $0 << 8 | UInt64($1) } }
    switch (bytes.first.map { $0 >> 4 }, bytes.count) {
    case (4?, 20...): return IPAddress(v4: UInt32(bits(12..<16)))
    case (6?, 40...): return IPAddress(v6High: bits(8..<16), low: bits(16..<24))
    default: return nil
    }
  }
}
