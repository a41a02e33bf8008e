import BasicContainers
import PacketDecoding

// Packets that were read in another order than that of their times. A batch waits until the next one was read, so that what
// belongs before its end can be put there; where all came in order, as it mostly does, nothing is moved.

extension SegmentBatch {
  /// A segment or an aside, away from its batch.
  private enum Entry {
    case segment(Segment, PayloadSample)
    case aside(Aside)

    var time: Int64 {
      switch self {
      case .segment(let segment, _): segment.time.nanoseconds
      case .aside(.error(let error)): error.time.nanoseconds
      case .aside(.time(let time)): time.nanoseconds
      }
    }
  }

  /// True where nothing in `later`, the next batch, comes before the end of this one; both are in order by themselves.
  package func precedes(_ later: borrowing SegmentBatch) -> Bool {
    guard let last = times(at: count - 1, asides.count - 1).max(), let first = later.times(at: 0, 0).min() else {
      return true
    }
    return last <= first
  }

  /// The times of a segment and an aside, where there are such.
  private func times(at segment: Int, _ aside: Int) -> [Int64] {
    var times: [Int64] = []
    if 0..<count ~= segment { times.append(segments[segment].time.nanoseconds) }
    if asides.indices.contains(aside) { times.append(Entry.aside(asides[aside].aside).time) }
    return times
  }

  /// Puts what is in this batch and in `later`, the next one, in the order of its times, as far as ``TimeOrder`` reaches.
  ///
  /// Either batch is filled as far as it was; `later` never less than to its ``capacity``, if it was full, so that what
  /// comes next can be put before the end of it.
  ///
  /// - Parameter isOrdered: this batch was the later one before.
  /// - Returns: how many packets lie behind one of a later time still.
  package mutating func putInOrder(with later: inout SegmentBatch, isOrdered: Bool) -> Int {
    var entries = takeEntries()
    let own = entries.count
    entries += later.takeEntries()
    var order: [(time: Int64, index: Int)] = []
    var misplaced = 0
    for (index, entry) in entries.enumerated() {
      let time = entry.time
      let count = order.count
      let place = isOrdered && index < own ? count : TimeOrder.place(of: time, behind: count) { order[$0].time }
      if place > 0, order[place - 1].time > time, !isOrdered || index >= own { misplaced += 1 }
      order.insert((time, index), at: place)
    }
    give(order.map { entries[$0.index] }, atLeast: own, to: &later)
    return misplaced
  }

  /// Takes the first of `entries`, and gives the rest to `later`.
  private mutating func give(_ entries: [Entry], atLeast own: Int, to later: inout SegmentBatch) {
    var rest = entries.reduce(0) { if case .segment = $1 { $0 + 1 } else { $0 } }
    var place = 0
    while place < entries.count, count < capacity, place < own || rest > later.capacity {
      if case .segment = entries[place] { rest -= 1 }
      add(entries[place])
      place += 1
    }
    for entry in entries[place...] { later.add(entry) }
  }

  private mutating func takeEntries() -> [Entry] {
    var entries: [Entry] = []
    var aside = 0
    for index in 0...count {
      while aside < asides.count, asides[aside].place <= index {
        entries.append(.aside(asides[aside].aside))
        aside += 1
      }
      if index < count { entries.append(.segment(segments[index], samples[index])) }
    }
    removeAll()
    return entries
  }

  private mutating func add(_ entry: Entry) {
    switch entry {
    case .aside(let aside): add(aside)
    case .segment(let segment, let sample):
      segments[count] = segment
      samples[count] = sample
      count += 1
    }
  }
}
