import PacketDecoding

/// A flow that has gone the ordinary way so far: the three-way handshake, data in order, a FIN from both ends.
///
/// Most flows never do anything else, and what their records and timelines say then follows from when a few segments
/// passed. So they are kept in half the memory, and their segments pass by a few comparisons. The first segment out of
/// the ordinary changes nothing here: the flow unfolds into the ``FlowRecord`` that it would have been, which takes it.
///
/// It begins as an ``AttemptRecord``, which the SYN-ACK makes one of these. Side 0 is the smaller address of the key. Not copyable, and `mutating` also where it only reads, for the reason
/// ``TCPEndpoint`` gives.
struct BriefRecord: ~Copyable, Sendable {
  /// 0 once the flow has ended and the record waits for another.
  var number: Int
  let key: FlowKey
  let first: TimelineEntry.Moment
  /// When the last segment passed, in nanoseconds, and its frame.
  var lastTime: Int64
  var lastFrame: UInt64
  /// When payload passed last; the least value before any.
  var lastPayload = Int64.min
  /// The SYN-ACK.
  var answer = BriefMoment()
  /// The client's first segment after it.
  var acknowledgment = BriefMoment()
  /// Its TSval.
  var acknowledgmentStamp: UInt32 = 0
  /// The server's first segment after that.
  var proof = BriefMoment()
  var pause = BriefPause()
  /// Where ``FlowTable`` lists it.
  var place: UInt32 = 0
  /// Where ``FlowTable`` keeps how it closes.
  var closing = Slab<BriefClosing>.none
  var stage = BriefStage.opening
  let clientSide: UInt8
  /// The side that closed first, from ``BriefStage/closing`` on.
  var closer: UInt8 = 0
  /// The side whose segment was taken last.
  var lastSender: UInt8
  var ends = [2 of BriefEnd](repeating: BriefEnd())

  /// A flow that begins with `syn`, which is still to be taken.
  @inline(__always)
  init(number: Int, key: FlowKey, side: UInt8, syn: Segment) {
    self.number = number
    self.key = key
    first = TimelineEntry.Moment(time: syn.time, frame: syn.frame)
    lastTime = syn.time.nanoseconds
    lastFrame = syn.frame
    clientSide = side
    lastSender = side
  }

  /// The last segment.
  var last: TimelineEntry.Moment {
    mutating get { TimelineEntry.Moment(time: Timestamp(nanoseconds: lastTime), frame: lastFrame) }
  }

  /// The first FIN was acknowledged by a segment of its own.
  var isFINAcknowledgedAlone: Bool {
    mutating get { ends[1 - Int(closer)].facts.contains(.acknowledgedFINAlone) }
  }

  /// See ``FlowRecord/isHalfOpen``.
  var isHalfOpen: Bool { stage == .answered || stage == .acknowledged }

  var server: SocketAddress { mutating get { clientSide == 0 ? key.high : key.low } }
}

/// How far a flow has come on the ordinary way.
enum BriefStage: UInt8, Sendable, Comparable {
  /// The SYN has passed; see ``AttemptRecord``.
  case opening
  /// The SYN-ACK has passed.
  case answered
  /// The client has acknowledged it.
  case acknowledged
  /// The server has sent something since: both ends are ESTABLISHED beyond doubt.
  case steady
  /// The first FIN has passed.
  case closing
  /// It was acknowledged by a segment of its own.
  case halfClosed
  /// The second FIN has passed, which acknowledges the first.
  case closed
  /// It was acknowledged.
  case over

  static func < (left: BriefStage, right: BriefStage) -> Bool { left.rawValue < right.rawValue }
}

/// One end of a flow in brief. Everything of it that passed is in order, so ``next`` stands for several numbers of a
/// ``SequenceSpace``.
struct BriefEnd: Sendable {
  // In an order that leaves no gaps.
  var timestamps = TimestampClock()
  var maximumSegmentSize: UInt16 = 0
  var facts: EndpointFacts = []
  var latest = LatestSegment()
  var response = ResponseTime()
  var window = AdvertisedWindow()
  /// SND.NXT.
  var next = SequenceNumber(0)
  /// SND.UNA; the ISN before anything was acknowledged.
  var acknowledged = SequenceNumber(0)
  /// The ISN.
  var initial = SequenceNumber(0)
  var packets: UInt32 = 0
  var bytes: UInt32 = 0
  var payloadBytes: UInt32 = 0

  var isAcknowledged: Bool { acknowledged != initial }
}
