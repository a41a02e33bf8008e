import PacketDecoding

/// One connection while it is open: its two endpoints and what joins them. The only form in which an open flow is kept, but
/// for a saved SYN; see ``SYNRecord``.
///
/// 288 bytes, for a million of them are read all over. What few connections have is in ``Extras``, and what follows from
/// other numbers is not kept at all: the accessors in `Connection+Derived.swift` tell.
///
/// Side 0 is the smaller address of the key, side 1 the other; who is the client is said once, by `clientSide`. A
/// socket connected to itself is side 0 alone, and its own peer.
///
/// Not copyable, and `mutating` also where it only reads, for the reason ``TCPEndpoint`` gives.
struct Connection: ~Copyable, Sendable {
  // In an order that leaves no gaps.
  var ends: [2 of TCPEndpoint] = .init { _ in TCPEndpoint() }
  var first: PacketStamp
  /// When it is to be looked at for a timer, in nanoseconds.
  var wake = Int64.max
  /// When the timer of one side ends: TIME_WAIT, or an orphaned FIN_WAIT_2; see ``deadline(of:_:)``.
  var timer = Int64.max
  var closing = ClosePath()
  private var logCount: UInt16 = 0
  private var lowerNumber: UInt32
  /// The last packet's frame, counted from the first one's; see ``last(_:)``.
  var lowerLastFrame: UInt32 = 0
  /// Where its ``Extras`` are, or its ``Pause``; see ``ConnectionMarks/hasPauseAlone``.
  var attachment = ExtrasStore.none
  var marks: ConnectionMarks
  private var logPlaces: (UInt32, UInt32) = (0, 0)
  let compactKey: CompactKey
  /// Of the last payload of each side, which ends at SND.NXT.
  var payloads = [2 of PayloadSample](repeating: PayloadSample())
  private var upperNumber: UInt8
  var watch: ObservationWatch = []

  /// A connection whose first packet is `segment`.
  init(number: Int, key: CompactKey, isKeptKey: Bool, side sender: Side, segment: Segment) {
    lowerNumber = UInt32(truncatingIfNeeded: number)
    upperNumber = UInt8(truncatingIfNeeded: number >> 32)
    compactKey = key
    first = PacketStamp(time: segment.time, frame: segment.frame)
    let (orientation, clientSide) = Self.orient(segment, sender: sender)
    marks = ConnectionMarks(orientation: orientation)
    marks.set(.keptKey, isKeptKey)
    marks.set(.isSelfConnect, segment.source == segment.destination)
    // The one socket is both ends, also where the first segment seen of it is a SYN-ACK.
    marks.set(.clientIsHigh, (isSelfConnect ? sender : clientSide) == .high)
    if segment.flags.contains(.syn) { assumeSockets(segment, sender: sender) }
    if orientation == .syn, !isSelfConnect { marks.prediction = .opening }
  }

  /// 0 once the flow has ended and the record waits for another; 40 bits, a trillion flows.
  var number: Int {
    @inline(__always) get { Int(upperNumber) << 32 | Int(lowerNumber) }
  }

  /// The flow has ended.
  mutating func end() { (lowerNumber, upperNumber) = (0, 0) }

  /// Where its moves are.
  var log: BlockStore<LogEntry>.Block {
    @inline(__always) get {
      BlockStore<LogEntry>.Block(place: logPlaces.0, second: logPlaces.1, count: logCount)
    }
    @inline(__always) set { (logPlaces, logCount) = ((newValue.place, newValue.second), newValue.count) }
  }

  var isSelfConnect: Bool { @inline(__always) get { marks.contains(.isSelfConnect) } }
  var clientSide: Side { @inline(__always) get { Side(isHigh: marks.contains(.clientIsHigh)) } }
  var orientation: Flow.Orientation { marks.orientation }

  /// The other end's index.
  @inline(__always)
  func peer(of side: Side) -> Side { isSelfConnect ? side : side.other }

  @inline(__always)
  func role(of side: Side) -> EndpointRole { side == clientSide ? .client : .server }

  /// Before a SYN the sender had no connection, and its peer a listener if anything; a SYN-ACK tells of a listener
  /// that was asked. Neither is a transition that anything shows: they only say where the first one starts.
  private mutating func assumeSockets(_ segment: Segment, sender: Side) {
    if segment.flags.contains(.ack) {
      assume(sender, .assumesListener)
    } else {
      assume(sender, .assumesOpener)
      if !isSelfConnect { assume(sender.other, .assumesListener) }
    }
  }

  private mutating func assume(_ side: Side, _ event: EndpointEvent) {
    ends[side].states.prove(event)
    marks.setStart(of: side, ends[side].proved)
  }

  /// Who is the client, from evidence only: a SYN, a SYN-ACK, a port that stacks do not give to clients, or else who
  /// spoke first.
  private static func orient(_ segment: Segment, sender: Side) -> (Flow.Orientation, Side) {
    if segment.flags.contains(.syn) {
      return segment.flags.contains(.ack) ? (.synACK, sender.other) : (.syn, sender)
    }
    let fromService =
      isFromService(segment, below: systemPorts) ?? isFromService(segment, below: firstClientPort)
    guard let fromService else { return (.firstPacket, sender) }
    return (.port, fromService ? sender.other : sender)
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
