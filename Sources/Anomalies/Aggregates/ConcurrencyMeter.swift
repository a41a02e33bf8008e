import ConnectionTracking
public import PacketDecoding

/// How many intervals overlapped over time: the TIME_WAITs of a host.
///
/// A fixed number of steps, which widen as the time grows: the curve is as fine as the room allows. Only steps at which
/// something changed take room, for most hosts have few: 4 bytes each, 4 KB at most.
public struct ConcurrencyMeter: Sendable, Equatable {
  private static let maximumSteps = 1024
  private static let second: Int64 = 1_000_000_000
  /// Steps that there is room for from the second interval on.
  private static let fewChanges = 12
  /// Steps at the end that are looked through first.
  private static let near = 3

  private struct Change: Sendable, Equatable {
    var step: UInt16
    var amount: Int16
  }

  /// When the first interval began, in nanoseconds; nil before any.
  private var origin: Int64?
  /// A step is a second, doubled so many times.
  private var doublings: UInt8 = 0
  /// How long the first interval is, as long as there is no other: most hosts have one, and then nothing else is here.
  private var only: Int64 = 0
  /// By step; a step has more than one where its change does not fit in one.
  private var changes: [Change] = []

  public init() {}

  /// Steps at which something changed.
  package var size: Int { changes.count }

  /// Takes in an interval.
  mutating func add(from start: Timestamp, nanoseconds: Int64) {
    guard origin != nil else {
      (origin, only) = (start.nanoseconds, nanoseconds)
      return
    }
    spreadOnly()
    spread(from: start.nanoseconds, nanoseconds)
  }

  /// Asks for what ``add(from:nanoseconds:)`` reads, ahead of it.
  @inline(__always)
  func prefetch() { changes.prefetchStart() }

  private mutating func spreadOnly() {
    guard changes.isEmpty, let origin else { return }
    changes.reserveCapacity(Self.fewChanges)
    spread(from: origin, only)
  }

  /// The same with every interval among its steps.
  private var inSteps: ConcurrencyMeter {
    var result = self
    result.spreadOnly()
    return result
  }

  private mutating func spread(from start: Int64, _ length: Int64) {
    let origin = origin ?? start
    let end = start &+ max(0, length)
    while (end &- origin) / Int64(Self.maximumSteps - 1) >= width { widen() }
    // The end first: it mostly comes last.
    change(at: step(of: end, since: origin) + 1, by: -1)
    change(at: step(of: start, since: origin), by: 1)
  }

  /// In nanoseconds.
  private var width: Int64 { Self.second &<< Int64(doublings) }

  /// A division by a constant and a shift, as any other takes many times as long.
  private func step(of time: Int64, since origin: Int64) -> Int {
    Int((max(0, time &- origin) / Self.second) &>> Int64(doublings))
  }

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
      running += Int(change.amount)
      if counts.last?.step == Int(change.step) { counts.removeLast() }
      counts.append((Int(change.step), running))
    }
    return counts
  }

  private func time(of step: Int) -> Timestamp { Timestamp(nanoseconds: (origin ?? 0) &+ Int64(step) &* width) }

  private mutating func change(at step: Int, by amount: Int16) {
    let step = UInt16(min(step, Self.maximumSteps - 1))
    let index = firstIndex(atOrAfter: step)
    if index < changes.count, changes[index].step == step {
      let (sum, overflows) = changes[index].amount.addingReportingOverflow(amount)
      if !overflows { return changes[index].amount = sum }
    }
    insert(Change(step: step, amount: amount), at: index)
  }

  /// Mostly at the end, or near it.
  private mutating func insert(_ change: Change, at index: Int) {
    changes.append(change)
    for place in stride(from: changes.count - 1, to: index, by: -1) { changes.swapAt(place, place - 1) }
  }

  /// Intervals mostly come in order of their ends, so that it is mostly one of the last.
  private func firstIndex(atOrAfter step: UInt16) -> Int {
    var (low, high) = (max(0, changes.count - Self.near), changes.count)
    if low > 0, changes[low - 1].step >= step { (low, high) = (0, low - 1) }
    while low < high {
      let middle = (low + high) / 2
      if changes[middle].step >= step { high = middle } else { low = middle + 1 }
    }
    return low
  }

  private mutating func widen() {
    doublings += 1
    var fewer: [Change] = []
    for change in changes {
      let step = change.step / 2
      if let last = fewer.last, last.step == step {
        let (sum, overflows) = last.amount.addingReportingOverflow(change.amount)
        if !overflows {
          fewer[fewer.count - 1].amount = sum
          continue
        }
      }
      fewer.append(Change(step: step, amount: change.amount))
    }
    changes = fewer
  }
}
