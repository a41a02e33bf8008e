import PacketDecoding

// SYNs: repeated, changed, with data, where no SYN belongs; and flags that no stack sends.

extension FlowRecord {
  mutating func noteSYN(_ segment: Segment, _ side: Int, _ store: inout NoticeStore) {
    if opensAnew(segment, side: side) { return noteSYNInConnection(segment, side, &store) }
    if segment.flags.contains(.ack) { noteSYNACK(segment, side, &store) } else { notePlainSYN(segment, side, &store) }
    if segment.options.kinds.contains(.fastOpen) {
      add(.fastOpenOption, segment, side, &store) { $0.distance = Int(segment.options.fastOpenCookieLength) }
    }
  }

  private mutating func notePlainSYN(_ segment: Segment, _ side: Int, _ store: inout NoticeStore) {
    if segment.wirePayloadLength > 0 {
      add(.synWithData, segment, side, &store) { $0.bytes = segment.wirePayloadLength }
    }
    guard ends[side].facts.contains(.sentSYN), ends[side].sending.initial == segment.sequence,
      !isOldCopy(segment, from: side)
    else { return }
    let since = segment.time.nanoseconds &- ends[side].latest.time
    let isAnswered = ends[peer(of: side)].facts.contains(.sentSYNACK)
    add(.synRepeated, segment, side, &store, window: .max) { notice in
      notice.delay = since
      if isAnswered { notice.circumstances.insert(.acknowledged) }
    }
  }

  private mutating func noteSYNACK(_ segment: Segment, _ side: Int, _ store: inout NoticeStore) {
    let opener = ends[peer(of: side)].sending
    if ends[side].facts.contains(.sentSYN) { add(.synACKOfOpener, segment, side, &store, window: .max) }
    if let initial = opener.initial, let acknowledgment = segment.acknowledgment {
      let beyond = acknowledgment.distance(from: initial + 1)
      if beyond < 0 || acknowledgment > opener.next {
        add(.synACKWrongAcknowledgment, segment, side, &store) { $0.distance = beyond }
      } else if beyond == 0, opener.next > acknowledgment, !ends[side].facts.contains(.sentSYNACK) {
        let ignored = opener.next.distance(from: acknowledgment)
        add(.synDataIgnored, segment, side, &store) { $0.bytes = ignored }
      }
    }
    guard ends[side].facts.contains(.sentSYNACK), let earlier = ends[side].sending.initial else { return }
    if earlier == segment.sequence {
      noteSYNACKAgain(segment, side, &store)
    } else {
      add(.synACKOtherSequence, segment, side, &store) { $0.distance = segment.sequence.distance(from: earlier) }
    }
  }

  private mutating func noteSYNACKAgain(_ segment: Segment, _ side: Int, _ store: inout NoticeStore) {
    guard !isOldCopy(segment, from: side) else { return }
    let openerSentData = ends[peer(of: side)].facts.contains(.sentData)
    let isAcknowledged = ends[side].sending.synIsCovered(by: ends[side].sending.acknowledged)
    let since = segment.time.nanoseconds &- ends[side].latest.time
    add(.synACKRepeated, segment, side, &store, window: .max) { notice in
      notice.delay = since
      if isAcknowledged { notice.circumstances.insert(.acknowledged) }
      if openerSentData { notice.circumstances.insert(.peerSentData) }
    }
  }

  private mutating func noteSYNInConnection(_ segment: Segment, _ side: Int, _ store: inout NoticeStore) {
    let distance = segment.sequence.distance(from: ends[side].sending.next)
    let since = segment.time.nanoseconds &- ends[side].latest.time
    let isNewer = ends[side].timestamps.isNewer(segment)
    add(.synInConnection, segment, side, &store, window: 10_000_000_000) { notice in
      notice.distance = distance
      notice.delay = since
      if isNewer { notice.circumstances.insert(.newerTimestamp) }
    }
    watch.insert(.challenge(peer(of: side)))
  }

  /// `side` takes the SYN inside this connection, and had not challenged it.
  mutating func noteTakenSYN(by side: Int, _ store: inout NoticeStore) {
    guard store.newest(.challengeACK, role(of: side), in: notices) == nil else { return }
    store.update(.synInConnection, role(of: peer(of: side)), in: notices) {
      $0.circumstances.insert(.acknowledged)
    }
  }

  /// The notice that the flow after this one begins with.
  mutating func reuseNotice(_ segment: Segment, from side: Int) -> FlowNotice {
    let moment = TimelineEntry.Moment(time: segment.time, frame: segment.frame)
    var notice = FlowNotice(kind: .reuse, sender: .client, first: moment)
    notice.delay = segment.time.nanoseconds(since: last.time)
    notice.distance = segment.sequence.distance(from: ends[side].sending.next)
    notice.senderState = ends[side].state
    notice.receiverState = ends[peer(of: side)].state
    if ends[side].timestamps.isNewer(segment) { notice.circumstances.insert(.newerTimestamp) }
    if side != Int(clientSide) { notice.circumstances.insert(.rolesSwapped) }
    return notice
  }

  /// Flags and fields that a stack does not send.
  @inline(__always)
  mutating func noteShape(_ segment: Segment, _ side: Int, _ store: inout NoticeStore) {
    let flags = segment.flags
    if flags.contains(.syn) {
      if flags.contains(.fin) { add(.synFIN, segment, side, &store) }
      if flags.contains(.rst) { add(.synRST, segment, side, &store) }
      if isSelfConnect, !flags.contains(.ack) { add(.land, segment, side, &store, window: .max) }
    } else if flags.isDisjoint(with: [.ack, .rst]) {
      let isXmas = flags.isSuperset(of: [.fin, .psh, .urg])
      add(isXmas ? .xmasFlags : flags.contains(.fin) ? .finWithoutACK : .nullFlags, segment, side, &store)
    }
    if flags.contains(.urg), segment.urgentPointer > 0, !flags.contains(.syn) {
      add(.urgent, segment, side, &store, window: .max)
    }
    if segment.wirePayloadLength > largestPayload(of: side) {
      ends[side].counters.superSegments &+= 1
      if ends[side].counters.superSegments == 1 {
        add(.superSegment, segment, side, &store) { $0.bytes = segment.wirePayloadLength }
      }
    }
  }
}
