import BasicContainers
import PacketDecoding

/// The packets of the last moments, so that one the capture holds twice is known as such: an interface list recorded
/// with `-i any`, a mirror port that copies both ways in and out.
///
/// A direct-mapped table of fingerprints: a busy capture overwrites old entries, and then a copy passes for a
/// retransmission, never the other way round.
struct RecentSegments: ~Copyable, Sendable {
  struct Entry: Sendable {
    var fingerprint: UInt64 = 0
    var time: Int64 = .min
  }

  private static let bits: UInt64 = 12
  /// How far apart the copies of a packet can be.
  private static let span: Int64 = 50_000_000
  /// The same without an IPv4 identification, which a retransmission would change.
  private static let anonymousSpan: Int64 = 2_000_000

  private var entries = RigidArray<Entry>(repeating: Entry(), count: 1 << Int(bits))

  /// Remembers `segment`, and says whether it is the copy of one that just passed.
  ///
  /// - Parameter peerLast: when the other end last sent something. Without an identification, what comes after an
  ///   answer is no copy: the network delivers both copies first.
  @inline(__always)
  mutating func repeats(_ segment: Segment, of flow: Int, from side: Int, peerLast: Int64) -> Bool {
    let identification = segment.identification ?? 0
    // Nothing but its content tells a copy from an acknowledgment that was really sent twice.
    if identification == 0, segment.sequenceLength == 0 { return false }
    let fingerprint = Self.fingerprint(segment, flow, side, identification)
    let index = Int(truncatingIfNeeded: fingerprint >> (64 - Self.bits))
    let earlier = entries[index]
    entries[index] = Entry(fingerprint: fingerprint, time: segment.time.nanoseconds)
    return earlier.fingerprint == fingerprint && Self.isSoon(segment, after: earlier, identification, peerLast)
  }

  /// Remembers `segment`, of which no copy can have passed, and which is not a mere ACK.
  @inline(__always)
  mutating func remember(_ segment: Segment, of flow: Int, from side: Int) {
    let fingerprint = Self.fingerprint(segment, flow, side, segment.identification ?? 0)
    let index = Int(truncatingIfNeeded: fingerprint >> (64 - Self.bits))
    entries[index] = Entry(fingerprint: fingerprint, time: segment.time.nanoseconds)
  }

  @inline(never)
  private static func isSoon(
    _ segment: Segment, after earlier: Entry, _ identification: UInt16, _ peerLast: Int64
  ) -> Bool {
    let gap = segment.time.nanoseconds &- earlier.time
    if identification == 0, peerLast >= earlier.time { return false }
    let span = identification == 0 ? anonymousSpan : span
    return gap <= span && gap >= -span
  }

  /// TTL is left out: a router between the two copies counts it down.
  @inline(__always)
  private static func fingerprint(_ segment: Segment, _ flow: Int, _ side: Int, _ identification: UInt16) -> UInt64 {
    let numbers = UInt64(segment.sequence.rawValue) << 32 | UInt64(segment.acknowledgment?.rawValue ?? 0)
    let shape =
      UInt64(identification) << 48 | UInt64(segment.flags.rawValue) << 36
      | UInt64(truncatingIfNeeded: segment.wirePayloadLength) << 16 | UInt64(segment.window)
    let who = UInt64(truncatingIfNeeded: flow) << 1 | UInt64(truncatingIfNeeded: side)
    var mixed = (numbers ^ (who &* 0x9E37_79B9_7F4A_7C15)) &* 0xBF58_476D_1CE4_E5B9
    mixed ^= mixed >> 29
    mixed = (mixed ^ shape ^ UInt64(segment.options.timestampValue) << 8) &* 0x94D0_49BB_1331_11EB
    return mixed ^ (mixed >> 32)
  }
}
