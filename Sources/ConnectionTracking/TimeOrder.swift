/// How far packets that a capture holds in another order than that of their times are put right.
///
/// Adapters with several queues, and drivers that hand over a batch last packet first, displace packets by milliseconds.
/// A clock that was set back displaces none: beyond these bounds the order stays that of the file.
package enum TimeOrder {
  /// The farthest a time may lie behind that of a packet before it, in nanoseconds.
  package static var longestStep: UInt64 { 100_000_000 }
  /// The most packets that one is put before.
  package static var mostPlaces: Int { 256 }

  /// Where a packet of `time` belongs behind `count` others, which are in order already; of equal times none is moved.
  ///
  /// - Parameter timeAt: the time of one of the others.
  package static func place(of time: Int64, behind count: Int, _ timeAt: (Int) -> Int64) -> Int {
    let least = max(0, count - mostPlaces)
    var place = count
    while place > least, case let earlier = timeAt(place - 1), earlier > time {
      guard UInt64(bitPattern: earlier &- time) <= longestStep else { return count }
      place -= 1
    }
    return place
  }
}
