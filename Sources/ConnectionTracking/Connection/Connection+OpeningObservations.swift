import PacketDecoding

// SYNs: repeated, changed, with data, where no SYN belongs; and flags that no stack sends.

extension Connection {
  mutating func noteSYN(_ segment: Segment, _ side: Side, in stores: inout ConnectionStores) {
    if opensAnew(segment, side: side) { return noteSYNInConnection(segment, side, in: &stores) }
    if segment.flags.contains(.ack) {
      noteSYNACK(segment, side, in: &stores)
    } else {
      notePlainSYN(segment, side, in: &stores)
    }
    if segment.options.kinds.contains(.fastOpen) {
      add(.fastOpenOption, segment, side, in: &stores) { $0.distance = Int(segment.options.fastOpenCookieLength) }
    }
  }

  private mutating func notePlainSYN(_ segment: Segment, _ side: Side, in stores: inout ConnectionStores) {
    if segment.wirePayloadLength > 0 {
      add(.synWithData, segment, side, in: &stores) { $0.bytes = segment.wirePayloadLength }
    }
    guard ends[side].facts.contains(.sentSYN), ends[side].initialSequence == segment.sequence,
      !isOldCopy(segment, from: side)
    else { return }
    let since = segment.time.nanoseconds &- ends[side].lastTime
    // Of an earlier connection, the peer's SYN-ACK answered another SYN.
    let isAnswered =
      ends[peer(of: side)].facts.contains(.sentSYNACK) && ends[side].synIsCovered(by: ends[side].acknowledged)
    add(.synRepeated, segment, side, in: &stores, window: .max) { observation in
      observation.delay = since
      if isAnswered { observation.circumstances.insert(.acknowledged) }
    }
  }

  private mutating func noteSYNACK(_ segment: Segment, _ side: Side, in stores: inout ConnectionStores) {
    let opener = peer(of: side)
    if ends[side].facts.contains(.sentSYN) { add(.synACKOfOpener, segment, side, in: &stores, window: .max) }
    if let initial = ends[opener].initialSequence, let acknowledgment = segment.acknowledgment {
      let beyond = acknowledgment.distance(from: initial + 1)
      if beyond < 0 || acknowledgment > ends[opener].next {
        add(.synACKWrongAcknowledgment, segment, side, in: &stores) { $0.distance = beyond }
      } else if beyond == 0, ends[opener].next > acknowledgment, !ends[side].facts.contains(.sentSYNACK) {
        let ignored = ends[opener].next.distance(from: acknowledgment)
        add(.synDataIgnored, segment, side, in: &stores) { $0.bytes = ignored }
      }
    }
    guard ends[side].facts.contains(.sentSYNACK), let earlier = ends[side].initialSequence else { return }
    if earlier == segment.sequence {
      noteSYNACKAgain(segment, side, in: &stores)
    } else {
      add(.synACKOtherSequence, segment, side, in: &stores) { $0.distance = segment.sequence.distance(from: earlier) }
    }
  }

  private mutating func noteSYNACKAgain(_ segment: Segment, _ side: Side, in stores: inout ConnectionStores) {
    guard !isOldCopy(segment, from: side) else { return }
    let openerSentData = ends[peer(of: side)].facts.contains(.sentData)
    let isAcknowledged = ends[side].synIsCovered(by: ends[side].acknowledged)
    let since = segment.time.nanoseconds &- ends[side].lastTime
    let echoes = isAcknowledged && echoesThirdACK(segment, side: side, in: &stores)
    add(.synACKRepeated, segment, side, in: &stores, window: .max) { observation in
      observation.delay = since
      if isAcknowledged { observation.circumstances.insert(.acknowledged) }
      if echoes { observation.circumstances.insert(.echoesThirdACK) }
      if openerSentData { observation.circumstances.insert(.peerSentData) }
    }
  }

  private mutating func noteSYNInConnection(_ segment: Segment, _ side: Side, in stores: inout ConnectionStores) {
    let distance = segment.sequence.distance(from: ends[side].next)
    let since = segment.time.nanoseconds &- ends[side].lastTime
    let isNewer = ends[side].clock.isNewer(segment)
    add(.synInConnection, segment, side, in: &stores, window: 10_000_000_000) { observation in
      observation.distance = distance
      observation.delay = since
      if isNewer { observation.circumstances.insert(.newerTimestamp) }
    }
    watch.insert(.challenge(peer(of: side)))
  }

  /// `side` takes the SYN inside this connection, and had not challenged it.
  mutating func noteTakenSYN(by side: Side, in stores: inout ConnectionStores) {
    guard newest(.challengeACK, side, in: &stores) == nil else { return }
    update(.synInConnection, peer(of: side), in: &stores) {
      $0.circumstances.insert(.acknowledged)
    }
  }

  /// The observation that the flow after this one begins with.
  mutating func reuseNotice(
    _ segment: Segment, from side: Side, in stores: inout ConnectionStores
  ) -> Observation {
    let moment = PacketStamp(time: segment.time, frame: segment.frame)
    var observation = Observation(kind: .reuse, sender: .client, first: moment)
    observation.delay = segment.time.nanoseconds(since: Timestamp(nanoseconds: lastTime(&stores)))
    observation.distance = segment.sequence.distance(from: ends[side].next)
    observation.senderState = ends[side].state
    observation.receiverState = ends[peer(of: side)].state
    if ends[side].clock.isNewer(segment) { observation.circumstances.insert(.newerTimestamp) }
    if side != clientSide { observation.circumstances.insert(.rolesSwapped) }
    return observation
  }

  /// Flags and fields that a stack does not send.
  @inline(__always)
  mutating func noteShape(_ segment: Segment, _ side: Side, in stores: inout ConnectionStores) {
    let flags = segment.flags
    if flags.contains(.syn) {
      if flags.contains(.fin) { add(.synFIN, segment, side, in: &stores) }
      if flags.contains(.rst) { add(.synRST, segment, side, in: &stores) }
      if isSelfConnect, !flags.contains(.ack) { add(.land, segment, side, in: &stores, window: .max) }
    } else if flags.isDisjoint(with: [.ack, .rst]) {
      let isXmas = flags.isSuperset(of: [.fin, .psh, .urg])
      add(isXmas ? .xmasFlags : flags.contains(.fin) ? .finWithoutACK : .nullFlags, segment, side, in: &stores)
    }
    if flags.contains(.urg), segment.urgentPointer > 0, !flags.contains(.syn) {
      add(.urgent, segment, side, in: &stores, window: .max)
    }
    if segment.wirePayloadLength > largestPayload(of: side) {
      let place = makeExtras(&stores)
      stores.extras[place].ends[side].superSegments &+= 1
      if stores.extras[place].ends[side].superSegments == 1 {
        add(.superSegment, segment, side, in: &stores) { $0.bytes = segment.wirePayloadLength }
      }
    }
  }
}
