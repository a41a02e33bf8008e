import ConnectionTracking
import PacketDecoding
import Testing

/// Packets that were read in another order than that of their times.
@Suite("The order of times")
struct TimeOrderTests {
  /// The frames of batches of 300, as they are given, of packets at `times` in milliseconds.
  private func frames(at times: [Int64], capacity: Int = 300) -> [UInt64] {
    var tracked: [UInt64] = []
    var batch = SegmentBatch(capacity: capacity)
    var next = SegmentBatch(capacity: capacity)
    var place = 0
    func read(_ batch: inout SegmentBatch) {
      while !batch.isFull, place < times.count {
        batch.next = Self.segment(UInt64(place + 1), at: times[place])
        batch.add(payload: [UInt8]().span)
        place += 1
      }
    }
    read(&batch)
    var isFirst = true
    while !batch.isEmpty {
      read(&next)
      _ = batch.putInOrder(with: &next, isOrdered: !isFirst)
      isFirst = false
      tracked += Self.take(&batch)
      swap(&batch, &next)
    }
    return tracked
  }

  private static func segment(_ frame: UInt64, at milliseconds: Int64) -> Segment {
    let host = SocketAddress(address: IPAddress(v4: 1), port: UInt16(truncatingIfNeeded: frame))
    return Segment(
      time: Timestamp(nanoseconds: milliseconds * 1_000_000), frame: frame, source: host,
      destination: SocketAddress(address: IPAddress(v4: 2), port: 80), sequence: SequenceNumber(0), flags: [.syn])
  }

  /// What a tracker is given: each segment begins a flow of its own.
  private static func take(_ batch: inout SegmentBatch) -> [UInt64] {
    var tracker = ConnectionTracker()
    var events: [TrackerEvent] = []
    tracker.process(&batch, into: &events)
    tracker.finish(into: &events)
    var flows: [Flow] = []
    for case .ended(let flow) in events { flows.append(flow) }
    return flows.sorted { $0.number < $1.number }.map { (flow: Flow) -> UInt64 in flow.firstSeen.frame }
  }

  @Test(
    "is put right within 100 ms",
    arguments: [
      ([3, 2, 1], [3, 2, 1]), ([1, 2, 3], [1, 2, 3]), ([1, 1, 1], [1, 2, 3]), ([200, 100, 300], [2, 1, 3]),
      ([201, 100, 300], [1, 2, 3]), ([2000, 1, 2], [1, 2, 3]),
    ] as [([Int64], [UInt64])])
  func short(times: [Int64], order: [UInt64]) { #expect(frames(at: times) == order) }

  /// Wherever batches end.
  @Test(arguments: [256, 300, 512])
  func doesNotDependOnBatches(capacity: Int) {
    var times: [Int64] = []
    for batch in 0..<200 { for place in 0..<10 { times.append(Int64((batch * 10 + 9 - place) / 4)) } }
    let expected: [UInt64] = times.indices.sorted { (left: Int, right: Int) -> Bool in
      (times[left], left) < (times[right], right)
    }.map { UInt64($0 + 1) }
    #expect(frames(at: times, capacity: capacity) == expected)
  }
}
