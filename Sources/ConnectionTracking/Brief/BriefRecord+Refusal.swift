import PacketDecoding

// A SYN that is answered by RST, as a scan leaves them by the million. What comes of the RST is put off until somebody
// asks: it is kept with the flow, which stays as it was before.

extension AttemptRecord {
  /// True for the RST of a host where no socket listens, as RFC 9293 §3.10.7.1 has it: right after the SYN, with nothing
  /// in it but an acknowledgment of that.
  ///
  /// - Parameter leastSilence: see ``TrackerConfiguration/leastSilence``.
  mutating func isRefused(by segment: inout Segment, from sender: Int, _ leastSilence: Int64) -> Bool {
    let delay = segment.time.nanoseconds &- time.nanoseconds
    return sender != Int(side) && segment.flags == [.rst, .ack] && segment.sequence == SequenceNumber(0)
      && segment.acknowledgment == offer.sequence + 1 && segment.window == 0 && segment.wirePayloadLength == 0
      && segment.options.kinds.isEmpty && segment.isIPv4 == (segment.identification != nil)
      && UInt(bitPattern: segment.wireLength) <= UInt(UInt16.max)
      && delay >= 0 && delay < leastSilence && BriefMoment(segment, since: first) != nil
  }
}

extension BriefRecord {
  /// The flow of `attempt`, which `segment` refuses; see ``AttemptRecord/isRefused(by:from:_:)``.
  init(of attempt: inout AttemptRecord, _ key: FlowKey, refusedBy segment: Segment) {
    self.init(of: &attempt, key)
    let server = 1 - clientSide
    answer = BriefMoment(segment, since: first) ?? answer
    lastFrame = UInt32(truncatingIfNeeded: segment.frame &- first.frame)
    ends[server].time = segment.time.nanoseconds
    ends[server].packets = 1
    ends[server].bytes = UInt32(truncatingIfNeeded: segment.wireLength)
    ends[server].identification = segment.identification ?? 0
    ends[server].timeToLive = segment.timeToLive
  }

  /// The SYN was answered by RST, and nothing has passed since.
  var isRefused: Bool {
    @inline(__always) mutating get { stage == .opening && ends[1 - clientSide].packets > 0 }
  }

  /// Becomes what it was before the RST.
  ///
  /// - Returns: the RST.
  mutating func takeBackRefusal() -> Segment {
    let end = ends[1 - clientSide]
    let last = answer.moment(since: first)
    var segment = Segment(
      time: last.time, frame: last.frame, source: server, destination: client, sequence: SequenceNumber(0),
      acknowledgment: initial(of: clientSide) + 1, flags: [.rst, .ack])
    segment.encapsulation = key.encapsulation
    segment.wireLength = Int(end.bytes)
    segment.timeToLive = end.timeToLive
    segment.identification = server.address.isIPv6 ? nil : end.identification
    ends[1 - clientSide] = BriefEnd()
    answer = BriefMoment()
    lastFrame = 0
    return segment
  }

  /// What is counted of a flow that was refused.
  mutating func digestOfRefusal(_ reason: Flow.EndReason) -> FlowDigest {
    FlowDigest(
      number: number, client: client, orientation: .syn, close: .refused, closedBy: .server, end: reason,
      server: server, resetBy: .server, firstSeen: first, lastSeen: last, answerDelay: nil, packets: 2,
      payloadBytes: 0, resetTime: last.time,
      clientEnd: EndpointDigest(initialSequence: initial(of: clientSide), state: .closed, hasSent: true),
      serverEnd: EndpointDigest(initialSequence: nil, state: .closed, hasSent: true))
  }
}
