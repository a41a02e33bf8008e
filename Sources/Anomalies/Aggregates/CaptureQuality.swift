public import ConnectionTracking
public import PacketDecoding

/// How far a capture can be trusted.
public struct CaptureQuality: Sendable, Equatable {
  @usableFromInline var counted = 0
  @usableFromInline var countedCut = 0
  public private(set) var firstCut: PacketStamp?
  /// Packets with a time before the one before them.
  public private(set) var backwards = 0
  public private(set) var firstBackwards: PacketStamp?
  /// Packets that lie too far behind one of a later time to be put before it.
  public var misplaced = 0
  /// The farthest step back, in nanoseconds.
  public private(set) var longestStepBack: Int64 = 0
  public private(set) var firstSeen: PacketStamp?
  /// The latest packet that one of an earlier time came behind.
  private var latest: PacketStamp?
  /// The packet before: until there is one, it is of a time that every other lies before.
  @usableFromInline var lastTime = Timestamp(nanoseconds: .max)
  @usableFromInline var lastFrame: UInt64 = 0
  /// Over all flows.
  public private(set) var segments = 0
  public private(set) var duplicates = 0
  public private(set) var superSegments = 0
  public private(set) var payloadBytes = 0
  public private(set) var uncapturedBytes = 0
  public private(set) var flows = 0
  public private(set) var oneSidedFlows = 0
  public private(set) var evictedFlows = 0
  /// The packets that show the first of each.
  public private(set) var firstDuplicate: PacketStamp?
  public private(set) var firstUncaptured: PacketStamp?
  /// Transitions and observations of flows that found no room.
  public private(set) var transitionsOmitted = 0
  public private(set) var observationsOmitted = 0
  /// Files that ended inside a packet, or were damaged.
  public var damagedFiles = 0
  /// Packets that could not be followed: fragments given up, or encapsulated too deep.
  public var unsupportedPackets = 0
  /// Packets in encapsulations that hide TCP or may do so, by the name of the encapsulation.
  public var hiddenPackets: [String: Int] = [:]

  /// Connections that are in the capture twice.
  private(set) var pairs = TranslatedPairs()
  /// The same of attempts that failed.
  private(set) var attempts = TranslatedPairs()
  /// What the checksums say, where they were verified.
  public var checksums = ChecksumStatistics()

  public init() {}

  public var packets: Int { counted }
  /// Packets of which the snap length cut something off.
  public var cut: Int { countedCut }
  public var lastSeen: PacketStamp? {
    if counted == 0 { return nil }
    let last = PacketStamp(time: lastTime, frame: lastFrame)
    guard let latest, last < latest, !Self.isClockJump(from: latest.time, to: last.time) else { return last }
    return latest
  }

  /// Times that go back so far were not put out of order on the way to the file.
  static func isClockJump(from earlier: Timestamp, to time: Timestamp) -> Bool {
    earlier.nanoseconds(since: time) >= 1_000_000_000
  }

  /// Takes in a packet as it was read.
  @inlinable @inline(__always)
  public mutating func count(_ info: PacketInfo, captured: Int) {
    let isCut = captured < info.originalLength
    if info.time < lastTime || isCut && countedCut == 0 { countOdd(info, isCut: isCut) }
    counted &+= 1
    countedCut &+= isCut ? 1 : 0
    lastTime = info.time
    lastFrame = info.frame
  }

  /// Takes over what another met packet by packet; what flows show stays.
  public mutating func takePackets(of other: CaptureQuality) {
    counted = other.counted
    countedCut = other.countedCut
    firstCut = other.firstCut
    backwards = other.backwards
    firstBackwards = other.firstBackwards
    misplaced = other.misplaced
    latest = other.latest
    longestStepBack = other.longestStepBack
    firstSeen = other.firstSeen
    lastTime = other.lastTime
    lastFrame = other.lastFrame
    checksums = other.checksums
  }

  /// Takes in what is special of a packet: that it is the first, or the first that was cut, or that its time lies back.
  @usableFromInline @inline(never)
  mutating func countOdd(_ info: PacketInfo, isCut: Bool) {
    let moment = PacketStamp(time: info.time, frame: info.frame)
    if isCut, firstCut == nil { firstCut = moment }
    if counted == 0 {
      firstSeen = moment
    } else if info.time < lastTime {
      backwards &+= 1
      longestStepBack = max(longestStepBack, lastTime.nanoseconds(since: info.time))
      if firstBackwards == nil { firstBackwards = moment }
      if !Self.isClockJump(from: lastTime, to: info.time) { keepOrder(moment) }
    }
  }

