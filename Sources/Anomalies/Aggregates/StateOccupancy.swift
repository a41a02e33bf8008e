public import ConnectionTracking
public import PacketDecoding

/// How many sockets were in each state over time, clients and servers apart.
///
/// Time is cut into 240 bins at most. A bin's length is a power of two of nanoseconds, the least with which they reach from
/// the first to the last, and it begins at a multiple of that since 1970. A bin holds the time that sockets spent in a
/// state: bins can be put together, and so can the parts of a capture, and nothing is lost but detail.
public struct StateOccupancy: Sendable, Equatable {
  public static let maximumBins = 240
  /// About a millisecond, as a power of two of nanoseconds.
  private static let finest: UInt8 = 20
  /// Times are counted in units of 2¹⁰ ns, so that sums have room.
  private static let unit: UInt8 = 10
  /// Places in a bin: twelve states of clients, then of servers.
  private static let places = 24

  /// The number of the first bin, counted since 1970.
  private var first: Int64 = 0
  /// A bin is so long as 2 to this, in nanoseconds.
  private var level = Self.finest
  /// Bin by bin.
  private var times: [Int64] = []

  public init() {}

  public var bins: Int { times.count / Self.places }
  /// Where the first bin begins.
  public var start: Timestamp { Timestamp(nanoseconds: first << Int64(level)) }
  /// The length of a bin, in nanoseconds.
  public var width: Int64 { 1 << Int64(level) }

  /// How many sockets of this side were in `state` in each bin, on average over its length.
  public func sockets(of side: EndpointRole, in state: TCPState) -> [Double] {
    let width = Double(1 << Int64(level - Self.unit))
    let place = Self.place(side, Int(state.rawValue))
    return (0..<bins).map { Double(times[$0 * Self.places + place]) / width }
  }

  /// Takes in a flow that has ended.
  public mutating func add(_ flow: Flow) {
    for side in EndpointRole.allCases where side == .client || flow.client != flow.server { add(flow, side) }
  }

  /// Takes in other flows.
  public mutating func merge(_ other: StateOccupancy) {
    guard other.bins > 0 else { return }
    guard bins > 0 else { return self = other }
    coarsen(to: other.level)
    let shift = level - other.level
    cover(other.first >> Int64(shift), (other.first + Int64(other.bins) - 1) >> Int64(shift))
    var other = other
    other.coarsen(to: level)
    let offset = Int(other.first - first) * Self.places
    for index in other.times.indices { times[offset + index] &+= other.times[index] }
  }
}

extension StateOccupancy {
  private static func place(_ side: EndpointRole, _ state: Int) -> Int { side == .client ? state : 12 + state }

  /// Takes in the stays of one end: from each transition to the next. False transitions moved nothing.
  private mutating func add(_ flow: Flow, _ side: EndpointRole) {
    var here: (state: Int, since: Timestamp)?
    for index in 0..<flow.timelineCount {
      let entry = flow.timelineEntry(index)
      guard entry.endpoint == side, entry.refuted == nil else { continue }
      if let here { add(side, here.state, from: here.since, to: entry.time) }
      here = entry.to.map(\.isOfConnection) ?? false ? (entry.toPlace, entry.time) : nil
    }
    if let here { add(side, here.state, from: here.since, to: flow.endedAt) }
  }

  private mutating func add(_ side: EndpointRole, _ state: Int, from begin: Timestamp, to end: Timestamp) {
    let (begin, end) = (begin.nanoseconds >> Int64(Self.unit), end.nanoseconds >> Int64(Self.unit))
    guard begin < end else { return }
    let place = Self.place(side, state)
    cover(begin >> Int64(level - Self.unit), (end - 1) >> Int64(level - Self.unit))
    let shift = Int64(level - Self.unit)
    for bin in begin >> shift...(end - 1) >> shift {
      let time = min(end, (bin + 1) << shift) - max(begin, bin << shift)
      times[Int(bin - first) * Self.places + place] &+= time
    }
  }

  /// Makes bins from one number to another, of the present length, beside those that there are.
  private mutating func cover(_ begin: Int64, _ end: Int64) {
    if bins == 0 { first = begin }
    var (start, last) = (min(first, begin), max(first + Int64(bins) - 1, end))
    var coarser = level
    while last - start >= Self.maximumBins { (start, last, coarser) = (start >> 1, last >> 1, coarser + 1) }
    coarsen(to: coarser)
    times.insert(contentsOf: repeatElement(0, count: Int(first - start) * Self.places), at: 0)
    first = start
    let missing = Int(last - start + 1) * Self.places - times.count
    times.append(contentsOf: repeatElement(0, count: missing))
  }

  /// Puts bins together until each is so long.
  private mutating func coarsen(to level: UInt8) {
    guard level > self.level else { return }
    let finer = self
    let doublings = Int64(level - self.level)
    (self.level, first) = (level, first >> doublings)
    let bins = finer.bins == 0 ? 0 : Int((finer.first + Int64(finer.bins) - 1) >> doublings - first) + 1
    times = Array(repeating: 0, count: bins * Self.places)
    for bin in 0..<finer.bins {
      let place = Int((finer.first + Int64(bin)) >> doublings - first) * Self.places
      for index in 0..<Self.places { times[place + index] &+= finer.times[bin * Self.places + index] }
    }
  }
}

extension TCPState {
  /// Whether a socket in this state is one of a connection.
  fileprivate var isOfConnection: Bool { self != .closed && self != .listen }
}
