#if OLD
  import OldTracking
#else
  import ConnectionTracking
#endif
import Inputs
import PacketDecoding

// Every field of what a tracker says. A renamed type or field has its old name given to it in Names.swift.

extension Recorder {
  mutating func add(_ event: TrackerEvent) {
    switch event {
    case .began(let flow):
      add("flow", flow)
      end("beginning", flow: flow)
    case .transition(let flow, let client, let server, let entry):
      add("client", client)
      add("server", server)
      add(entry)
      end("transition", flow: flow)
    case .ended(let flow):
      add(flow)
      end("flow", flow: flow.number)
    case .passed(let digests):
      for digest in digests {
        add(digest)
        end("digest", flow: digest.number)
      }
    case .stream(let event):
      add(event)
      end("stream event", flow: event.flow)
    }
  }

  mutating func add(_ flow: Flow) {
    add("number", flow.number)
    add("previousFlow", flow.previousFlow)
    add("client", flow.client)
    add("server", flow.server)
    add("encapsulation", UInt64(flow.encapsulation.rawValue))
    add("orientation", word: flow.orientation.rawValue)
    add("firstSeen", flow.firstSeen)
    add("lastSeen", flow.lastSeen)
    add("closedBy", word: flow.closedBy?.rawValue ?? "-")
    add("close", word: flow.close.rawValue)
    add("idleBeforeClose", flow.idleBeforeClose.map { Int($0) })
    add("end", word: flow.end.rawValue)
    add("endedAt", flow.endedAt)
    part("clientEnd.")
    add(flow.clientEnd)
    part("serverEnd.")
    add(flow.serverEnd)
    part("")
    add("timelineOmitted", flow.timelineOmitted)
    add("noticesOmitted", flow.noticesOmitted)
    let timeline = flow.timeline
    add("timeline.count", timeline.count)
    for (index, entry) in timeline.enumerated() {
      part("timeline[\(index)].")
      add(entry)
    }
    part("")
    add("notices.count", flow.notices.count)
    for (index, notice) in flow.notices.enumerated() {
      part("notices[\(index)].")
      add(notice)
    }
    part("")
  }

  private mutating func add(_ end: EndpointSummary) {
    add("state", end.state)
    add("isPresumed", end.isPresumed)
    add("stateSince", end.stateSince.map { Int($0.nanoseconds) })
    add("packets", end.packets)
    add("bytes", end.bytes)
    add("payloadBytes", end.payloadBytes)
    add("distinctPayloadBytes", end.distinctPayloadBytes)
    add("retransmittedBytes", end.retransmittedBytes)
    add("retransmittedSegments", end.retransmittedSegments)
    add("uncapturedBytes", end.uncapturedBytes)
    add("lostBytes", end.lostBytes)
    add("outOfOrderSegments", end.outOfOrderSegments)
    add("zeroWindows", end.zeroWindows)
    add("duplicatePackets", end.duplicatePackets)
    add("superSegments", end.superSegments)
    add("unacknowledgedBytes", end.unacknowledgedBytes)
    add("lastSent", end.lastSent.map { Int($0.nanoseconds) })
    add("maximumSegmentSize", end.maximumSegmentSize.map { Int($0) })
    add("windowScale", end.windowScale.map { Int($0) })
    add("sackPermitted", end.sackPermitted)
    add("timestamps", end.timestamps)
    add("initialSequence", end.initialSequence.map { Int($0.rawValue) })
    let durations = end.nanosecondsInState
    for index in 0..<durations.count { add(Self.durations[index], UInt64(bitPattern: durations[index])) }
  }

  private static let durations: [StaticString] = [
    "in closed", "in listen", "in synSent", "in synReceived", "in established", "in finWait1", "in finWait2",
    "in closeWait", "in closing", "in lastAck", "in timeWait", "in UNKNOWN",
  ]

  private mutating func add(_ entry: TimelineEntry) {
    add("time", entry.time)
    add("frame", entry.frame.map { Int($0) })
    add("endpoint", entry.endpoint)
    add("from", entry.from)
    add("to", entry.to)
    add("cause", word: entry.cause.rawValue)
    add("evidence", UInt64(entry.evidence.rawValue), "\(entry.evidence)")
    add("confirmed", entry.confirmed)
    add("refuted", entry.refuted)
  }

