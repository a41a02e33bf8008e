/// Datagrams in the order of their first fragments, those that are gone among them until somebody comes by.
struct FragmentQueue: Sendable {
  struct Arrival: Sendable {
    var key: FragmentKey
    /// Tells apart two datagrams of one key, of which the first is gone.
    var number: UInt64
  }

  private var arrivals: [Arrival] = []
  private var head = 0

  var count: Int { arrivals.count }

  var first: Arrival? { head < arrivals.count ? arrivals[head] : nil }

  mutating func append(_ key: FragmentKey, number: UInt64) { arrivals.append(Arrival(key: key, number: number)) }

  mutating func removeFirst() { head += 1 }

  /// Moves up what is left, once more than `limit` have passed through: seldom enough to cost next to nothing a
  /// datagram, often enough that datagrams that got whole do not pile up behind one that never does.
  mutating func tidy(atMost limit: Int, _ isThere: (FragmentKey, UInt64) -> Bool) {
    guard arrivals.count > limit else { return }
    arrivals = arrivals[head...].filter { isThere($0.key, $0.number) }
    head = 0
  }
}
