import ConnectionTracking

extension History {
  private static let fin: UInt16 = 1
  private static let syn: UInt16 = 2
  private static let rst: UInt16 = 4
  private static let ack: UInt16 = 16

  /// True where what decides an end's state never passed the tap, so that nobody could infer it there.
  ///
  /// - Parameters:
  ///   - want: the true state at `time`.
  ///   - previous: the true state at the checkpoint before, and that checkpoint's time.
  func isHidden(
    _ pair: EndPair, at tap: Tap, time: Int64, want: TCPState, previous: (state: TCPState, time: Int64)?
  ) -> Bool {
    let sent = self.sent[pair, default: []].filter { $0.time <= time }
    let received = self.received[pair, default: []].filter { $0.time <= time }
    return neverTookPart(sent, received) || waitsBehindData(want, sent)
      || wentSilently(pair, want, sent + received, time, previous)
      || isOutOfSight(pair, tap, sent, received, time) || isImpersonated(pair, tap, sent, time)
  }

  /// It sent nothing, and no SYN reached it.
  private func neverTookPart(_ sent: [Packet], _ received: [Packet]) -> Bool {
    sent.isEmpty && !received.contains { $0.has(Self.syn) && !$0.has(Self.rst) && !$0.has(Self.ack) }
  }

  /// The kernel counts FIN_WAIT_1 and LAST_ACK from close() on, though the FIN still waits in the socket.
  private func waitsBehindData(_ want: TCPState, _ sent: [Packet]) -> Bool {
    (want == .finWait1 || want == .lastAck) && !sent.contains { $0.has(Self.fin) }
  }

  /// The socket went without a segment or an ICMP error: a timer of the kernel, or a call that sends nothing.
  private func wentSilently(
    _ pair: EndPair, _ want: TCPState, _ packets: [Packet], _ time: Int64, _ previous: (state: TCPState, time: Int64)?
  ) -> Bool {
    guard want == .closed else { return false }
    if let previous, !previous.state.isGone, previous.state != .timeWait,
      !packets.contains(where: { $0.time > previous.time })
    {
      return true
    }
    guard let end = transitions[pair, default: []].last(where: { $0.to == .closed && $0.time <= time }) else {
      return false
    }
    // An unanswered SYN_SENT ends with a RST, an ICMP error, or a call that nothing shows.
    let isRejected = rejections[pair, default: []].contains { abs($0 - end.time) < 20_000_000 }
    return !isRejected
      && !packets.contains { abs($0.time - end.time) < 20_000_000 && (end.from != .synSent || $0.has(Self.rst)) }
  }

  /// At any tap but its own: its SYN, FIN or RST was lost before the tap, a forged segment came in beyond it, or the
  /// tap knows it by another name.
  private func isOutOfSight(
    _ pair: EndPair, _ tap: Tap, _ sent: [Packet], _ received: [Packet], _ time: Int64
  ) -> Bool {
    let side = side(of: pair.me)
    guard tap.side != side else { return false }
    if tap.side == side.other, isTranslated(pair) { return true }
    let isLost = sent.contains { packet in
      packet.has(Self.fin | Self.syn | Self.rst)
        && delivery(of: packet.segment, to: side.other).map { $0 <= time } != true
    }
    guard tap.side == side.other else { return isLost }
    return isLost || received.contains { !wasSent($0.segment, by: side.other) }
  }

  /// At any tap but its own: a forged SYN, FIN or RST in its name passed, and nothing of its own has come since that
  /// could give the lie to it. A RST does not give it to a SYN: a client in SYN_SENT answers by one as well.
  private func isImpersonated(_ pair: EndPair, _ tap: Tap, _ sent: [Packet], _ time: Int64) -> Bool {
    guard let forged = forgeries(of: pair, at: tap).last(where: { $0.time <= time }) else { return false }
    return !sent.contains { $0.time > forged.time && !(forged.has(Self.syn) && $0.has(Self.rst)) }
  }

  /// Whether a forged SYN, FIN or RST in its name ever passed a tap that is not its own.
  func wasImpersonated(_ pair: EndPair, at tap: Tap) -> Bool { !forgeries(of: pair, at: tap).isEmpty }

  private func forgeries(of pair: EndPair, at tap: Tap) -> [Packet] {
    let side = side(of: pair.me)
    guard tap.side != side else { return [] }
    return received[pair.reversed, default: []].filter { packet in
      packet.has(Self.fin | Self.syn | Self.rst) && !wasSent(packet.segment, by: side)
    }
  }
}
