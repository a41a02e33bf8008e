public import ConnectionTracking
public import PacketDecoding

/// How far a capture can be trusted.
public struct CaptureQuality: Sendable, Equatable {
  public private(set) var packets = 0
  /// Packets of which the snap length cut something off.
  public private(set) var cut = 0
  public private(set) var firstCut: TimelineEntry.Moment?
  /// Packets with a time before the one before them.
  public private(set) var backwards = 0
  public private(set) var firstBackwards: TimelineEntry.Moment?
  /// The farthest step back, in nanoseconds.
  public private(set) var longestStepBack: Int64 = 0
  public private(set) var firstSeen: TimelineEntry.Moment?
  public private(set) var lastSeen: TimelineEntry.Moment?
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
  public private(set) var firstDuplicate: TimelineEntry.Moment?
  public private(set) var firstUncaptured: TimelineEntry.Moment?
  /// Files that ended inside a packet, or were damaged.
  public var damagedFiles = 0
  /// Packets that could not be followed: fragments given up, encapsulations that are not unwrapped.
  public var unsupportedPackets = 0

  /// Connections that are in the capture twice.
  private(set) var twins = TwinFlows()
  /// What the checksums say, where they were verified.
  public var checksums = ChecksumCensus()

  public init() {}

  /// Takes in a packet as it was read.
  @inline(__always)
  public mutating func count(_ info: PacketInfo, captured: Int) {
    packets &+= 1
    if captured < info.originalLength { countCut(info) }
    if let last = lastSeen, info.time < last.time { countStepBack(info, since: last.time) }
    let moment = TimelineEntry.Moment(time: info.time, frame: info.frame)
    if firstSeen == nil { firstSeen = moment }
    lastSeen = moment
  }

  /// Takes over what another met packet by packet; what flows show stays.
  public mutating func takePackets(of other: CaptureQuality) {
    packets = other.packets
    cut = other.cut
    firstCut = other.firstCut
    backwards = other.backwards
    firstBackwards = other.firstBackwards
    longestStepBack = other.longestStepBack
    firstSeen = other.firstSeen
    lastSeen = other.lastSeen
    checksums = other.checksums
  }

  private mutating func countCut(_ info: PacketInfo) {
    cut &+= 1
    if firstCut == nil { firstCut = TimelineEntry.Moment(time: info.time, frame: info.frame) }
  }

  private mutating func countStepBack(_ info: PacketInfo, since last: Timestamp) {
    backwards &+= 1
    longestStepBack = max(longestStepBack, last.nanoseconds(since: info.time))
    if firstBackwards == nil { firstBackwards = TimelineEntry.Moment(time: info.time, frame: info.frame) }
  }

  mutating func add(_ flow: Flow) {
    flows += 1
    twins.add(flow)
    for end in [flow.clientEnd, flow.serverEnd] {
      segments += end.packets + end.duplicatePackets
      duplicates += end.duplicatePackets
      superSegments += end.superSegments
      payloadBytes += end.distinctPayloadBytes
      uncapturedBytes += end.uncapturedBytes
    }
    let isOneSided = flow.clientEnd.packets == 0 || flow.serverEnd.packets == 0
    if isOneSided, flow.clientEnd.packets + flow.serverEnd.packets > 5, flow.close != .unanswered { oneSidedFlows += 1 }
    if flow.end == .evicted { evictedFlows += 1 }
    for notice in flow.notices {
      if notice.kind == .duplicatePacket { Self.keepEarliest(&firstDuplicate, notice.first) }
      if notice.kind == .uncaptured { Self.keepEarliest(&firstUncaptured, notice.first) }
    }
  }

  private static func keepEarliest(_ kept: inout TimelineEntry.Moment?, _ moment: TimelineEntry.Moment) {
    if let earlier = kept, earlier.time <= moment.time { return }
    kept = moment
  }
}
