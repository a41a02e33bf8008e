import BasicContainers
import PacketDecoding

/// How many connections each listener holds half-open, as far as segments tell: from the SYN-ACK to the next segment of
/// its sender that is none, a RST of either end, the end of the flow, or for 64 s: Linux repeats a SYN-ACK five times, and
/// forgets the connection 63 s after the first (`tcp_synack_retries`).
///
/// A listener whose backlog is full answers with SYN cookies and keeps nothing (Linux `tcp_conn_request`,
/// `inet_csk_reqsk_queue_is_full`), so that a SYN-ACK of a listener with several connections half-open does not show
/// that a socket in SYN_RCVD is there.
///
/// A listener lies where its hash says, open addressing with linear probing: a look touches one place, where an index
/// before the listeners made it two. There are many listeners and many segments between two looks at one, so that it is
/// in no near cache.
struct BacklogTable: ~Copyable, Sendable {
  struct Listener: Sendable {
    var address = SocketAddress(address: IPAddress(v4: 0), port: 0)
    var encapsulation = EncapsulationID.none
    var hash: UInt32 = 0
    /// 0 where there is no listener.
    var halfOpen: UInt32 = 0
  }

  /// How long a connection counts, in nanoseconds.
  static let longest: Int64 = 64_000_000_000
  /// Half-open connections from which on a SYN-ACK is no proof. Backlogs are rarely smaller.
  static let doubtful = 2

  private var places = UniqueArray<Listener>(repeating: Listener(), count: 64)
  private var count = 0
  private let hash = FlowHash.shared

  private var mask: Int { places.count - 1 }

  /// Bytes that the listeners take, with the places that are free where the table has just grown.
  var footprint: Int { count * MemoryLayout<Listener>.stride * 8 / 3 }

  /// True where the backlog of the segment's sender may be full.
  mutating func isDoubtful(_ segment: Segment) -> Bool {
    let hash = hash(segment.source, segment.encapsulation)
    return places[place(of: segment.source, segment.encapsulation, hash)].halfOpen >= Self.doubtful
  }

  /// A connection of the listener `address` has become half-open, or has stopped to be.
  mutating func change(_ address: SocketAddress, _ encapsulation: EncapsulationID, isHalfOpen: Bool) {
    let hash = hash(address, encapsulation)
    if isHalfOpen {
      add(address, encapsulation, hash)
    } else {
      remove(at: place(of: address, encapsulation, hash))
    }
  }

  private mutating func add(_ address: SocketAddress, _ encapsulation: EncapsulationID, _ hash: UInt32) {
    let place = place(of: address, encapsulation, hash)
    if places[place].halfOpen == 0 {
      places[place] = Listener(address: address, encapsulation: encapsulation, hash: hash, halfOpen: 1)
      count += 1
      if count * 4 > places.count * 3 { grow() }
    } else {
      places[place].halfOpen += 1
    }
  }

  private mutating func remove(at place: Int) {
    guard places[place].halfOpen > 0 else { return }
    places[place].halfOpen -= 1
    guard places[place].halfOpen == 0 else { return }
    close(place)
    count -= 1
  }

  /// Where a listener is, or where it goes.
  private mutating func place(of address: SocketAddress, _ encapsulation: EncapsulationID, _ hash: UInt32) -> Int {
    let mask = mask
    var place = Int(hash) & mask
    while places[place].halfOpen > 0 {
      if places[place].hash == hash, places[place].address == address, places[place].encapsulation == encapsulation {
        break
      }
      place = (place &+ 1) & mask
    }
    return place
  }

  /// Moves up what probing would no longer find beyond the empty place.
  private mutating func close(_ hole: Int) {
    let mask = mask
    var hole = hole
    var next = (hole &+ 1) & mask
    while places[next].halfOpen > 0 {
      if (next &- Int(places[next].hash)) & mask >= (next &- hole) & mask {
        places[hole] = places[next]
        hole = next
      }
      next = (next &+ 1) & mask
    }
    places[hole] = Listener()
  }

  private mutating func grow() {
    var fewer = UniqueArray<Listener>(repeating: Listener(), count: places.count * 2)
    swap(&fewer, &places)
    for index in 0..<fewer.count where fewer[index].halfOpen > 0 {
      var place = Int(fewer[index].hash) & mask
      while places[place].halfOpen > 0 { place = (place + 1) & mask }
      places[place] = fewer[index]
    }
  }
}
