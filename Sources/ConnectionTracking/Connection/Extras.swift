import PacketDecoding

/// What only few connections have, apart from the others: an ordinary one takes no more memory than it needs.
struct Extras: Sendable {
  var ends: [2 of EndpointExtras] = .init { _ in EndpointExtras() }
  var observations = Chain()
  /// The last packet, where that was a RST, or its frame is far from the first.
  var last = PacketStamp(time: Timestamp(nanoseconds: 0), frame: 0)
  /// The deadline of the side whose timer is not in the record.
  var secondDeadline = Int64.max
  /// The number of the incarnation before; 0 where there was none.
  var previous = 0
  /// The TIME_WAIT of the incarnation before; nil where none stood in the way.
  var earlierTimeWait: EarlierTimeWait?
  /// The last pause that ended in more data or an ACK, and has not been told of.
  var pause: Pause?
  /// Moments that have no room in a ``LogEntry``.
  var moments: [PacketStamp] = []
  /// Transitions that found no room in the log.
  var transitionsOmitted: UInt32 = 0
}

/// An end in TIME_WAIT that was thought to have made way for this connection, and what it would answer with.
struct EarlierTimeWait: Sendable {
  var side: Side
  /// Its SND.NXT and RCV.NXT.
  var sequence: SequenceNumber
  var acknowledgment: SequenceNumber
}

/// What only few ends have.
struct EndpointExtras: Sendable {
  // In an order that leaves few gaps.
  /// When its FIN first passed, in nanoseconds; the least value where its log says so.
  var finTime = Int64.min
  /// When the newest acknowledgment of what is pending passed on its way to it, in nanoseconds.
  var acknowledgedAt = Int64.min / 2
  /// When its peer last sent something again, in nanoseconds.
  var repeatedAt = Int64.min / 2
  var retransmittedBytes: UInt64 = 0
  var uncapturedBytes: UInt64 = 0
  /// Payload bytes that had passed before, or that nobody took.
  var repeatedPayloadBytes: UInt64 = 0
  /// When its last RST passed, in nanoseconds; the least value before any.
  var resetTime = Int64.min
  var last = LastSegment()
  /// When the segment passed, and the RST, of which a copy without identification was taken last, in nanoseconds.
  var copiedTime = Int64.min
  var copiedResetTime = Int64.min
  /// When its peer first acknowledged what had not passed, and up to where that was; the least value before.
  var overtakenTime = Int64.min
  /// Arrivals pending that ``PendingArrivals`` has no code or no room for, each at its place there.
  var pending: [ArrivalEvents] = []
  /// What would prove them, where ``TCPEndpoint/response`` of the peer has no room for it.
  var proofs: [ArrivalProof] = []
  // The upper halves of what the endpoint counts in 32 bits.
  var packetsBeyond: UInt32 = 0
  var bytesBeyond: UInt32 = 0
  var payloadBeyond: UInt32 = 0
  var retransmittedSegments: UInt32 = 0
  var outOfOrderSegments: UInt32 = 0
  var zeroWindows: UInt32 = 0
  /// Packets that the capture holds twice; the copies are counted here alone.
  var duplicatePackets: UInt32 = 0
  /// Segments larger than the peer's MSS: put together by the capturing host before the tap.
  var superSegments: UInt32 = 0
  /// Everything before it passed the tap, or was acknowledged; see ``EndpointFacts/hasGap``.
  var contiguous = SequenceNumber(0)
  var overtakenBy = SequenceNumber(0)
  /// See ``EndpointFacts/hasPassedFIN``.
  var finEnd = SequenceNumber(0)
  /// See ``EndpointFacts/hasOtherEdge``.
  var edge = SequenceNumber(0)
  /// The ISN of a SYN that may open this end anew.
  var reopeningSequence = SequenceNumber(0)
  /// Where what it sent beyond a hole is kept.
  var holes = DisorderStore.none
  var duplicates = DuplicateACKs()
  var resetSequence = SequenceNumber(0)
  var resetAcknowledgment: SequenceNumber?
  var resetIdentification: UInt16 = 0
  var resetWindow: UInt16 = 0
}

/// The place of an end's last segment, RST aside: where that passed at the time of the end's last one, for what only
/// carries an open connection on is not kept here.
struct LastSegment: Sendable, Equatable {
  /// In nanoseconds; the least value before any.
  var time = Int64.min
  var sequence = SequenceNumber(0)
  var end = SequenceNumber(0)
  var acknowledgment = SequenceNumber(0)
  /// Its TSval; 0 without one.
  var timestamp: UInt32 = 0

  init() {}

  init(_ segment: Segment) {
    time = segment.time.nanoseconds
    sequence = segment.sequence
    end = segment.sequenceEnd
    acknowledgment = segment.acknowledgment ?? SequenceNumber(0)
    timestamp = segment.options.kinds.contains(.timestamps) ? segment.options.timestampValue : 0
  }

  /// True where both look alike, whenever they passed.
  func looksLike(_ other: LastSegment) -> Bool {
    sequence == other.sequence && end == other.end && acknowledgment == other.acknowledgment
      && timestamp == other.timestamp
  }
}

/// The extras of all open connections.
struct ExtrasStore: ~Copyable, Sendable {
  /// The place of a connection that has none.
  static var none: UInt32 { 0 }

  private var extras = Slab<Extras>()

  init() {
    // What is read where there are none.
    _ = extras.insert(Extras())
  }

  /// Bytes that they take.
  var footprint: Int { extras.footprint - MemoryLayout<Extras>.stride }

  /// The extras at `place`: where that is ``none``, what all begin with, and that must not be changed.
  subscript(place: UInt32) -> Extras {
    @inline(__always) unsafeAddress { unsafe UnsafePointer(extras.address(place)) }
    @inline(__always) unsafeMutableAddress { unsafe extras.address(place) }
  }

  /// Takes the extras of a connection that has none yet.
  mutating func make() -> UInt32 { extras.insert(Extras()) }

  /// Asks for the extras at `place` ahead of their use.
  @inline(__always)
  func prefetch(_ place: UInt32) { extras.prefetch(place) }

  /// The extras at `place` are not needed any more.
  mutating func remove(_ place: UInt32) {
    extras[place] = Extras()
    extras.remove(place)
  }
}
