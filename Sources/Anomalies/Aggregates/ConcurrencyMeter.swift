public import PacketDecoding

/// How many intervals overlapped over time: the TIME_WAITs of a host.
///
/// A fixed number of steps, which widen as the time grows: the curve is as fine as the room allows. Only steps at which
/// something changed take room, for most hosts have few: 4 bytes each, 4 KB at most.
public struct ConcurrencyMeter: Sendable, Equatable {
  private static let maximumSteps = 1024

  private struct Change: Sendable, Equatable {
    var step: UInt16
    var amount: Int16
  }

  private struct Interval: Sendable, Equatable {
    var start: Timestamp
    var nanoseconds: Int64
  }

  /// The first interval, as long as there is no other: most hosts have one, and then nothing else is here.
  private var only: Interval?
  private var origin: Int64?
  private var width: Int64 = 1_000_000_000
  /// By step; a step has more than one where its change does not fit in one.
  private var changes: [Change] = []

  public init() {}

  /// Steps at which something changed.
  package var size: Int { changes.count }

  /// Takes in an interval.
  mutating func add(from start: Timestamp, nanoseconds: Int64) {
    let interval = Interval(start: start, nanoseconds: nanoseconds)
    if only == nil, origin == nil {
      only = interval
      return
    }
    spreadOnly()
    spread(interval)
  }

  private mutating func spreadOnly() {
    guard let interval = only else { return }
    only = nil
    spread(interval)
  }

  /// The same with every interval among its steps.
  private var inSteps: ConcurrencyMeter {
    var result = self
    result.spreadOnly()
    return result
  }

  private mutating func spread(_ interval: Interval) {
    let start = interval.start
    let origin = origin ?? start.nanoseconds
    self.origin = origin
    let end = start.nanoseconds &+ max(0, interval.nanoseconds)
    while (end &- origin) / Int64(Self.maximumSteps - 1) >= width { widen() }
    // The end first: it mostly comes last.
    change(at: max(0, end &- origin) / width + 1, by: -1)
    change(at: max(0, start.nanoseconds &- origin) / width, by: 1)
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

  private mutating func change(at step: Int64, by amount: Int16) {
    let step = UInt16(min(Int(step), Self.maximumSteps - 1))
    let index = firstIndex(atOrAfter: step)
    if index < changes.count, changes[index].step == step {
      let (sum, overflows) = changes[index].amount.addingReportingOverflow(amount)
      if !overflows { return changes[index].amount = sum }
    }
    changes.insert(Change(step: step, amount: amount), at: index)
  }

  private func firstIndex(atOrAfter step: UInt16) -> Int {
    var (low, high) = (0, changes.count)
    while low < high {
      let middle = (low + high) / 2
      if changes[middle].step >= step { high = middle } else { low = middle + 1 }
    }
    return low
  }

  private mutating func widen() {
    width *= 2
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