  /// Takes in a packet that another of a later time came before.
  private mutating func keepOrder(_ moment: PacketStamp) {
    PacketStamp.keepEarliest(&firstSeen, moment)
    let before = PacketStamp(time: lastTime, frame: lastFrame)
    if latest.map({ $0 < before }) ?? true { latest = before }
  }

  /// Takes in flows that have ended.
  mutating func add(_ flows: Span<FlowDigest>) {
    for index in flows.indices { add(flows[index]) }
  }

  /// Takes in a flow that has ended.
  ///
  /// - Parameter previous: the flow that it took the place of.
  @inline(__always)
  mutating func add(_ flow: FlowDigest, previous: Int? = nil) {
    flows += 1
    pairs.add(flow, previous: previous)
    attempts.add(attempt: flow, previous: previous)
    segments += flow.packets
    payloadBytes += flow.payloadBytes
    let isOneSided = !flow.clientEnd.hasSent || !flow.serverEnd.hasSent
    if isOneSided, flow.packets > 5, flow.close != .unanswered { oneSidedFlows += 1 }
    if flow.end == .evicted { evictedFlows += 1 }
  }

  /// Takes in what only an eventful flow has.
  mutating func addEvents(of flow: Flow) {
    for end in [flow.clientEnd, flow.serverEnd] {
      segments += end.duplicatePackets
      duplicates += end.duplicatePackets
      superSegments += end.superSegments
      uncapturedBytes += end.uncapturedBytes
    }
    transitionsOmitted += flow.timelineOmitted
    observationsOmitted += flow.observationsOmitted
    for observation in flow.observations {
      if observation.kind == .duplicatePacket { PacketStamp.keepEarliest(&firstDuplicate, observation.first) }
      if observation.kind == .uncaptured { PacketStamp.keepEarliest(&firstUncaptured, observation.first) }
    }
  }
}

extension CaptureQuality {
  /// Takes in what another part of the input showed. Between two parts no packet comes before another.
  public mutating func merge(_ other: CaptureQuality) {
    mergePackets(of: other)
    segments += other.segments
    duplicates += other.duplicates
    superSegments += other.superSegments
    payloadBytes += other.payloadBytes
    uncapturedBytes += other.uncapturedBytes
    flows += other.flows
    oneSidedFlows += other.oneSidedFlows
    evictedFlows += other.evictedFlows
    PacketStamp.keepEarliest(&firstDuplicate, other.firstDuplicate)
    PacketStamp.keepEarliest(&firstUncaptured, other.firstUncaptured)
    transitionsOmitted += other.transitionsOmitted
    observationsOmitted += other.observationsOmitted
    damagedFiles += other.damagedFiles
    unsupportedPackets += other.unsupportedPackets
    hiddenPackets.merge(other.hiddenPackets, uniquingKeysWith: +)
    pairs.merge(other.pairs)
    attempts.merge(other.attempts)
    checksums.merge(other.checksums)
  }

  private mutating func mergePackets(of other: CaptureQuality) {
    if let last = other.lastSeen, lastSeen.map({ $0 < last }) ?? true {
      (lastTime, lastFrame) = (last.time, last.frame)
    }
    counted += other.counted
    countedCut += other.countedCut
    backwards += other.backwards
    misplaced += other.misplaced
    longestStepBack = max(longestStepBack, other.longestStepBack)
    PacketStamp.keepEarliest(&firstCut, other.firstCut)
    PacketStamp.keepEarliest(&firstBackwards, other.firstBackwards)
    PacketStamp.keepEarliest(&firstSeen, other.firstSeen)
  }
}

extension PacketStamp {
  /// By time, and by frame where that is the same.
  static func < (left: PacketStamp, right: PacketStamp) -> Bool {
    (left.time, left.frame) < (right.time, right.frame)
  }

  /// Keeps the earlier of both.
  static func keepEarliest(_ kept: inout PacketStamp?, _ stamp: PacketStamp?) {
    guard let stamp else { return }
    if let earlier = kept, !(stamp < earlier) { return }
    kept = stamp
  }
}
