public import PacketDecoding

/// What a ``Flow`` holds of both ends together; see there.
@usableFromInline
struct FlowFacts: Sendable, Equatable {
  @usableFromInline var number: Int
  @usableFromInline var previousFlow: Int?
  @usableFromInline var client: SocketAddress
  @usableFromInline var server: SocketAddress
  @usableFromInline var encapsulation: EncapsulationID
  @usableFromInline var orientation: Flow.Orientation
  @usableFromInline var firstSeen: TimelineEntry.Moment
  @usableFromInline var lastSeen: TimelineEntry.Moment
  @usableFromInline var closedBy: Flow.Closer?
  @usableFromInline var close: Flow.CloseKind
  @usableFromInline var idleBeforeClose: Int64?
  @usableFromInline var timelineOmitted: Int
  @usableFromInline var notices: [FlowNotice] = []
  @usableFromInline var noticesOmitted: Int = 0
  @usableFromInline var endedAt: Timestamp = Timestamp(nanoseconds: 0)
  @usableFromInline var end: Flow.EndReason
}
