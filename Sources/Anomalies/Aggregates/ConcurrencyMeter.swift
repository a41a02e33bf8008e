import ConnectionTracking
public import PacketDecoding

/// How many intervals overlapped over time: the TIME_WAITs of a host.
///
/// Up to 512 steps of a second, or of a power of two of seconds where the whole is longer. A step begins at a multiple of
/// its length since 1970, so that the same intervals give the same curve in any order and in any parts. An interval
/// counts in every step that it touches. Only steps at which something changed take room, for most hosts have few: 8
/// bytes each at most.
public struct ConcurrencyMeter: Sendable, Equatable {
  private static let maximumSteps: Int64 = 512
  /// Changes that there is room for from the second interval on.
  private static let fewChanges = 12
  /// Changes at the end that are looked through first.
  private static let near = 3

  /// How many intervals begin or end in a step.
  private struct Change: Sendable, Equatable {
    /// Twice the step, and 1 for ends.
    var key: UInt16
    var amount: UInt16

    /// From which step on the number of intervals is another.
    var step: Int { Int(key >> 1) + Int(key & 1) }
    /// By how much.
    var difference: Int { key & 1 == 0 ? Int(amount) : -Int(amount) }
  }

  /// The second since 1970 in which the earliest interval begins; nil before any.
  private var first: Int64?
  /// A step is a second, doubled so many times.
  private var doublings: UInt8 = 0
  /// Seconds that the first interval reaches further, as long as there is no other: most hosts have one, and then nothing
  /// else is here.
  private var only: Int64 = 0
  /// By key. Where a key has several, all but the first are as large as can be.
  private var changes: [Change] = []

  public init() {}

  /// Changes that take room.
  package var size: Int { changes.count }

  /// Takes in an interval.
  mutating func add(from start: Timestamp, nanoseconds: Int64) {
    let begin = Self.second(of: start)
    let end = Self.second(of: start.advanced(byNanoseconds: max(0, nanoseconds)))
    guard first != nil else { return (first, only) = (begin, end - begin) }
    spreadOnly()
    spread(from: begin, to: end)
  }

  /// Takes in the intervals of another.
  mutating func merge(_ other: ConcurrencyMeter) {
    guard let theirs = other.first else { return }
    guard first != nil else { return self = other }
    spreadOnly()
    if other.changes.isEmpty { return spread(from: theirs, to: theirs + other.only) }
    widen(by: max(0, Int64(other.doublings) - Int64(doublings)))
    cover(from: theirs, to: other.lastStep << Int64(other.doublings))
    for change in other.changes {
      let step = (other.firstStep + Int64(change.key >> 1)) >> Int64(doublings - other.doublings) - firstStep
      put(change.amount, at: UInt16(step) << 1 | change.key & 1)
    }
  }

  /// Asks for what ``add(from:nanoseconds:)`` reads, ahead of it.
  @inline(__always)
  func prefetch() { changes.prefetchStart() }

  /// The most at once, and since when.
  public var peak: (count: Int, time: Timestamp) {
    let meter = inSteps
    var best = (count: 0, step: 0)
    for (step, count) in meter.counts where count > best.count { best = (count, step) }
    return (best.count, meter.time(of: best.step))
  }

  /// How many there were from each moment on.
  public var curve: [(count: Int, time: Timestamp)] {
    let meter = inSteps
    let counts = meter.counts
    var result: [(count: Int, time: Timestamp)] = []
    for (index, (step, count)) in counts.enumerated() {
      let end = index + 1 < counts.count ? counts[index + 1].step : step + 1
      for step in step..<end { result.append((count, meter.time(of: step))) }
    }
    return result
  }

  /// How many there were from each step on at which that changed.
  private var counts: [(step: Int, count: Int)] {
    var counts: [(step: Int, count: Int)] = []
    var running = 0
    for change in changes {
      running += change.difference
      if counts.last?.step == change.step { counts.removeLast() }
      counts.append((change.step, running))
    }
    return counts
  }

