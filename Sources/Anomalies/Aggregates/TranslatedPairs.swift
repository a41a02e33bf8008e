import ConnectionTracking
import PacketDecoding

/// Connections that the capture holds twice, under other addresses or in another encapsulation.
///
/// Both stacks draw their initial sequence numbers at random (RFC 6528), so two flows that share both and began
/// together are one connection, seen on both sides of something that rewrites or wraps it.
struct TranslatedPairs: Sendable, Equatable {
  private struct Entry: Sendable, Equatable {
    var numbers: UInt64 = 0
    var flow = 0
    var began = Timestamp(nanoseconds: .min)
  }

  /// The two sides of a box differ by no more than this, in nanoseconds.
  private static let longestPassage: Int64 = 1_000_000_000
  private static let bits: UInt64 = 12

  /// The flows that ended last, by their numbers' hash: a busy capture overwrites old ones, and then a pair is missed.
  private var entries: [Entry] = []
  private(set) var pairs = 0
  /// The flows of the first pair, and where the later one begins.
  private(set) var first: (earlier: Int, later: Int, moment: PacketStamp)?

  /// Asks for what ``add(_:previous:)`` reads, ahead of it.
  @inline(__always)
  func prefetch(_ flow: FlowDigest) {
    if let numbers = Self.numbers(of: flow) { entries.prefetch(Self.place(of: numbers)) }
  }

  /// Both initial sequence numbers; nil where one is not known, or may be that of both ends.
  @inline(__always)
  private static func numbers(of flow: FlowDigest) -> UInt64? {
    guard let client = flow.clientEnd.initialSequence, let server = flow.serverEnd.initialSequence,
      flow.client != flow.server
    else { return nil }
    return UInt64(client.rawValue) << 32 | UInt64(server.rawValue)
  }

  @inline(__always)
  private static func place(of numbers: UInt64) -> Int {
    Int(truncatingIfNeeded: (numbers &* 0x9E37_79B9_7F4A_7C15) >> (64 - bits))
  }

  /// - Parameter previous: the flow that it took the place of.
  @inline(__always)
  mutating func add(_ flow: FlowDigest, previous: Int?) {
    guard let numbers = Self.numbers(of: flow) else { return }
    if entries.isEmpty { entries = Array(repeating: Entry(), count: 1 << Int(Self.bits)) }
    let place = Self.place(of: numbers)
    let began = flow.firstSeen.time
    let twin = entries[place]
    entries[place] = Entry(numbers: numbers, flow: flow.number, began: began)
    guard twin.flow != 0, twin.numbers == numbers, twin.flow != previous,
      began.distance(to: twin.began) <= Self.longestPassage
    else { return }
    pairs += 1
    if first == nil { first = (min(twin.flow, flow.number), max(twin.flow, flow.number), flow.firstSeen) }
  }

  static func == (left: TranslatedPairs, right: TranslatedPairs) -> Bool {
    left.pairs == right.pairs && left.entries == right.entries
  }
}
