import PacketDecoding

// What is counted of a flow in brief that ends as it is, without its story; the two must say the same. An attempt has a
// digest of its own: here the SYN has been answered.

extension BriefRecord {
  /// What is counted of the flow.
  ///
  /// - Parameters:
  ///   - end: up to when it was followed.
  ///   - hasExpired: that is when TIME_WAIT ended.
  @inline(__always)
  mutating func digest(
    _ closing: BriefClosing?, _ reason: Flow.EndReason, at end: Timestamp, hasExpired: Bool
  ) -> FlowDigest {
    let path = path(closing)
    let side = clientSide
    return FlowDigest(
      number: number, client: client, orientation: .syn, close: path.kind, closedBy: closer(path), end: reason,
      server: server, firstSeen: first, lastSeen: last, answerDelay: answerDelay,
      packets: Int(ends[0].packets) + Int(ends[1].packets),
      payloadBytes: Int(ends[0].payloadBytes) + Int(ends[1].payloadBytes),
      clientEnd: digest(of: side, closing, until: end.nanoseconds, hasExpired),
      serverEnd: digest(of: 1 - side, closing, until: end.nanoseconds, hasExpired))
  }

  private var answerDelay: Int64 { mutating get { answer.moment(since: first).time.nanoseconds(since: first.time) } }

  @inline(__always)
  private mutating func digest(
    of side: Int, _ closing: BriefClosing?, until end: Int64, _ hasExpired: Bool
  ) -> EndpointDigest {
    var digest = EndpointDigest(initialSequence: initial(of: side), state: .established, hasSent: true)
    guard let closing else {
      if stage == .answered, side != clientSide { digest.state = .synReceived }
      return digest
    }
    if side == closer {
      closing.digestCloser(&digest, at: stage, isAlone: isFINAcknowledgedAlone, until: end, hasExpired)
    } else {
      closing.digestOther(&digest, at: stage, isAlone: isFINAcknowledgedAlone, until: end)
    }
    return digest
  }
}

extension BriefClosing {
  fileprivate func digestCloser(
    _ digest: inout EndpointDigest, at stage: BriefStage, isAlone: Bool, until end: Int64, _ hasExpired: Bool
  ) {
    guard stage >= .closed else { return digest.state = isAlone ? .finWait2 : .finWait1 }
    digest.state = hasExpired ? .closed : .timeWait
    let since = secondFIN.time
    let waited = end &- since.nanoseconds
    if waited > 0 { digest.timeWait = EndpointDigest.Stay(since: since, nanoseconds: waited) }
  }

  fileprivate func digestOther(_ digest: inout EndpointDigest, at stage: BriefStage, isAlone: Bool, until end: Int64) {
    guard stage < .closed else {
      digest.state = stage == .over ? .closed : .lastAck
      if secondFIN.time > firstFIN.time { digest.closeWait = .left }
      return
    }
    digest.state = .closeWait
    let waited = end &- firstFIN.time.nanoseconds
    guard waited > 0, isAlone else { return }
    digest.closeWait = .remains
    digest.unclosed = EndpointDigest.Stay(since: firstFIN.time, nanoseconds: waited)
    digest.unclosedFrame = firstFIN.frame
  }
}