  private func time(of step: Int) -> Timestamp {
    Timestamp(seconds: (firstStep + Int64(step)) << Int64(doublings), nanoseconds: 0)
  }
}

// Steps, and what changes at them.

extension ConcurrencyMeter {
  /// A division by a constant, as any other takes many times as long.
  private static func second(of time: Timestamp) -> Int64 {
    let (second, rest) = time.nanoseconds.quotientAndRemainder(dividingBy: 1_000_000_000)
    return rest < 0 ? second - 1 : second
  }

  /// The number of the first step, counted since 1970.
  private var firstStep: Int64 { (first ?? 0) >> Int64(doublings) }

  /// That of the last, in which an interval ends.
  private var lastStep: Int64 { firstStep + Int64((changes.last?.key ?? 0) >> 1) }

  private mutating func spreadOnly() {
    guard changes.isEmpty, let first else { return }
    changes.reserveCapacity(Self.fewChanges)
    spread(from: first, to: first + only)
    only = 0
  }

  /// The same with every interval among its steps.
  private var inSteps: ConcurrencyMeter {
    var result = self
    result.spreadOnly()
    return result
  }

  /// Takes in an interval that begins and ends in these seconds.
  private mutating func spread(from begin: Int64, to end: Int64) {
    cover(from: begin, to: end)
    let (level, base) = (Int64(doublings), firstStep)
    // The end first: it mostly comes last.
    put(1, at: UInt16((end >> level - base) << 1 | 1))
    put(1, at: UInt16((begin >> level - base) << 1))
  }

  /// Makes steps for the seconds from `begin` to `end`, beside those that there are.
  private mutating func cover(from begin: Int64, to end: Int64) {
    let earliest = min(first ?? begin, begin)
    var last = max(end >> Int64(doublings), lastStep)
    var level = Int64(doublings)
    while last - earliest >> level >= Self.maximumSteps { (level, last) = (level + 1, last >> 1) }
    if level > Int64(doublings) { widen(by: level - Int64(doublings)) }
    if earliest == first { return }
    let shift = UInt16((firstStep - earliest >> level) << 1)
    first = earliest
    if shift > 0 { for index in changes.indices { changes[index].key += shift } }
  }

  /// Puts together so many steps as are doublings.
  private mutating func widen(by count: Int64) {
    guard count > 0 else { return }
    let (base, finer) = (firstStep, changes)
    doublings += UInt8(count)
    changes.removeAll(keepingCapacity: true)
    for change in finer {
      let step = (base + Int64(change.key >> 1)) >> count - firstStep
      put(change.amount, at: UInt16(step) << 1 | change.key & 1)
    }
  }

  private mutating func put(_ amount: UInt16, at key: UInt16) {
    let index = firstIndex(atOrAfter: key)
    guard index < changes.count, changes[index].key == key else {
      return insert(Change(key: key, amount: amount), at: index)
    }
    let (sum, overflows) = changes[index].amount.addingReportingOverflow(amount)
    changes[index].amount = overflows ? .max : sum
    // What is beyond the largest amount: the sum wraps at one more than that.
    if overflows { insert(Change(key: key, amount: sum + 1), at: index) }
  }

  /// Mostly at the end, or near it.
  private mutating func insert(_ change: Change, at index: Int) {
    changes.append(change)
    for place in stride(from: changes.count - 1, to: index, by: -1) { changes.swapAt(place, place - 1) }
  }

  /// Intervals mostly come in order of their ends, so that it is mostly one of the last.
  private func firstIndex(atOrAfter key: UInt16) -> Int {
    var (low, high) = (max(0, changes.count - Self.near), changes.count)
    if low > 0, changes[low - 1].key >= key { (low, high) = (0, low - 1) }
    while low < high {
      let middle = (low + high) / 2
      if changes[middle].key >= key { high = middle } else { low = middle + 1 }
    }
    return low
  }
}
