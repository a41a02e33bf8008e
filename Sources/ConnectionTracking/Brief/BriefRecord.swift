import PacketDecoding

/// A flow that has gone the ordinary way so far: the three-way handshake, data in order, a FIN from both ends; or a SYN
/// that was refused.
///
/// Most flows never do anything else, and what their records and timelines say then follows from when a few segments
/// passed. So they are kept in half the memory, and their segments pass by a few comparisons. The first segment out of
/// the ordinary changes nothing here: the flow unfolds into the ``FlowRecord`` that it would have been, which takes it.
///
/// It begins as an ``AttemptRecord``, which the SYN-ACK makes one of these. Side 0 is the smaller address of the key.
/// Not copyable, and `mutating` also where it only reads, for the reason ``TCPEndpoint`` gives.
struct BriefRecord: ~Copyable, Sendable {
  // In an order that leaves no gaps: four cache lines.
  /// 0 once the flow has ended and the record waits for another.
  var number: Int
  let key: FlowKey
  private var marks: BriefMarks
  /// When payload passed last; the least value before any.
  var lastPayload = Int64.min
  let first: TimelineEntry.Moment
  /// The last segment's frame, counted from the first one's.
  var lastFrame: UInt32 = 0
  /// Where ``BriefAttachments`` keep how it closes, and its last pause.
  var closing = Slab<PackedClosing>.none
  var pause = Slab<BriefPause>.none
  /// The TSval of ``acknowledgment``.
  var acknowledgmentStamp: UInt32 = 0
  /// The SYN-ACK.
  var answer = BriefMoment()
  /// The client's first segment after it.
  var acknowledgment = BriefMoment()
  /// The server's first segment after that.
  var proof = BriefMoment()
  var ends = [2 of BriefEnd](repeating: BriefEnd())

  /// The flow of `attempt`.
  @inline(__always)
  init(of attempt: inout AttemptRecord, _ key: FlowKey) {
    number = attempt.number
    self.key = key
    first = attempt.first
    let side = Int(attempt.side & 1)
    marks = BriefMarks(client: side)
    ends[side] = BriefEnd(attempt.offer, at: attempt.first.time, .syn)
  }

  var stage: BriefStage {
    @inline(__always) get { marks.stage }
    @inline(__always) set { marks.stage = newValue }
  }
  /// The side that began it.
  var clientSide: Int { @inline(__always) get { marks.client } }
  /// The side that closed first, from ``BriefStage/closing`` on.
  var closer: Int {
    get { marks.closer }
    set { marks.closer = newValue }
  }
  /// The side whose segment was taken last.
  var lastSender: Int {
    get { marks.lastSender }
    @inline(__always) set { marks.lastSender = newValue }
  }

  /// When the last segment passed, in nanoseconds.
  var lastTime: Int64 {
    @inline(__always) mutating get { max(ends[0].time, ends[1].time) }
  }

  /// The last segment.
  var last: TimelineEntry.Moment {
    mutating get {
      TimelineEntry.Moment(time: Timestamp(nanoseconds: lastTime), frame: first.frame &+ UInt64(lastFrame))
    }
  }

  /// When the SYN or the SYN-ACK of `side` passed, in nanoseconds.
  @inline(__always)
  mutating func start(of side: Int) -> Int64 {
    side == clientSide ? first.time.nanoseconds : answer.moment(since: first).time.nanoseconds
  }

  /// The ISN of an end that has sent its SYN.
  mutating func initial(of side: Int) -> SequenceNumber {
    let length = Int(ends[side].payloadBytes) + (hasFIN(of: side) ? 2 : 1)
    return ends[side].next - length
  }

  mutating func isAcknowledged(_ side: Int) -> Bool { ends[side].acknowledged != initial(of: side) }

  /// `side` has sent its FIN.
  func hasFIN(of side: Int) -> Bool { stage >= .closed || stage >= .closing && side == closer }

  /// See ``FlowRecord/isOver``: neither end holds a socket any more once the timer has ended.
  var isOver: Bool { mutating get { stage == .over || isRefused } }

  /// The first FIN was acknowledged by a segment of its own.
  var isFINAcknowledgedAlone: Bool {
    mutating get { ends[1 - closer].facts.contains(.acknowledgedFINAlone) }
  }

  /// See ``FlowRecord/isHalfOpen``.
  var isHalfOpen: Bool { stage == .answered || stage == .acknowledged }

  var client: SocketAddress { mutating get { clientSide == 0 ? key.low : key.high } }
  var server: SocketAddress { mutating get { clientSide == 0 ? key.high : key.low } }
}
