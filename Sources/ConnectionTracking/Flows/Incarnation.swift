import PacketDecoding

// Which incarnation of a four-tuple a SYN belongs to (RFC 9293 §3.6.1 and §3.10.7.4 fourth step, RFC 6191; Linux
// tcp_timewait_state_process).

extension FlowRecord {
  /// True where `segment` begins the next connection of this four-tuple.
  ///
  /// A SYN does so when nothing stands in its way: the peer's socket is gone, or waits in TIME_WAIT and the SYN is
  /// newer than all it saw. Else the peer challenges it, and the exchange belongs to the connection that still stands.
  func isReplaced(by segment: Segment, from side: Int) -> Bool {
    guard segment.flags.contains(.syn), !segment.flags.contains(.ack) else { return false }
    let sender = ends[side]
    let receiver = ends[peer(of: side)]
    if repeatsReopening(segment, sender) { return isGoneForGood(receiver) }
    if sender.sending.initial == segment.sequence { return false }
    if receiver.counters.packets == 0 { return sender.sending.isKnown }
    switch receiver.state {
    case nil, .closed, .listen: return sender.sending.isKnown || receiver.sending.isKnown
    case .synSent, .synReceived: return sender.sending.isKnown
    case .timeWait: return isNewer(segment, than: sender)
    default: return false
    }
  }

  /// A SYN with another ISN that its peer will not take: the sender's host has lost the connection, or it is forged.
  func opensAnew(_ segment: Segment, side: Int) -> Bool {
    segment.flags.contains(.syn) && !segment.flags.contains(.ack) && ends[side].sending.isKnown
      && ends[side].sending.initial != segment.sequence
  }

  /// Takes such a SYN: presumed at first, proved when it comes again or its sender resets what the peer still holds.
  mutating func reopens(_ segment: Segment, side: Int, in store: inout TimelineStore) {
    guard ends[side].pending.contains(.reopening) else {
      ends[side].reopeningSequence = segment.sequence
      return presume(side, .reopening, segment, in: &store)
    }
    sends(segment, side: side, in: &store)
  }

  /// Closes what is left when the next incarnation begins.
  mutating func replace(by segment: Segment, from side: Int, in store: inout TimelineStore) {
    for end in 0..<(key.isSelfConnect ? 1 : 2) {
      guard let state = ends[end].state, state != .closed, state != .listen else { continue }
      let evidence: Evidence = end == side ? .observed : .presumed
      note(end, from: state, to: .closed, .replaced, evidence, segment, in: &store)
      ends[end].pending.removeAll()
      ends[end].proved = .closed
      ends[end].deadline = .max
    }
  }

  private func repeatsReopening(_ segment: Segment, _ sender: TCPEndpoint) -> Bool {
    let isPending = sender.pending.contains(.reopening) && sender.reopeningSequence == segment.sequence
    return isPending || sender.facts.contains(.reopened) && sender.sending.initial == segment.sequence
  }

  private func isGoneForGood(_ end: TCPEndpoint) -> Bool {
    switch end.state {
    case nil, .closed, .listen: true
    default: false
    }
  }

  /// RFC 6191: newer by its timestamp, or by its sequence number where timestamps say nothing.
  private func isNewer(_ segment: Segment, than sender: TCPEndpoint) -> Bool {
    if segment.options.kinds.contains(.timestamps), sender.facts.contains(.sentTimestamps),
      sender.timestamps.isNewer(segment)
    {
      return true
    }
    return segment.sequence > sender.sending.next
  }
}
