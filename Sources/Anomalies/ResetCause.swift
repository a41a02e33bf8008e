public import ConnectionTracking
import PacketDecoding

/// Why a RST was sent, as far as its shape and its place in the connection tell.
///
/// Linux gives a RST its shape by who sends it. A socket's own abort (`tcp_send_active_reset`) carries ACK and a window
/// and continues the socket's IP identifications; an answer without a socket (`tcp_v4_send_reset`) has no ACK, takes
/// its sequence from the segment it answers, and window and identification are 0. Some stacks abort without an ACK; their
/// identifications and TTL tell it from a forgery.
public enum ResetCause: String, Sendable, Hashable, CaseIterable {
  /// A live socket was aborted: SO_LINGER 0, `ss -K`, or unread data too small to show in the window.
  case abortedAlive = "aborted-alive"
  /// The application closed a socket with data it had not read.
  case unreadData = "unread-data"
  /// Data came after the application had closed the socket.
  case dataAfterClose = "data-after-close"
  /// No socket is there any more: the host lost the connection.
  case noSocket = "no-socket"
  /// The kernel had dropped the closed socket before its peer's FIN came.
  case expiredOrphan = "expired-orphan"
  /// A socket in TIME_WAIT answered.
  case timeWait = "time-wait"
  /// No socket listens at that port.
  case refused
  /// Something on the way refused in the host's name.
  case firewall
  /// Somebody else sent it.
  case injected
  /// The accept queue was full and `tcp_abort_on_overflow` is set, or the listener was closed meanwhile.
  case acceptQueue = "accept-queue"
  /// Keepalive probes had no answer.
  case keepalive
  /// The client had given up connecting when the answer came.
  case cancelledConnect = "cancelled-connect"
  case unknown
}

extension RuleContext {
  /// The cause of the RST in `observation`.
  func cause(of observation: Observation) -> ResetCause {
    let shape = observation.reset
    if shape.answers == .syn, shape.traits.contains(.hasACK) { return refusal(observation) }
    if observation.senderState == .listen { return .noSocket }
    // It answers another SYN-ACK than the one that passed.
    if shape.answers == .synACK, shape.position == .outsideWindow { return .unknown }
    if isForeign(observation) { return .injected }
    if Int(shape.unansweredProbes) >= max(1, thresholds.unansweredProbes) { return .keepalive }
    return shape.traits.contains(.hasACK) || isBareAbort(observation)
      ? liveCause(observation) : statelessCause(observation)
  }

  /// A socket's own RST though it has no ACK: it carries on from the socket's packets, and answers none or has their window.
  private func isBareAbort(_ observation: Observation) -> Bool {
    let shape = observation.reset
    guard observation.senderState == .established || observation.senderState == .closeWait else { return false }
    return shape.traits.contains(.carriesOn) && (!shape.traits.contains(.zeroWindow) || shape.answers == .nothing)
  }

  /// True where the sender's other segments show that it did not send this one.
  func isForeign(_ observation: Observation) -> Bool {
    if resetsAnswer(observation) { return isContradicted(observation) && !has(.synRepeated) }
    let difference = abs(Int(observation.reset.timeToLiveDifference))
    if difference > thresholds.timeToLiveTolerance || hasForeignShape(observation) { return true }
    guard observation.senderState?.isSynchronized == true, !has(.synInConnection), observation.reset.answers != .synACK
    else {
      return false
    }
    return isContradicted(observation)
  }

  /// The sender had sent nothing but SYNs, and resets the SYN-ACK that answered them. Whoever sent the SYN by a raw socket,
  /// as scanners do, has a kernel that knows of no attempt: what it sends need not look like the SYN.
  func resetsAnswer(_ observation: Observation) -> Bool {
    guard observation.reset.answers == .synACK, observation.reset.position == .exact,
      !observation.reset.traits.contains(.hasACK), !has(.synInConnection), !has(.synACKRepeated)
    else { return false }
    return !flow.timeline.contains { entry in
      entry.endpoint == observation.sender && entry.to == .established && entry.refuted == nil
        && (entry.evidence == .observed
          ? (entry.frame ?? .max) < observation.first.frame
          : (entry.confirmed?.frame ?? .max) < observation.first.frame)
    }
  }

  /// The end that a RST names went on: by data, by anything at all after one that says there is no socket, or, so long
  /// after that nothing can have been overtaken, by an acknowledgment.
  private func isContradicted(_ observation: Observation) -> Bool {
    let limit = max(2 * roundTrip, thresholds.race)
    return observations(.segmentAfterReset, by: observation.sender).contains { after in
      after.last.frame > observation.first.frame && !after.circumstances.contains(.afterPeerReset)
        && (after.bytes > 0 || !observation.reset.traits.contains(.hasACK)
          || after.last.time.nanoseconds(since: observation.first.time) > limit)
    }
  }

  /// Stacks that answer without a socket leave the window 0, and most sockets that reset send an ACK: a RST that does
  /// neither was made by something else, unless it carries on from its sender's packets.
  func hasForeignShape(_ observation: Observation) -> Bool {
    observation.reset.traits.isDisjoint(with: [.hasACK, .zeroWindow, .carriesOn])
  }

