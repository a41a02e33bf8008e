public import PacketDecoding

/// What a ``Flow`` holds of both ends together; see there. In an order that leaves no gaps: with it a flow's storage is
/// small enough for the allocator's quick lists.
@usableFromInline
struct FlowFacts: Sendable, Equatable {
  @usableFromInline var number: Int
  @usableFromInline var previousFlow: Int?
  @usableFromInline var orientation: Flow.Orientation
  @usableFromInline var closedBy: Flow.Closer?
  @usableFromInline var close: Flow.CloseKind
  @usableFromInline var end: Flow.EndReason
  @usableFromInline var idleBeforeClose: Int64?
  @usableFromInline var encapsulation: EncapsulationID
  @usableFromInline var client: SocketAddress
  @usableFromInline var server: SocketAddress
  @usableFromInline var firstSeen: PacketStamp
  @usableFromInline var lastSeen: PacketStamp
  @usableFromInline var endedAt = Timestamp(nanoseconds: 0)
  @usableFromInline var timelineOmitted: Int
  @usableFromInline var observationsOmitted = 0
  @usableFromInline var observations: [Observation] = []
}
