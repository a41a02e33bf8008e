import PacketDecoding

/// How often an endpoint acknowledged the same number while data was on its way to it.
struct DuplicateACKs: Sendable {
  private var position = SequenceNumber(0)
  private(set) var count: UInt8 = 0

  mutating func add(_ acknowledgment: SequenceNumber) {
    count = position == acknowledgment ? min(count, 254) + 1 : 1
    position = acknowledgment
  }

  /// Three of them tell the sender that the segment at `position` is lost (RFC 5681 §3.2).
  func demand(_ position: SequenceNumber) -> Bool { count >= 3 && self.position == position }
}

/// What a flow waits for, so that its next segments are looked at closely.
struct ObservationWatch: OptionSet, Sendable {
  let rawValue: UInt8

  /// The side's window is 0.
  static func zeroWindow(_ side: Side) -> ObservationWatch { ObservationWatch(rawValue: 1 &<< side.rawValue) }
  /// The side was sent something that it may challenge.
  static func challenge(_ side: Side) -> ObservationWatch { ObservationWatch(rawValue: 4 &<< side.rawValue) }
  /// A RST passed, taken or not.
  static let reset = ObservationWatch(rawValue: 1 << 4)
}
