import Anomalies
import ConnectionTracking
import PacketDecoding

/// Who closed first and how, after how long idle, and what the other end did.
struct CloseClause {
  private let flow: Flow
  private let cause: ResetCause?
  /// The worst finding, which may tell the rest better than the reset does.
  private let worst: String?
  /// From the last data to the close, in nanoseconds; where a request crossed the close, to that request.
  private let idle: Int64?

  init(_ report: borrowing FlowReport) {
    flow = report.flow
    cause = report.resetCause
    worst = report.worst?.id
    idle = report.worst?.idleBeforeRequest ?? report.flow.idleBeforeClose
  }

  /// - Returns: the findings that the clause tells already.
  func write(into output: inout OutputBuffer) -> [String] {
    switch flow.close {
    case .fourWay, .threeWay, .half: writeFIN(into: &output)
    case .resetAfterFIN: writeResetAfterFIN(into: &output)
    case .simultaneous: writeSimultaneous(into: &output)
    case .reset: writeReset(into: &output)
    case .refused: writeRefusal(into: &output)
    case .unanswered: writeSilence(into: &output)
    case .none: output.append(isHandshakeOpen ? "The handshake was not finished" : "Neither end has closed")
    }
    return told
  }

  /// What the clause says in its own words.
  private var told: [String] {
    switch flow.close {
    case .simultaneous: ["simultaneous-close"]
    case .refused: flow.closedBy == nil ? [] : ["syn-refused"]
    case .unanswered: ["syn-timeout"]
    case .reset, .resetAfterFIN: cause.map(Self.findings) ?? []
    case .fourWay, .threeWay, .half, .none: []
    }
  }

  private func writeFIN(into output: inout OutputBuffer) {
    let closer = flow.closedBy == .server ? EndpointRole.server : .client
    writeCloser(closer, into: &output)
    writeIdle(idle, into: &output)
    guard let first = fin(of: closer), let second = fin(of: closer.peer), flow.close != .half else { return }
    output.append(", ")
    output.append(closer.peer.noun)
    output.append(" ")
    output.append(duration: second.time.nanoseconds(since: first.time))
    output.append(" later")
  }

  private func writeResetAfterFIN(into output: inout OutputBuffer) {
    let closer = flow.closedBy == .server ? EndpointRole.server : .client
    writeCloser(closer, into: &output)
    writeIdle(idle, into: &output)
    guard worst != "request-after-fin", let reset else { return }
    let isSame = reset.sender == closer && flow.closedBy != .both
    if cause == .injected {
      output.append(", and a RST in the name of ")
      output.append(reset.sender == .client ? flow.client : flow.server)
      output.append(" came")
    } else {
      output.append(isSame ? ", then" : ", and ")
      if !isSame { output.append(reset.sender.noun) }
      output.append(" reset the connection")
    }
    if let first = fin(of: closer) {
      output.append(" ")
      output.append(duration: reset.first.time.nanoseconds(since: first.time))
      output.append(" later")
    }
    writeResetCause(into: &output)
  }

  /// A FIN that its end turned out not to have sent is somebody else's.
  private func writeCloser(_ closer: EndpointRole, into output: inout OutputBuffer) {
    if flow.closedBy == .both {
      output.append("Both ends closed at the same time (FIN)")
    } else if flow[closer].state == .established {
      output.append("A FIN in the name of ")
      output.append(closer == .client ? flow.client : flow.server)
      output.append(" came")
    } else {
      output.append(subject: closer, of: flow)
      output.append(" closed first (FIN)")
    }
  }

  private func writeSimultaneous(into output: inout OutputBuffer) {
    writeCloser(.client, into: &output)
    writeIdle(idle, into: &output)
    guard let client = fin(of: .client), let server = fin(of: .server) else { return }
    output.append(", ")
    output.append(duration: client.time.distance(to: server.time))
    output.append(" apart")
  }

  private func writeReset(into output: inout OutputBuffer) {
    let sender = reset?.sender ?? (flow.closedBy == .server ? .server : .client)
    let isForeign = cause == .injected || flow.closedBy == nil
    if isForeign {
      output.append("A RST in the name of ")
      output.append(sender == .client ? flow.client : flow.server)
    } else {
      output.append(subject: sender, of: flow)
    }
    output.append(
      cause == .refused
        ? " refused the connection (RST)"
        : !isForeign ? " reset the connection (RST)" : isEnded ? " ended the connection" : " came")
    // A RST carries no data: what came at the same moment came before it.
    writeIdle(idle.map { max(1, $0) }, into: &output)
    writeResetCause(into: &output)
  }

  private func writeRefusal(into output: inout OutputBuffer) {
    guard flow.closedBy != nil else {
      output.append("The attempt to connect to ")
      output.append(flow.server)
      output.append(" failed after ")
      output.append(duration: flow.nanosecondsToClose)
      return
    }
    output.append(subject: .server, of: flow)
    output.append(" refused the connection (RST) after ")
    output.append(duration: flow.nanosecondsToClose)
    writeResetCause(into: &output)
  }

  private func writeSilence(into output: inout OutputBuffer) {
    output.append(subject: .server, of: flow)
    let attempts = flow.clientEnd.packets
    guard attempts > 1 else { return output.append(" did not answer the client's SYN") }
    output.append(" did not answer ")
    output.append(attempts)
    output.append(" SYNs in ")
    output.append(duration: flow.lastSeen.time.nanoseconds(since: flow.firstSeen.time))
  }

