import PacketDecoding

/// One flow while it is open: its two endpoints and what joins them.
///
/// Side 0 is the smaller address of the key, side 1 the other; who is the client is said once, by `clientSide`. A
/// socket connected to itself is side 0 alone, and its own peer.
///
/// Not copyable, and `mutating` also where it only reads, for the reason ``TCPEndpoint`` gives.
struct FlowRecord: ~Copyable, Sendable {
  /// 0 once the flow has ended and the record waits for another.
  var number: Int
  var key: FlowKey
  var last: TimelineEntry.Moment
  /// When it is to be looked at for a timer, in nanoseconds.
  var wake: Int64 = .max
  var closing = ClosePath()
  var clientSide: UInt8
  /// A socket is connected to itself: side 0 is its own peer.
  let isSelfConnect: Bool
  var orientation: Flow.Orientation
  var watch: NoticeWatch = []
  var weight: NoticeWeight = []
  /// Both ends are ESTABLISHED beyond doubt, and nothing is on its way that could change it.
  var isSteady = false
  /// The side whose segment was taken last; negative before any.
  var lastSender: Int8 = -1
  /// When payload passed last; the least value before any.
  var lastPayload = Int64.min
  var ends: [2 of TCPEndpoint]
  /// Its listener holds it half-open, as far as segments tell.
  var isHalfOpen = false
  /// Since when, in nanoseconds.
  var halfOpenSince = Int64.max
  /// Where its ``Extras`` are.
  var extras = ExtrasStore.none
  /// The last pause that ended in more data or an ACK, and has not been told of.
  var pause: Pause?
  var timeline = TimelineStore.List()
  var notices = Chain()
  var first: TimelineEntry.Moment
  /// The number of the incarnation before; 0 where there was none.
  var previous: Int
  /// Segments whose numbers fit neither direction, so that they prove nothing.
  var implausibleSegments: UInt32 = 0

  /// A flow whose first packet is `segment`.
  init(number: Int, previous: Int?, key: FlowKey, side sender: UInt8, segment: Segment) {
    self.number = number
    self.previous = previous ?? 0
    self.key = key
    isSelfConnect = key.isSelfConnect
    (orientation, clientSide) = Self.orient(segment, sender: sender)
    // The one socket is both ends, also where the first segment seen of it is a SYN-ACK.
    if key.isSelfConnect { clientSide = sender }
    first = TimelineEntry.Moment(time: segment.time, frame: segment.frame)
    last = first
    ends = .init { _ in TCPEndpoint() }
    if segment.flags.contains(.syn) { assumeSockets(segment, sender: Int(sender)) }
  }

  /// The other end's index.
  @inline(__always)
  func peer(of side: Int) -> Int { (side ^ (isSelfConnect ? 0 : 1)) & 1 }

  @inline(__always)
  func address(of side: Int) -> SocketAddress { side == 0 ? key.low : key.high }

  @inline(__always)
  func role(of side: Int) -> EndpointRole { side == Int(clientSide) ? .client : .server }

  /// Before a SYN the sender had no connection, and its peer a listener if anything; a SYN-ACK tells of a listener
  /// that was asked. Neither is a transition that anything shows: they only say where the first one starts.
  private mutating func assumeSockets(_ segment: Segment, sender: Int) {
    if segment.flags.contains(.ack) {
      ends[sender].prove(.assumesListener)
    } else {
      ends[sender].prove(.assumesOpener)
      if !isSelfConnect { ends[1 - sender].prove(.assumesListener) }
    }
  }

  /// Who is the client, from evidence only: a SYN, a SYN-ACK, a port that stacks do not give to clients, or else who
  /// spoke first.
  private static func orient(_ segment: Segment, sender: UInt8) -> (Flow.Orientation, UInt8) {
    if segment.flags.contains(.syn) {
      return segment.flags.contains(.ack) ? (.synACK, 1 - sender) : (.syn, sender)
    }
    let fromService =
      isFromService(segment, below: systemPorts) ?? isFromService(segment, below: firstClientPort)
    guard let fromService else { return (.firstPacket, sender) }
    return (.port, fromService ? 1 - sender : sender)
  }

  /// Whether the source's port alone is below `limit`; nil where both or neither are.
  private static func isFromService(_ segment: Segment, below limit: UInt16) -> Bool? {
    let sourceIsBelow = segment.source.port < limit
    return sourceIsBelow == (segment.destination.port < limit) ? nil : sourceIsBelow
  }

  /// RFC 6335 §6.
  private static var systemPorts: UInt16 { 1024 }
  /// Of Linux (`ip_local_port_range`); Windows, macOS and BSD begin at 49152.
  private static var firstClientPort: UInt16 { 32768 }
}
