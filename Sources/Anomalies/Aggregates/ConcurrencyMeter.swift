public import PacketDecoding

/// How many intervals overlapped over time: the TIME_WAITs of a host.
///
/// A fixed number of steps, which widen as the time grows: the curve is as fine as the room allows.
public struct ConcurrencyMeter: Sendable, Equatable {
  private static let maximumSteps = 1024

  private var origin: Int64?
  private var width: Int64 = 1_000_000_000
  private var changes: [Int32] = []

  public init() {}

  /// Takes in an interval.
  mutating func add(from start: Timestamp, nanoseconds: Int64) {
    let origin = origin ?? start.nanoseconds
    self.origin = origin
    let end = start.nanoseconds &+ max(0, nanoseconds)
    while end &- origin >= width * Int64(Self.maximumSteps - 1) { widen() }
    // The end first: room is made for both at once.
    change(at: max(0, end &- origin) / width + 1, by: -1)
    change(at: max(0, start.nanoseconds &- origin) / width, by: 1)
  }

  /// The most at once, and since when.
  public var peak: (count: Int, time: Timestamp) {
    var best = (count: 0, step: 0)
    var running = 0
    for (step, change) in changes.enumerated() {
      running += Int(change)
      if running > best.count { best = (running, step) }
    }
    return (best.count, time(of: best.step))
  }

  /// How many there were from each moment on.
  public var curve: [(count: Int, time: Timestamp)] {
    var running = 0
    return changes.enumerated().map { step, change in
      running += Int(change)
      return (running, time(of: step))
    }
  }

  private func time(of step: Int) -> Timestamp { Timestamp(nanoseconds: (origin ?? 0) + Int64(step) * width) }

  private mutating func change(at step: Int64, by amount: Int32) {
    let index = min(Int(step), Self.maximumSteps - 1)
    if changes.count <= index { changes.append(contentsOf: repeatElement(0, count: index + 1 - changes.count)) }
    changes[index] += amount
  }

  private mutating func widen() {
    width *= 2
    changes = stride(from: 0, to: changes.count, by: 2).map { index in
      changes[index] + (index + 1 < changes.count ? changes[index + 1] : 0)
    }
  }
}
