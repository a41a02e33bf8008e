import Anomalies
import ConnectionTracking
import PacketDecoding

extension JSONReader {
  /// Reads a line `"type":"flow"`.
  mutating func flowReport() throws -> FlowReport {
    var parts = FlowParts()
    try object { reader, name in try parts.take(name, from: &reader) }
    return try parts.report(self)
  }
}

/// A flow of which some members were read.
private struct FlowParts {
  private var (number, previous): (Int?, Int?)
  private var (client, server): (SocketAddress?, SocketAddress?)
  private var layers: [Encapsulation.Layer] = []
  private var orientation: Flow.Orientation?
  private var (firstTime, lastTime, endedAt): (Timestamp?, Timestamp?, Timestamp?)
  private var (firstFrame, lastFrame): (UInt64?, UInt64?)
  private var (closedBy, close, end): (Flow.Closer?, Flow.CloseKind?, Flow.EndReason?)
  private var cause: ResetCause?
  private var (clientState, serverState): (TCPState?, TCPState?)
  private var idle: Int64?
  private var (timeline, observations): ([Transition], [Observation]) = ([], [])
  private var (timelineOmitted, observationsOmitted) = (0, 0)
  private var (clientEnd, serverEnd) = (EndpointSummary(state: nil), EndpointSummary(state: nil))
  private var findings: [Finding] = []

  mutating func take(_ name: String, from reader: inout JSONReader) throws {
    switch name {
    case "flow": number = try reader.count()
    case "previous_flow": previous = try reader.optional { try $0.count() }
    case "client": client = try reader.socketAddress()
    case "server": server = try reader.socketAddress()
    case "encapsulation": layers = try reader.array { try $0.layer() }
    case "orientation": orientation = try reader.word()
    case "timeline": timeline = try reader.array { try $0.transition() }
    case "timeline_omitted": timelineOmitted = try reader.count()
    case "observations": observations = try reader.array { try $0.observation() }
    case "observations_omitted": observationsOmitted = try reader.count()
    case "findings": findings = try reader.findings()
    case "endpoints": (clientEnd, serverEnd) = try reader.sides { try $0.endpoint() }
    case "final": (clientState, serverState) = try reader.sides { try $0.state() }
    default: try takeSpan(name, from: &reader)
    }
  }

  private mutating func takeSpan(_ name: String, from reader: inout JSONReader) throws {
    switch name {
    case "first_seen": firstTime = try reader.time()
    case "last_seen": lastTime = try reader.time()
    case "first_frame": firstFrame = try reader.integer()
    case "last_frame": lastFrame = try reader.integer()
    case "closed_by": closedBy = try reader.optional { try $0.word() }
    case "close": close = try reader.word()
    case "rst_cause": cause = try reader.optional { try $0.word() }
    case "end": end = try reader.word()
    case "ended_at": endedAt = try reader.time()
    case "idle_before_close": idle = try reader.optional { try $0.seconds() }
    default: try reader.skip()
    }
  }

  /// - Parameter reader: which has just read the last member.
  func report(_ reader: JSONReader) throws -> FlowReport {
    var (clientEnd, serverEnd) = (clientEnd, serverEnd)
    (clientEnd.state, serverEnd.state) = (clientState, serverState)
    let lastTime = try reader.require(lastTime, "last_seen")
    let flow = Flow(
      number: try reader.require(number, "flow"), previousFlow: previous, client: try reader.require(client, "client"),
      server: try reader.require(server, "server"), encapsulation: EncapsulationID(0),
      orientation: try reader.require(orientation, "orientation"),
      firstSeen: PacketStamp(
        time: try reader.require(firstTime, "first_seen"), frame: try reader.require(firstFrame, "first_frame")),
      lastSeen: PacketStamp(time: lastTime, frame: try reader.require(lastFrame, "last_frame")), closedBy: closedBy,
      close: try reader.require(close, "close"), timeline: timeline, timelineOmitted: timelineOmitted,
      clientEnd: clientEnd, serverEnd: serverEnd, end: try reader.require(end, "end"), idleBeforeClose: idle,
      observations: observations, observationsOmitted: observationsOmitted, endedAt: endedAt ?? lastTime)
    return FlowReport(
      flow, findings, in: layers.isEmpty ? nil : Encapsulation(layers: layers), cause: cause)
  }
}

extension JSONReader {
  /// Reads an object of the members `client` and `server`.
  fileprivate mutating func sides<Value>(
    _ value: (inout JSONReader) throws -> Value
  ) throws -> (client: Value, server: Value) {
    var (client, server): (Value?, Value?)
    try object { reader, name in
      switch name {
      case "client": client = try value(&reader)
      case "server": server = try value(&reader)
      default: try reader.skip()
      }
    }
    return (try require(client, "client"), try require(server, "server"))
  }

  fileprivate mutating func layer() throws -> Encapsulation.Layer {
    var (kind, id): (String?, UInt32?)
    var hosts: [IPAddress] = []
    try object { reader, name in
      switch name {
      case "type": kind = try reader.string()
      case "id": id = try reader.optional { try $0.integer() }
      case "hosts": hosts = try reader.array { try $0.address() }
      default: try reader.skip()
      }
    }
    switch kind {
    case "vlan": return .vlan(UInt16(clamping: id ?? 0))
    case "pppoe": return .pppoe(UInt16(clamping: id ?? 0))
    default:
      guard let kind = Tunnel.Kind.allCases.first(where: { $0.word == kind }), hosts.count == 2 else {
        throw problem("no encapsulation that is known")
      }
      return .tunnel(Tunnel(kind, between: hosts[0], and: hosts[1], key: id))
    }
  }

  /// Reads an entry of a timeline.
  fileprivate mutating func transition() throws -> Transition {
    var (time, confirmedTime, refutedTime): (Timestamp?, Timestamp?, Timestamp?)
    var (frame, confirmedFrame, refutedFrame): (UInt64?, UInt64?, UInt64?)
    var (endpoint, cause, evidence): (EndpointRole?, TransitionCause?, Evidence?)
    var (from, to): (TCPState?, TCPState?)
    try object { reader, name in
      switch name {
      case "time": time = try reader.time()
      case "frame": frame = try reader.optional { try $0.integer() }
      case "endpoint": endpoint = try reader.role()
      case "from": from = try reader.state()
      case "to": to = try reader.state()
      case "cause": cause = try reader.word()
      case "evidence": evidence = try reader.word { word in Evidence.allCases.first { $0.word == word } }
      case "confirmed_time": confirmedTime = try reader.time()
      case "confirmed_frame": confirmedFrame = try reader.integer()
      case "refuted_time": refutedTime = try reader.time()
      case "refuted_frame": refutedFrame = try reader.integer()
      default: try reader.skip()
      }
    }
    return Transition(
      time: try require(time, "time"), frame: frame, endpoint: try require(endpoint, "endpoint"), from: from, to: to,
      cause: try require(cause, "cause"), evidence: try require(evidence, "evidence"),
      confirmed: PacketStamp(confirmedTime, confirmedFrame), refuted: PacketStamp(refutedTime, refutedFrame))
  }
}

extension PacketStamp {
  /// nil where either is.
  init?(_ time: Timestamp?, _ frame: UInt64?) {
    guard let time, let frame else { return nil }
    self.init(time: time, frame: frame)
  }
}