  /// - Parameter idle: since the last data; nil where there was none.
  private func writeIdle(_ idle: Int64?, into output: inout OutputBuffer) {
    switch idle {
    case 0?: output.append(" with its last data")
    case let idle? where idle < 1_000_000: output.append(" right after the last data")
    case let idle?:
      output.append(" after ")
      output.append(duration: idle)
      output.append(" idle")
    // The first packet of a connection that is older tells of no time at all.
    case nil where !flow.wasSeenToOpen && flow.nanosecondsToClose == 0: break
    case nil:
      output.append(flow.wasSeenToOpen ? " after " : " after at least ")
      output.append(duration: flow.nanosecondsToClose)
      output.append(" without data")
    }
  }

  private func writeResetCause(into output: inout OutputBuffer) {
    if let worst, Self.explanations.contains(worst) { return }
    guard let cause, let words = words(for: cause) else { return }
    output.append(": ")
    output.append(words)
  }

  /// What resets a SYN-ACK whose SYN was not seen may never have sent one.
  private func words(for cause: ResetCause) -> StaticString? {
    if cause == .refused, flow.close != .refused { return "no socket listens there any more" }
    guard cause == .cancelledConnect else { return Self.words(for: cause) }
    if flow.orientation != .syn { return "it was not connecting any more, or never was" }
    return flow.nanosecondsToClose < ResetCause.leastPatience
      ? "it had no socket for the answer" : Self.words(for: cause)
  }

  /// An end is closed, as far as is known.
  private var isEnded: Bool { flow.clientEnd.state == .closed || flow.serverEnd.state == .closed }

  private func fin(of role: EndpointRole) -> Transition? {
    flow.firstEntry { $0.endpoint == role && $0.cause == .sendsFIN && $0.refuted == nil }
  }

  /// The RST that took effect.
  private var reset: Observation? {
    let resets = flow.observations.filter { $0.kind == .reset }
    return resets.first { $0.reset.traits.contains(.accepted) } ?? resets.first
  }

  private var isHandshakeOpen: Bool {
    flow.clientEnd.state == .synSent || flow.clientEnd.state == .synReceived || flow.serverEnd.state == .synReceived
  }
}

extension CloseClause {
  /// Findings that tell the cause of the reset in more words.
  private static let explanations: Set<String> = [
    "request-after-fin", "half-open-discovered", "half-open-data-reset", "idle-middlebox-reset",
    "time-wait-bucket-overflow",
  ]

  /// Why a RST was sent, after its colon.
  private static func words(for cause: ResetCause) -> StaticString? {
    switch cause {
    case .abortedAlive: "its application aborted it, or closed with unread input"
    case .unreadData: "its application closed without reading all input"
    case .dataAfterClose: "data came after its application had closed"
    case .noSocket: "it has no socket for it any more"
    case .expiredOrphan: "its kernel had dropped the closed socket"
    case .timeWait: "its socket in TIME_WAIT took the segment for an old one"
    case .refused: "no socket listens there"
    case .firewall: "something on the way answered in its name"
    case .injected: "the packet does not look like its own"
    case .acceptQueue: "its accept queue was full, or its listener had just closed"
    case .keepalive: "its keepalive probes had no answer"
    case .cancelledConnect: "it had given up connecting"
    case .unknown: nil
    }
  }

  /// The findings that say the same as ``words(for:)``.
  private static func findings(for cause: ResetCause) -> [String] {
    let same: [String] =
      switch cause {
      case .abortedAlive: ["rst-abort-live"]
      case .unreadData: ["rst-unread-data"]
      case .dataAfterClose: ["rst-data-after-close"]
      case .noSocket: ["rst-no-socket"]
      case .expiredOrphan: ["fin-wait-2-orphan-timeout", "rst-reply-to-fin"]
      case .timeWait: ["rst-reply-to-fin"]
      case .injected: ["rst-suspected-injected"]
      case .acceptQueue: ["accept-overflow-reset"]
      case .keepalive: ["keepalive-dead-peer"]
      case .cancelledConnect: ["handshake-aborted"]
      case .refused: ["syn-refused"]
      case .firewall, .unknown: []
      }
    return ["rst-after-fin"] + same
  }
}

extension Flow {
  /// The first packet was a SYN or SYN-ACK, not one of a connection that had been there before.
  fileprivate var wasSeenToOpen: Bool { orientation == .syn || orientation == .synACK }

  /// From the first packet to the first FIN or RST; to the last packet where the timeline has neither.
  package var nanosecondsToClose: Int64 {
    let first = firstEntry { entry in
      switch entry.cause {
      case .sendsFIN, .sendsRST, .receivesFIN, .receivesFINACK, .receivesRST, .receivesICMPError: true
      default: false
      }
    }
    return (first?.time ?? lastSeen.time).nanoseconds(since: firstSeen.time)
  }
}

extension Finding {
  /// How long the connection had been idle when the request came that was lost.
  fileprivate var idleBeforeRequest: Int64? {
    guard id == "request-after-fin" else { return nil }
    for field in fields where field.name == "idle" {
      if case .duration(let idle) = field.value { return idle }
    }
    return nil
  }
}