  private func refusal(_ observation: Observation) -> ResetCause {
    // With the other packets of the host the TTL would tell a firewall from the host itself.
    abs(Int(observation.reset.timeToLiveDifference)) > thresholds.timeToLiveTolerance ? .firewall : .refused
  }

  /// A socket sent it, for the RST has an ACK.
  private func liveCause(_ observation: Observation) -> ResetCause {
    let shape = observation.reset
    switch observation.senderState {
    case .synSent, .closed, nil: return shape.answers == .synACK ? .cancelledConnect : .unknown
    default: break
    }
    if isPurged(observation) { return .unreadData }
    return shape.traits.contains(.zeroWindow) && shape.traits.contains(.zeroSequence) ? .firewall : .abortedAlive
  }

  /// The receive queue was thrown away before the RST was built, so that its window is larger than the last one.
  func isPurged(_ observation: Observation) -> Bool {
    observation.reset.traits.isSuperset(of: [.hasPredecessor, .acknowledgesAll])
      && Int(observation.reset.window) > Int(observation.reset.lastWindow) + 1
      && flow[observation.sender.peer].payloadBytes > 0
      && observation.reset.answers != .synACK && flow[observation.sender].windowScale != nil
  }

  /// No socket stood behind it.
  private func statelessCause(_ observation: Observation) -> ResetCause {
    let shape = observation.reset
    if answersLateData(observation) { return .dataAfterClose }
    switch observation.senderState {
    case .synSent: return shape.answers == .synACK ? .cancelledConnect : .noSocket
    case .synReceived: return shape.answers == .synACK ? .cancelledConnect : .acceptQueue
    // The FIN it answers is on its way; the state was the one before.
    case .timeWait where shape.answers == .fin: return answersFINAgain(observation) ? .noSocket : .expiredOrphan
    case .timeWait: return .timeWait
    case .finWait2 where shape.answers != .data: return .expiredOrphan
    case .finWait1, .finWait2, .closing, .lastAck:
      return shape.answers == .data || has(.finCrossesData) ? .dataAfterClose : .noSocket
    case .closed: return closedCause(observation)
    case .established where isUnproved(observation): return .acceptQueue
    case .established, .closeWait, .listen, nil:
      return shape.answers == .synACK ? .cancelledConnect : .noSocket
    }
  }

  /// New payload of the peer came after the sender's FIN, before the peer's own or with it, and was not acknowledged:
  /// no application was there to read it.
  private func answersLateData(_ observation: Observation) -> Bool {
    guard let state = observation.senderState, [.finWait1, .finWait2, .closing, .timeWait].contains(state) else {
      return false
    }
    return flow[observation.sender.peer].unacknowledgedBytes > 0
      && observations(.dataAfterPeerFIN, by: observation.sender.peer).contains {
        $0.first.frame < observation.first.frame
      }
  }

  /// The peer's FIN had come before, so that it was no FIN that the sender waited for.
  private func answersFINAgain(_ observation: Observation) -> Bool {
    observations(.finRepeated, by: observation.sender.peer).contains { $0.first.frame < observation.first.frame }
  }

  /// The server has sent nothing but its SYN-ACK: that it took the third ACK is only presumed. A RST that answers a
  /// keepalive probe comes of something later.
  private func isUnproved(_ observation: Observation) -> Bool {
    guard observation.sender == .server, observation.reset.answers == .ack,
      !observation.reset.traits.contains(.afterPeerFIN),
      observations(.keepAlive, by: .client).isEmpty,
      flow.serverEnd.payloadBytes == 0, flow.clientEnd.payloadBytes == 0
    else { return false }
    let entry = flow.timeline.first { $0.endpoint == .server && $0.to == .established }
    return entry.map { $0.evidence == .presumed && ($0.confirmed.map { $0.frame >= observation.first.frame } ?? true) }
      ?? false
  }

  private func closedCause(_ observation: Observation) -> ResetCause {
    if observation.reset.answers == .synACK { return .cancelledConnect }
    if entry(observation.sender, { $0.cause == .finWait2Expired }) != nil { return .expiredOrphan }
    guard observation.reset.traits.contains(.afterOwnFIN), !observation.reset.traits.contains(.afterPeerFIN) else {
      return .noSocket
    }
    return .dataAfterClose
  }
}

extension ResetCause {
  /// No application gives up connecting sooner, in nanoseconds (RFC 8305 §5: 100 ms between attempts at least).
  package static let leastPatience: Int64 = 100_000_000

  /// The cause of the RST that ended `flow`; nil where none did.
  public static func of(_ flow: Flow, thresholds: Thresholds = Thresholds()) -> ResetCause? {
    switch flow.close {
    case .reset, .resetAfterFIN, .refused: break
    default: return nil
    }
    let context = RuleContext(flow, thresholds)
    let resets = context.observations(.reset)
    let decisive = resets.first { $0.reset.traits.contains(.accepted) } ?? resets.first
    return decisive.map(context.cause)
  }
}
