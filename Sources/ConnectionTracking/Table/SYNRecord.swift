import PacketDecoding

/// A flow of which nothing has passed but an ordinary SYN, or that and the RST that refused it: what a scan or a flood
/// leaves by the million.
///
/// It is nothing but the packets, saved. Whatever else concerns the flow has them replayed: the connection takes them
/// as if they passed only then, so that there is no second way to follow a flow. Not copyable, for it is always meant where
/// it lies.
struct SYNRecord: ~Copyable, Sendable {
  // A cache line, in an order that leaves no gaps.
  let time: Timestamp
  /// The records before and after it in the row of ``SYNTable``; of one that was refused, how long after the SYN the RST
  /// passed, in nanoseconds, and how many frames.
  private var links: (UInt32, UInt32) = (.max, .max)
  private var lowerNumber: UInt32
  private let lowerFrame: UInt32
  let compactKey: CompactKey
  private var marks: UInt8
  private var upperNumber: UInt8
  private let upperFrame: UInt8
  private var resetTimeToLive: UInt8 = 0
  private var resetIdentification: UInt16 = 0
  let offer: SYNOffer

  /// Bits of the flow's number and of the frame: a trillion packets.
  private static let numberBits: UInt64 = 40
  private static let isFromHigh: UInt8 = 1
  private static let keptKey: UInt8 = 2
  private static let refused: UInt8 = 4

  /// True where a flow that begins with `segment` may be saved: a SYN, and nothing else.
  @inline(__always)
  static func begins(with segment: Segment) -> Bool {
    segment.flags.subtracting([.ece, .cwr]) == .syn && SYNOffer.describes(segment)
      && segment.frame >> numberBits == 0 && segment.source != segment.destination
  }

  /// A flow that begins with `syn`, of which ``begins(with:)`` holds.
  @inline(__always)
  init(number: Int, key: CompactKey, isKeptKey: Bool, side: Side, syn: Segment) {
    lowerNumber = UInt32(truncatingIfNeeded: number)
    upperNumber = UInt8(truncatingIfNeeded: number >> 32)
    compactKey = key
    marks = side.rawValue | (isKeptKey ? Self.keptKey : 0)
    time = syn.time
    lowerFrame = UInt32(truncatingIfNeeded: syn.frame)
    upperFrame = UInt8(truncatingIfNeeded: syn.frame >> 32)
    offer = SYNOffer(syn)
  }

  /// 0 once the flow has ended and the record waits for another.
  var number: Int {
    @inline(__always) get { Int(upperNumber) << 32 | Int(lowerNumber) }
  }
  /// The side that sent it.
  var sender: Side { Side(isHigh: marks & Self.isFromHigh != 0) }
  /// Its whole key is kept elsewhere.
  var isKeptKey: Bool { marks & Self.keptKey != 0 }
  /// The SYN was answered by RST, and nothing has passed since.
  var isRefused: Bool { marks & Self.refused != 0 }

  var first: PacketStamp {
    @inline(__always) get {
      PacketStamp(time: time, frame: UInt64(upperFrame) << 32 | UInt64(lowerFrame))
    }
  }

  /// The last packet.
  var last: PacketStamp {
    guard isRefused else { return first }
    return PacketStamp(
      time: time.advanced(byNanoseconds: Int64(links.0)), frame: first.frame &+ UInt64(links.1))
  }

  // Of one that was not refused; see ``SYNTable``.
  var earlier: UInt32 {
    get { links.0 }
    set { links.0 = newValue }
  }
  var later: UInt32 {
    get { links.1 }
    set { links.1 = newValue }
  }

  /// The flow has ended.
  @inline(__always)
  mutating func end() { (lowerNumber, upperNumber, marks) = (0, 0, 0) }
}

// MARK: - The RST that refuses it

extension SYNRecord {
  private static let headers = (ofIPv4: 40, ofIPv6: 60)

