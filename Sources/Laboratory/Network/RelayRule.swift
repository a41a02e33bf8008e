import GroundTruth

/// What the relay does to the packets a pattern fits; the first rule that fits a packet decides.
struct RelayRule: Sendable {
  enum Action: Sendable {
    case drop
    /// Delivered so many milliseconds later than the line would.
    case delay(Int)
    /// Kept until the scenario releases it.
    case hold
    /// Delivered, and once more after so many milliseconds.
    case duplicate(Int)
  }
  let pattern: PacketPattern
  let sender: Side?
  let action: Action
  /// How many packets it still fits; nil: all.
  var remaining: Int?

  func fits(_ packet: Packet, from side: Side) -> Bool {
    remaining != 0 && (sender ?? side) == side && pattern.fits(packet)
  }
}

/// A kind of packet, in the words of a scenario.
struct PacketPattern: Sendable {
  let fits: @Sendable (Packet) -> Bool

  static let any = PacketPattern { _ in true }
  static let syn = flags(1 << 1, of: 0b1_0110)
  static let synACK = flags(0b1_0010, of: 0b1_0110)
  static let fin = flags(0b0_0001, of: 0b0_0101)
  static let rst = flags(0b0_0100, of: 0b0_0100)
  /// Anything with payload, on whatever flags.
  static let data = PacketPattern { ($0.segment?.payloadLength ?? 0) > 0 }
  /// An ACK and nothing else.
  static let ack = PacketPattern { packet in
    packet.segment.map { $0.payloadLength == 0 && $0.flags & 0b1_0111 == 0b1_0000 } ?? false
  }

  private static func flags(_ wanted: UInt16, of mask: UInt16) -> PacketPattern {
    PacketPattern { packet in packet.segment.map { $0.flags & mask == wanted } ?? false }
  }

  func or(_ other: PacketPattern) -> PacketPattern {
    PacketPattern { fits($0) || other.fits($0) }
  }
}

/// Random trouble on the line, for walks and bulk transfers.
struct LineNoise: Sendable {
  /// Chances out of one.
  var loss = 0.0
  var duplication = 0.0
  /// Every packet is late by a random time up to this, so that packets overtake one another.
  var jitterMilliseconds = 0

  static let none = LineNoise()
}
