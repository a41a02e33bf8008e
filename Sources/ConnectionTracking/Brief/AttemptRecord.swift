import PacketDecoding

/// A flow of which nothing has passed but an ordinary SYN: what a scan or a flood leaves by the million.
///
/// It holds what that SYN said, and no more. The SYN-ACK makes it a ``BriefRecord``; anything else has it unfold into
/// the ``FlowRecord`` that it would have been.
///
/// Not copyable, and `mutating` also where it only reads, for the reason ``TCPEndpoint`` gives.
struct AttemptRecord: ~Copyable, Sendable {
  // In an order that leaves no gaps.
  /// 0 once the flow has ended and the record waits for another.
  var number: Int
  let key: FlowKey
  let first: TimelineEntry.Moment
  private let sequence: SequenceNumber
  private let timestampValue: UInt32
  /// The attempts that began before and after it, of those that are still held: see ``AttemptTable``.
  var earlier = Slab<AttemptRecord>.none
  var later = Slab<AttemptRecord>.none
  private let window: UInt16
  private let maximumSegmentSize: UInt16
  private let identification: UInt16
  private let wireLength: UInt16
  private let timeToLive: UInt8
  private let windowScale: UInt8
  /// The lower half of its options' kinds; what it must not have is in there as well.
  private let kinds: UInt8
  /// The side that sent it.
  let side: UInt8

  /// True where a flow that begins with `segment` may be held as an attempt: a SYN, and nothing else.
  static func begins(with segment: Segment) -> Bool {
    segment.flags.subtracting([.ece, .cwr]) == .syn && segment.wirePayloadLength == 0
      && segment.options.kinds.isDisjoint(with: .fastOpen) && segment.options.sackBlocks.isEmpty
      && UInt(bitPattern: segment.wireLength) <= UInt(UInt16.max)
  }

  /// A flow that begins with `syn`, of which ``begins(with:)`` holds.
  init(number: Int, key: FlowKey, side: UInt8, syn: Segment) {
    self.number = number
    self.key = key
    self.side = side
    first = TimelineEntry.Moment(time: syn.time, frame: syn.frame)
    sequence = syn.sequence
    timestampValue = syn.options.timestampValue
    window = syn.window
    maximumSegmentSize = syn.options.maximumSegmentSize
    identification = syn.identification ?? 0
    wireLength = UInt16(truncatingIfNeeded: syn.wireLength)
    timeToLive = syn.timeToLive
    windowScale = syn.options.windowScale
    kinds = UInt8(truncatingIfNeeded: syn.options.kinds.rawValue)
  }

  /// The SYN, as far as anything is asked of it later.
  var syn: Segment {
    mutating get {
      let (source, destination) = side == 0 ? (key.low, key.high) : (key.high, key.low)
      var segment = Segment(
        time: first.time, frame: first.frame, source: source, destination: destination, sequence: sequence,
        flags: .syn, window: window)
      segment.encapsulation = key.encapsulation
      segment.wireLength = Int(wireLength)
      segment.timeToLive = timeToLive
      segment.identification = identification
      segment.options.kinds = TCPOptions.Kinds(rawValue: UInt16(kinds))
      segment.options.maximumSegmentSize = maximumSegmentSize
      segment.options.windowScale = windowScale
      segment.options.timestampValue = timestampValue
      return segment
    }
  }

  /// True for the answer to the SYN that takes it as it was, soon enough to be kept as a moment near it.
  mutating func isAnswered(by segment: Segment, from sender: Int) -> Bool {
    sender != Int(side) && segment.flags.subtracting([.ece, .cwr]) == [.syn, .ack] && segment.wirePayloadLength == 0
      && segment.acknowledgment == sequence + 1 && segment.options.kinds.isDisjoint(with: .fastOpen)
      && segment.time >= first.time && BriefMoment(segment, since: first) != nil
  }
}

// What is counted of an attempt that ends as one; its story must say the same.

extension AttemptRecord {
  mutating func digest(_ reason: Flow.EndReason) -> FlowDigest {
    var counts = FlowCounts()
    counts.packets = 1
    let clientEnd = EndpointDigest(
      state: .synSent, hasSent: true, initialSequence: sequence, timeWait: nil, closeWait: .never)
    let serverEnd = EndpointDigest(
      state: .synReceived, hasSent: false, initialSequence: nil, timeWait: nil, closeWait: .never)
    return FlowDigest(
      number: number, previousFlow: nil, client: side == 0 ? key.low : key.high,
      server: side == 0 ? key.high : key.low, orientation: .syn, close: .unanswered, closedBy: nil, end: reason,
      firstSeen: first, lastSeen: first, answerDelay: nil, counts: counts, clientEnd: clientEnd, serverEnd: serverEnd)
  }
}
