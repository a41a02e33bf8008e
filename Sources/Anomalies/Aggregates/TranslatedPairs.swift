import ConnectionTracking
import PacketDecoding

/// Connections that the capture holds twice, under other addresses or in another encapsulation.
///
/// An attempt that failed has its client's number alone, which together with the client's port is as good.
///
/// Both stacks draw their initial sequence numbers at random (RFC 6528), so two flows that share both and began
/// together are one connection, seen on both sides of something that rewrites or wraps it.
///
/// Of more flows than there is room for, a half is kept, a quarter, and so on: by a hash of both numbers, so that the two
/// of a pair are kept or left out together, and the same ones in any order and in any parts.
struct TranslatedPairs: Sendable {
  private struct Entry: Sendable, Equatable {
    /// The mixed numbers.
    var key: UInt64
    var began: PacketStamp
    var flow: UInt32
    /// The flow that it took the place of; 0 for none.
    var previous: UInt32
    /// Of an attempt: the mixed address it was sent to, and whether an answer came from there.
    var server: UInt64 = 0
    var isAnswered = false
  }

  /// A pair: the earlier flow, the later one and where that begins.
  struct Pair: Sendable, Equatable {
    var earlier: Int
    var later: Int
    var began: PacketStamp
  }

  static let maximumFlows = 65_536
  /// The two sides of a box differ by no more than this, in nanoseconds.
  private static let longestPassage: Int64 = 1_000_000_000

  private let limit: Int
  private var entries: [Entry] = []
  /// A key is kept where it has none of these bits.
  private var mask: UInt64 = 0
  /// Flows of which both numbers are known.
  private var flows = 0

  init(limit: Int = maximumFlows) { self.limit = limit }

  /// Flows that were left out.
  var omitted: Int { flows - entries.count }

  /// - Parameter previous: the flow that it took the place of.
  @inline(__always)
  mutating func add(_ flow: FlowDigest, previous: Int?) {
    guard let client = flow.clientEnd.initialSequence, let server = flow.serverEnd.initialSequence,
      flow.client != flow.server
    else { return }
    add((UInt64(client.rawValue) << 32 | UInt64(server.rawValue)).mixed, flow, previous, isAttempt: false)
  }

  /// Takes in a flow only where it failed to open.
  ///
  /// - Parameter previous: the flow that it took the place of.
  @inline(__always)
  mutating func add(attempt flow: FlowDigest, previous: Int?) {
    guard let outcome = flow.probe, outcome == .silent || outcome == .halfOpen,
      let client = flow.clientEnd.initialSequence
    else { return }
    let port = UInt64(flow.client.port) << 32
    add((port | UInt64(client.rawValue)).mixed ^ flow.client.address.stableHash, flow, previous, isAttempt: true)
  }

  private mutating func add(_ key: UInt64, _ flow: FlowDigest, _ previous: Int?, isAttempt: Bool) {
    flows += 1
    guard key & mask == 0 else { return }
    var entry = Entry(
      key: key, began: flow.firstSeen, flow: UInt32(clamping: flow.number), previous: UInt32(clamping: previous ?? 0))
    if isAttempt { (entry.server, entry.isAnswered) = (flow.server.address.stableHash, flow.serverEnd.hasSent) }
    keep(entry)
  }

  /// Takes in the flows of another.
  mutating func merge(_ other: TranslatedPairs) {
    flows += other.flows
    mask |= other.mask
    entries = (entries + other.entries).filter { $0.key & mask == 0 }
    if entries.count > limit { keepFewer() }
  }

  private mutating func keep(_ entry: Entry) {
    entries.append(entry)
    if entries.count > limit { keepFewer() }
  }

  @inline(never)
  private mutating func keepFewer() {
    while entries.count > limit, mask != .max {
      mask = mask << 1 | 1
      entries.removeAll { $0.key & mask != 0 }
    }
    // Only where all have the one pair of numbers whose key is 0.
    if entries.count > limit { entries.removeLast(entries.count - limit) }
  }

  /// How many pairs there are, and the one whose later flow is the first.
  var found: (count: Int, first: Pair)? {
    var count = 0
    var first: Pair?
    for (one, next) in neighbours where isPair(one, next) {
      count += 1
      let pair = Pair(
        earlier: Int(min(one.flow, next.flow)), later: Int(max(one.flow, next.flow)),
        began: (one.flow < next.flow ? next : one).began)
      if first.map({ (pair.later, pair.earlier) < ($0.later, $0.earlier) }) ?? true { first = pair }
    }
    return first.map { (count, $0) }
  }

  /// Attempts of which the SYN to one address had no answer and the same SYN, a moment later, was answered by another. A
  /// scanner whose SYNs are all alike sends more of them than two.
  var foundAttempts: (count: Int, first: Pair)? {
    var groups: [UInt64: Int] = [:]
    for entry in ofSharedNumbers { groups[entry.key, default: 0] += 1 }
    let pairs = neighbours.filter { one, next in
      groups[one.key] == 2 && isPair(one, next) && !one.isAnswered && next.isAnswered && one.server != next.server
    }
    let first = pairs.map { Pair(earlier: Int($0.flow), later: Int($1.flow), began: $1.began) }
      .min { ($0.later, $0.earlier) < ($1.later, $1.earlier) }
    return first.map { (pairs.count, $0) }
  }

  private func isPair(_ one: Entry, _ next: Entry) -> Bool {
    one.previous != next.flow && next.previous != one.flow
      && one.began.time.distance(to: next.began.time) <= Self.longestPassage
  }

  /// Flows with the same numbers that began one after the other.
  private var neighbours: [(Entry, Entry)] {
    let shared = ofSharedNumbers.sorted {
      ($0.key, $0.began.time, $0.flow) < ($1.key, $1.began.time, $1.flow)
    }
    return zip(shared, shared.dropFirst()).filter { $0.key == $1.key }.map { ($0, $1) }
  }

  /// The flows whose numbers another has as well: most have none.
  private var ofSharedNumbers: [Entry] {
    guard entries.count > 1 else { return [] }
    let mask = 1 << (Int.bitWidth - entries.count.leadingZeroBitCount + 1) - 1
    var places = [Int32](repeating: -1, count: mask + 1)
    var shared: [Int32: Entry] = [:]
    for (index, entry) in entries.enumerated() {
      // The lower bits are those by which flows are left out.
      var place = Int(truncatingIfNeeded: entry.key >> 32) & mask
      while places[place] >= 0, entries[Int(places[place])].key != entry.key { place = (place + 1) & mask }
      if places[place] >= 0 {
        shared[places[place]] = entries[Int(places[place])]
        shared[Int32(index)] = entry
      } else {
        places[place] = Int32(index)
      }
    }
    return Array(shared.values)
  }
}

extension TranslatedPairs: Equatable {
  static func == (left: TranslatedPairs, right: TranslatedPairs) -> Bool {
    left.flows == right.flows && left.mask == right.mask && left.sorted == right.sorted
  }

  private var sorted: [Entry] { entries.sorted { ($0.key, $0.flow) < ($1.key, $1.flow) } }
}