  /// True for the RST of a host where no socket listens, as RFC 9293 §3.10.7.1 has it: right after the SYN, with nothing
  /// in it but an acknowledgment of that.
  ///
  /// - Parameter leastSilence: see ``TrackerConfiguration/leastSilence``.
  func isRefused(by segment: Segment, from sender: Side, _ leastSilence: Int64) -> Bool {
    let delay = segment.time.nanoseconds &- time.nanoseconds
    let frames = segment.frame &- first.frame
    return !isRefused && sender != self.sender && segment.flags == [.rst, .ack] && segment.sequence == SequenceNumber(0)
      && segment.acknowledgment == offer.sequence + 1 && segment.window == 0 && segment.wirePayloadLength == 0
      && segment.options.kinds.isEmpty && segment.isIPv4 == (segment.identification != nil)
      && segment.wireLength == (segment.isIPv4 ? Self.headers.ofIPv4 : Self.headers.ofIPv6)
      && delay >= 0 && delay < min(leastSilence, Int64(UInt32.max)) && frames <= UInt64(UInt32.max)
  }

  /// Saves a RST of which ``isRefused(by:from:_:)`` holds.
  mutating func save(refusal segment: Segment) {
    links = (
      UInt32(truncatingIfNeeded: segment.time.nanoseconds &- time.nanoseconds),
      UInt32(truncatingIfNeeded: segment.frame &- first.frame)
    )
    marks |= Self.refused
    resetTimeToLive = segment.timeToLive
    resetIdentification = segment.identification ?? 0
  }
}

// MARK: - Replay

extension SYNRecord {
  /// The SYN, as far as anything asks.
  func syn(_ key: ConnectionKey) -> Segment {
    let (source, destination) = sender == .low ? (key.low, key.high) : (key.high, key.low)
    var segment = Segment(
      time: time, frame: first.frame, source: source, destination: destination, sequence: offer.sequence, flags: .syn,
      window: offer.window)
    segment.encapsulation = key.encapsulation
    segment.wireLength = Int(offer.wireLength)
    segment.timeToLive = offer.timeToLive
    segment.identification = source.address.isIPv6 ? nil : offer.identification
    segment.options.kinds = offer.kinds
    segment.options.maximumSegmentSize = offer.maximumSegmentSize
    segment.options.windowScale = offer.windowScale
    segment.options.timestampValue = offer.timestampValue
    return segment
  }

  /// The RST; nil where the SYN was not refused.
  func refusal(_ key: ConnectionKey) -> Segment? {
    guard isRefused else { return nil }
    let (source, destination) = sender == .low ? (key.high, key.low) : (key.low, key.high)
    var segment = Segment(
      time: last.time, frame: last.frame, source: source, destination: destination, sequence: SequenceNumber(0),
      acknowledgment: offer.sequence + 1, flags: [.rst, .ack])
    segment.encapsulation = key.encapsulation
    segment.wireLength = source.address.isIPv6 ? Self.headers.ofIPv6 : Self.headers.ofIPv4
    segment.timeToLive = resetTimeToLive
    segment.identification = source.address.isIPv6 ? nil : resetIdentification
    return segment
  }
}

// MARK: - Its digest

extension SYNRecord {
  /// What is counted of a flow that ends as it is; a replay must say the same.
  @inline(__always)
  func digest(_ key: ConnectionKey, _ reason: Flow.EndReason) -> FlowDigest {
    let (client, server) = sender == .low ? (key.low, key.high) : (key.high, key.low)
    var digest = FlowDigest(
      number: number, client: client, orientation: .syn, close: isRefused ? .refused : .unanswered,
      closedBy: isRefused ? .server : nil, end: reason, server: server, resetBy: isRefused ? .server : nil,
      firstSeen: first, lastSeen: last, answerDelay: nil, packets: isRefused ? 2 : 1, payloadBytes: 0,
      clientEnd: EndpointDigest(
        initialSequence: offer.sequence, state: isRefused ? .closed : .synSent, hasSent: true),
      serverEnd: EndpointDigest(initialSequence: nil, state: isRefused ? .closed : .synReceived, hasSent: isRefused))
    if isRefused { digest.resetTime = last.time }
    return digest
  }
}
