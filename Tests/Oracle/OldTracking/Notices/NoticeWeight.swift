/// What a flow's notices say of whether a ``FlowDigest`` tells all that is counted of it; see
/// ``TrackerConfiguration/digestsUneventful``.
struct NoticeWeight: OptionSet, Sendable {
  let rawValue: UInt8

  /// One that a digest does not tell of.
  static let eventful = NoticeWeight(rawValue: 1 << 0)
  /// A RST.
  static let reset = NoticeWeight(rawValue: 1 << 1)
  /// A timeout.
  static let timeout = NoticeWeight(rawValue: 1 << 2)

  /// Takes in another notice of `kind`.
  @inline(__always)
  mutating func add(_ kind: NoticeKind) {
    if NoticeKinds.eventful.contains(NoticeKinds(kind)) { insert(.eventful) }
    if kind == .timeoutRetransmission { insert(.timeout) }
    if kind == .reset { insert(contains(.reset) ? .eventful : .reset) }
  }
}

extension NoticeKinds {
  /// Kinds that are counted, and that a digest does not tell of, whatever else happened.
  package static var eventful: NoticeKinds {
    [
      NoticeKinds(.synRepeated), NoticeKinds(.synACKRepeated), NoticeKinds(.synACKOtherSequence),
      NoticeKinds(.synACKWrongAcknowledgment), NoticeKinds(.synACKOfOpener), NoticeKinds(.synWithData),
      NoticeKinds(.fastOpenOption), NoticeKinds(.synDataIgnored), NoticeKinds(.dataBeforeEstablished),
      NoticeKinds(.synInConnection), NoticeKinds(.reuse), NoticeKinds(.dataAfterPeerFIN), NoticeKinds(.uncaptured),
      NoticeKinds(.duplicatePacket), NoticeKinds(.superSegment), NoticeKinds(.badChecksum),
    ]
  }
}
