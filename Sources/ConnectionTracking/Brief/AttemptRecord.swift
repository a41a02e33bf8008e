import PacketDecoding

/// A flow of which nothing has passed but an ordinary SYN: what a scan or a flood leaves by the million.
///
/// It holds what that SYN said, and no more. The SYN-ACK, or the RST of a host where no socket listens, makes it a
/// ``BriefRecord``; anything else has it unfold into the ``FlowRecord`` that it would have been.
///
/// Not copyable, and `mutating` also where it only reads, for the reason ``TCPEndpoint`` gives.
struct AttemptRecord: ~Copyable, Sendable {
  // A cache line, in an order that leaves no gaps.
  let time: Timestamp
  /// The attempts that began before and after it, of those that are still held: see ``AttemptTable``.
  var earlier = Slab<AttemptRecord>.none
  var later = Slab<AttemptRecord>.none
  private var lowerNumber: UInt32
  private let lowerFrame: UInt32
  let key: AttemptKey
  private var upperNumber: UInt8
  private let upperFrame: UInt8
  /// The side that sent it.
  let side: UInt8
  let offer: SYNOffer

  /// Bits of the flow's number and of the frame: a trillion packets.
  private static let numberBits: UInt64 = 40

  /// True where a flow that begins with `segment` may be held as an attempt: a SYN, and nothing else.
  @inline(__always)
  static func begins(with segment: Segment) -> Bool {
    segment.flags.subtracting([.ece, .cwr]) == .syn && SYNOffer.describes(segment)
      && segment.frame >> numberBits == 0
  }

  /// A flow that begins with `syn`, of which ``begins(with:)`` holds.
  @inline(__always)
  init(number: Int, key: AttemptKey, side: UInt8, syn: Segment) {
    lowerNumber = UInt32(truncatingIfNeeded: number)
    upperNumber = UInt8(truncatingIfNeeded: number >> 32)
    self.key = key
    self.side = side
    time = syn.time
    lowerFrame = UInt32(truncatingIfNeeded: syn.frame)
    upperFrame = UInt8(truncatingIfNeeded: syn.frame >> 32)
    offer = SYNOffer(syn)
  }

  /// 0 once the flow has ended and the record waits for another.
  var number: Int {
    @inline(__always) get { Int(upperNumber) << 32 | Int(lowerNumber) }
  }

  var first: TimelineEntry.Moment {
    @inline(__always) get {
      TimelineEntry.Moment(time: time, frame: UInt64(upperFrame) << 32 | UInt64(lowerFrame))
    }
  }

  /// The flow has ended.
  @inline(__always)
  mutating func end() { (lowerNumber, upperNumber) = (0, 0) }

  /// True for the answer to the SYN that takes it as it was, soon enough to be kept as a moment near it.
  mutating func isAnswered(by segment: inout Segment, from sender: Int) -> Bool {
    sender != Int(side) && segment.flags.subtracting([.ece, .cwr]) == [.syn, .ack] && SYNOffer.describes(segment)
      && segment.acknowledgment == offer.sequence + 1 && segment.time >= time
      && BriefMoment(segment, since: first) != nil
  }
}

// What is counted of an attempt that ends as one; its story must say the same.

extension AttemptRecord {
  @inline(__always)
  mutating func digest(_ key: FlowKey, _ reason: Flow.EndReason) -> FlowDigest {
    FlowDigest(
      number: number, client: side == 0 ? key.low : key.high, orientation: .syn, close: .unanswered, closedBy: nil,
      end: reason, server: side == 0 ? key.high : key.low, firstSeen: first, lastSeen: first, answerDelay: nil,
      packets: 1, payloadBytes: 0,
      clientEnd: EndpointDigest(initialSequence: offer.sequence, state: .synSent, hasSent: true),
      serverEnd: EndpointDigest(initialSequence: nil, state: .synReceived, hasSent: false))
  }
}
