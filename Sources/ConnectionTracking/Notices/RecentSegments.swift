import BasicContainers
import CMemory
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

  /// What a segment has in common with its copies, in a number: ``nothing`` where that is too little to tell them from
  /// another segment. Made where hashes are, so that its entry can be asked for.
  @inline(__always)
  static func content(of segment: Segment) -> UInt64 {
    let identification = segment.identification ?? 0
    // Nothing but its content tells a copy from an acknowledgment that was really sent twice.
    if identification == 0, segment.sequenceLength == 0 { return nothing }
    // TTL is left out: a router between the two copies counts it down.
    let numbers = UInt64(segment.sequence.rawValue) << 32 | UInt64(segment.acknowledgment?.rawValue ?? 0)
    let shape =
      UInt64(identification) << 48 | UInt64(segment.flags.rawValue) << 36
      | UInt64(truncatingIfNeeded: segment.wirePayloadLength) << 16 | UInt64(segment.window)
    // The encapsulation, too: a packet that is captured in two of them has an entry for each.
    let ends =
      segment.source.address.low ^ segment.destination.address.low << 32
      ^ UInt64(segment.encapsulation.rawValue) << 16
    let rest = shape ^ UInt64(segment.options.timestampValue) << 8 ^ 0xBF58_476D_1CE4_E5B9
    let mixed = (numbers ^ ends &* 0x9E37_79B9_7F4A_7C15).multipliedFullWidth(by: rest)
    return (mixed.high ^ mixed.low) | 1
  }

  static let nothing: UInt64 = 0

  /// Asks for the entry of a segment ahead of its use.
  @inline(__always)
  func prefetch(_ content: UInt64) {
    unsafe entries.span.withUnsafeBufferPointer {
      unsafe prefetch_line($0.baseAddress, Self.index(of: content) &* MemoryLayout<Entry>.stride)
    }
  }

  /// Remembers `segment`, and says whether it is the copy of one that just passed.
  ///
  /// - Parameters:
  ///   - content: of the segment.
  ///   - peerLast: when the other end last sent something. Without an identification, what comes after an answer is no
  ///     copy: the network delivers both copies first.
  @inline(__always)
  mutating func repeats(
    _ segment: Segment, _ content: UInt64, of flow: Int, from side: Int, peerLast: Int64
  ) -> Bool {
    if content == Self.nothing { return false }
    let fingerprint = Self.fingerprint(content, flow, side)
    let index = Self.index(of: content)
    let earlier = entries[index]
    entries[index] = Entry(fingerprint: fingerprint, time: segment.time.nanoseconds)
    return earlier.fingerprint == fingerprint
      && Self.isSoon(segment.time, segment.identification ?? 0, after: earlier, peerLast)
  }

  /// Remembers `segment`, of which no copy can have passed.
  @inline(__always)
  mutating func remember(_ segment: Segment, _ content: UInt64, of flow: Int, from side: Int) {
    entries[Self.index(of: content)] = Entry(
      fingerprint: Self.fingerprint(content, flow, side), time: segment.time.nanoseconds)
  }

  @inline(never)
  private static func isSoon(
    _ time: Timestamp, _ identification: UInt16, after earlier: Entry, _ peerLast: Int64
  ) -> Bool {
    let gap = time.nanoseconds &- earlier.time
    let isAnonymous = identification == 0
    if isAnonymous, peerLast >= earlier.time { return false }
    let span = isAnonymous ? anonymousSpan : span
    return gap <= span && gap >= -span
  }

  @inline(__always)
  private static func index(of content: UInt64) -> Int { Int(truncatingIfNeeded: content >> (64 - bits)) }

  @inline(__always)
  private static func fingerprint(_ content: UInt64, _ flow: Int, _ side: Int) -> UInt64 {
    let who = UInt64(truncatingIfNeeded: flow) << 1 | UInt64(truncatingIfNeeded: side)
    return content ^ who &* 0x9E37_79B9_7F4A_7C15
  }
}