  private mutating func add(_ notice: FlowNotice) {
    add("kind", UInt64(notice.kind.rawValue), "\(notice.kind)")
    add("sender", notice.sender)
    add("first", notice.first)
    add("last", notice.last)
    add("count", notice.count)
    add("bytes", notice.bytes)
    add("delay", Int(notice.delay))
    add("distance", notice.distance)
    add("circumstances", UInt64(notice.circumstances.rawValue))
    add("senderState", notice.senderState)
    add("receiverState", notice.receiverState)
    let reset = notice.reset
    add("reset.traits", UInt64(reset.traits.rawValue))
    add("reset.answers", UInt64(reset.answers.rawValue), "\(reset.answers)")
    add("reset.position", UInt64(reset.position.rawValue), "\(reset.position)")
    add("reset.timeToLiveDifference", Int(reset.timeToLiveDifference))
    add("reset.window", UInt64(reset.window))
    add("reset.lastWindow", UInt64(reset.lastWindow))
    add("reset.unansweredProbes", UInt64(reset.unansweredProbes))
  }

  private mutating func add(_ digest: FlowDigest) {
    add("number", digest.number)
    add("client", digest.client)
    add("server", digest.server)
    add("orientation", word: digest.orientation.rawValue)
    add("close", word: digest.close.rawValue)
    add("closedBy", word: digest.closedBy?.rawValue ?? "-")
    add("end", word: digest.end.rawValue)
    add("resetBy", word: digest.resetBy.map { "\($0)" } ?? "-")
    add("firstSeen", digest.firstSeen)
    add("lastSeen", digest.lastSeen)
    add("answerDelay", digest.answerDelay.map { Int($0) })
    add("packets", digest.packets)
    add("payloadBytes", digest.payloadBytes)
    add("retransmittedBytes", digest.retransmittedBytes)
    add("resetTime", digest.resetTime)
    add("isOpen", digest.isOpen)
    part("clientEnd.")
    add(digest.clientEnd)
    part("serverEnd.")
    add(digest.serverEnd)
    part("")
  }

  private mutating func add(_ end: EndpointDigest) {
    add("initialSequence", end.initialSequence.map { Int($0.rawValue) })
    add("state", end.state)
    add("hasSent", end.hasSent)
    switch end.closeWait {
    case .never: add("closeWait", word: "never")
    case .left: add("closeWait", word: "left")
    case .remains: add("closeWait", word: "remains")
    }
    add("timeWait.since", end.timeWait.since)
    add("timeWait.nanoseconds", Int(end.timeWait.nanoseconds))
    add("unclosed.since", end.unclosed.since)
    add("unclosed.nanoseconds", Int(end.unclosed.nanoseconds))
    add("unclosedFrame", end.unclosedFrame)
  }

  private mutating func add(_ event: StreamEvent) {
    add("flow", event.flow)
    add("from", event.from)
    add("time", event.time)
    add("frame", event.frame)
    switch event.content {
    case .bytes(let bytes): add("bytes", bytes)
    case .gap(let length, let acknowledged):
      add("gap", length)
      add("acknowledged", acknowledged)
    case .end: add("end", word: "end")
    }
  }
}

// MARK: - Values

extension Recorder {
  @inline(__always)
  private mutating func add(_ name: StaticString, _ number: Int?) {
    add(name, number.map { UInt64(bitPattern: Int64($0)) &+ 1 } ?? 0, number.map { "\($0)" } ?? "-")
  }

  @inline(__always)
  private mutating func add(_ name: StaticString, _ time: Timestamp) {
    add(name, UInt64(bitPattern: time.nanoseconds))
  }

  @inline(__always)
  private mutating func add(_ name: StaticString, _ moment: TimelineEntry.Moment?) {
    add(
      name, moment.map { UInt64(bitPattern: $0.time.nanoseconds) &* 0x9E37_79B9 &+ $0.frame &+ 1 } ?? 0,
      moment.map { "\($0.time.nanoseconds) frame \($0.frame)" } ?? "-")
  }

  @inline(__always)
  private mutating func add(_ name: StaticString, _ state: TCPState?) {
    add(name, state.map { UInt64($0.rawValue) + 1 } ?? 0, state.map { "\($0)" } ?? "UNKNOWN")
  }

  @inline(__always)
  private mutating func add(_ name: StaticString, _ role: EndpointRole) {
    add(name, UInt64(role.rawValue), "\(role)")
  }

  @inline(__always)
  private mutating func add(_ name: StaticString, _ socket: SocketAddress) {
    let address = socket.address
    add(name, (address.high &* 0x9E37_79B9 ^ address.low) &* 0x9E37_79B9 &+ UInt64(socket.port), "\(socket)")
  }
}
