@testable import Anomalies
@testable import ConnectionTracking
import PacketDecoding
import Reporting

/// The flows every renderer is tested on: built by hand, so that they say what no tracker needs to agree to.
enum SampleFlows {
  /// 2026-11-20T23:56:12.301421000Z
  static let start = Timestamp(nanoseconds: 1_795_218_972_301_421_000)

  static var all: [Flow] { [fourWay, refuted, midstream, refused, reset, unanswered] }

  /// A report on ``all``, with something in every field.
  static var report: Report {
    var report = Report()
    report.capture.inputs = ["web \"1\".pcap", "-"]
    report.capture.linkTypes = ["EN10MB"]
    report.capture.firstSeen = start
    report.capture.lastSeen = start.advanced(byNanoseconds: 70_250_000_001)
    for packet in packets { report.capture.packets.count(packet) }
    report.capture.warnings = ["web.pcap ends inside frame 41"]
    var statistics = CaptureStatistics()
    for (index, flow) in all.enumerated() {
      report.totals.add(flow, isReported: index != 5)
      statistics.add(flow, Findings().of(flow))
    }
    report.listeners = statistics.listeners.map(ListenerReport.init)
    report.hosts = statistics.hosts.map(HostReport.init)
    report.capture.findings = [finding("truncated-file", .warning, "1 file could not be read to the end.")]
    report.findings = [finding("backend-flapping", .warning, "10.77.0.2:80 fails | and <recovers> & fails.")]
    return report
  }

  /// ``report`` with text from outside wherever there can be some.
  static func report(quoting input: String, message: String) -> Report {
    var report = report
    report.capture.inputs = [input]
    report.capture.warnings = [message]
    report.capture.findings = [finding("truncated-file", .warning, message)]
    var found = finding("backend-flapping", .warning, message)
    found.advice = message
    found.fields = [Finding.Field("path", .text(message))]
    report.findings = [found]
    return report
  }

  private static func finding(_ id: String, _ severity: Severity, _ message: String) -> Finding {
    Finding(
      id: id, severity: severity, endpoint: nil, time: start, frames: [41], confidence: .certain,
      message: message, advice: "Look there.", fields: [])
  }

  /// What there is to say of `flow`; the second came through a tunnel on a VLAN.
  static func report(on flow: Flow) -> FlowReport {
    let tunnel = Tunnel(.vxlan, between: server.address, and: client.address, key: 7)
    return FlowReport(
      flow, Findings().of(flow), in: flow.number == 2 ? Encapsulation(layers: [.vlan(10), .tunnel(tunnel)]) : nil)
  }

  private static var packets: [PacketKind] {
    let malformed = DecodeError(layer: .ipv6Extension, problem: .truncated, offset: 14, needed: 40, available: 9)
    return [
      .segment, .segment, .other(.notTCP(17)), .other(.notIP(0x806)), .other(.notTCP(17)),
      .malformed(malformed), .other(.fragment),
    ]
  }

  static let client = SocketAddress(address: IPAddress(v4: 0x0a4d_0001), port: 40000)
  static let server = SocketAddress(address: IPAddress(v4: 0x0a4d_0002), port: 80)
  static let client6 = SocketAddress(
    address: IPAddress(v6High: 0x2001_0db8_0000_0000, low: 0x0000_0000_0000_0001), port: 50123)
  static let server6 = SocketAddress(address: IPAddress(v6High: 0, low: 0xffff_c000_0201), port: 443)

  static func moment(_ milliseconds: Int64, _ frame: UInt64) -> PacketStamp {
    .init(time: start.advanced(byNanoseconds: milliseconds * 1_000_000), frame: frame)
  }

  /// The client closes first and ends in TIME_WAIT until its timer runs out.
  static var fourWay: Flow {
    var flow = flow(1, close: .fourWay, by: .client, last: moment(305, 11))
    flow.timeline = [
      step(.client, 0, 1, .closed, .synSent, .sendsSYN),
      step(.server, 0, 1, .listen, .synReceived, .receivesSYN, confirmed: moment(1, 2)),
      step(.client, 1, 2, .synSent, .established, .receivesSYNACK, confirmed: moment(2, 3)),
      step(.server, 2, 3, .synReceived, .established, .synAcknowledged, confirmed: moment(4, 5)),
      step(.client, 300, 8, .established, .finWait1, .sendsFIN),
      step(.server, 300, 8, .established, .closeWait, .receivesFIN, confirmed: moment(301, 9)),
      step(.client, 301, 9, .finWait1, .finWait2, .finAcknowledged, confirmed: moment(305, 11)),
      step(.server, 304, 10, .closeWait, .lastAck, .sendsFIN),
      step(.client, 304, 10, .finWait2, .timeWait, .receivesFIN, confirmed: moment(305, 11)),
      step(.server, 305, 11, .lastAck, .closed, .finAcknowledged),
      step(.client, 60305, nil, .timeWait, .closed, .timeWaitExpired),
    ]
    flow.end = .closed
    flow.clientEnd = end(.closed, sent: 1234)
    flow.serverEnd = end(.closed, presumed: true, sent: 567_890)
    return flow
  }

  /// The server's FIN comes again: the last ACK was lost behind the tap.
  static var refuted: Flow {
    var flow = flow(2, close: .threeWay, by: .server, last: moment(450, 24))
    flow.previousFlow = 1
    flow.timeline = [
      step(.server, 200, 20, .established, .finWait1, .sendsFIN),
      step(.client, 201, 21, .established, .lastAck, .sendsFIN),
      step(.server, 201, 21, .finWait1, .timeWait, .receivesFINACK, confirmed: moment(202, 22)),
      step(.client, 202, 22, .lastAck, .closed, .finAcknowledged, refuted: moment(402, 23)),
      step(.client, 402, 23, .closed, .lastAck, .presumptionRefuted, evidence: .observed),
    ]
    flow.clientEnd = end(.lastAck)
    flow.serverEnd = end(.timeWait)
    return flow
  }

  static var midstream: Flow {
    var flow = flow(3, close: .none, by: nil, last: moment(70_250, 41))
    (flow.client, flow.server) = (client6, server6)
    flow.orientation = .port
    flow.timeline = [
      step(.client, 0, 30, nil, .established, .midstream, evidence: .observed),
      step(.server, 0, 30, nil, .established, .midstream, evidence: .presumed),
    ]
    flow.timelineOmitted = 3
    flow.clientEnd = end(.established)
    flow.serverEnd = end(.established, presumed: true)
    return flow
  }

  static var refused: Flow {
    var flow = flow(4, close: .refused, by: .server, last: moment(1, 34))
    flow.timeline = [
      step(.client, 0, 33, .closed, .synSent, .sendsSYN),
      step(.server, 1, 34, .closed, .closed, .sendsRST),
      step(.client, 1, 34, .synSent, .closed, .receivesRST),
    ]
    flow.clientEnd = end(.closed, presumed: true)
    flow.serverEnd = end(.closed)
    return flow
  }

  static var reset: Flow {
    var flow = flow(5, close: .reset, by: .client, last: moment(5001, 37))
    flow.timeline = [
      step(.client, 5001, 37, .established, .closed, .sendsRST),
      step(.server, 5001, 37, .established, .closed, .receivesRST),
    ]
    flow.clientEnd = end(.closed)
    flow.serverEnd = end(.closed, presumed: true)
    flow.end = .evicted
    return flow
  }

  static var unanswered: Flow {
    var flow = flow(6, close: .unanswered, by: nil, last: moment(3000, 40))
    flow.timeline = [step(.client, 0, 38, .closed, .synSent, .sendsSYN)]
    flow.clientEnd = end(.synSent)
    flow.serverEnd = end(nil)
    return flow
  }

  private static func flow(
    _ number: Int, close: Flow.CloseKind, by closer: Flow.Closer?, last: PacketStamp
  ) -> Flow {
    Flow(
      number: number, previousFlow: nil, client: client, server: server, encapsulation: .none, orientation: .syn,
      firstSeen: moment(0, UInt64(number)), lastSeen: last, closedBy: closer, close: close, timeline: [],
      timelineOmitted: 0, clientEnd: end(nil), serverEnd: end(nil), end: .inputEnded)
  }

  private static func step(
    _ role: EndpointRole, _ milliseconds: Int64, _ frame: UInt64?, _ from: TCPState?, _ to: TCPState?,
    _ cause: TransitionCause, evidence: Evidence? = nil, confirmed: PacketStamp? = nil,
    refuted: PacketStamp? = nil
  ) -> Transition {
    let time = start.advanced(byNanoseconds: milliseconds * 1_000_000)
    let isOwn = [.sendsSYN, .sendsSYNACK, .sendsFIN, .sendsRST].contains(cause)
    let known = evidence ?? (frame == nil ? .timer : isOwn ? .observed : .presumed)
    return Transition(
      time: time, frame: frame, endpoint: role, from: from, to: to, cause: cause, evidence: known,
      confirmed: confirmed, refuted: refuted)
  }

  private static func end(_ state: TCPState?, presumed: Bool = false, sent: Int = 0) -> EndpointSummary {
    var end = EndpointSummary(state: state)
    end.isPresumed = presumed
    end.stateSince = start
    end.packets = 6
    end.bytes = sent + 312
    end.payloadBytes = sent + 100
    end.distinctPayloadBytes = sent
    end.retransmittedBytes = 100
    end.retransmittedSegments = 1
    end.uncapturedBytes = 2
    end.lostBytes = 1
    end.maximumSegmentSize = 1460
    end.windowScale = 7
    end.sackPermitted = true
    end.initialSequence = SequenceNumber(4_294_967_290)
    end.nanosecondsInState[Int(TCPState.established.rawValue)] = 5_001_000_000
    end.nanosecondsInState[11] = 1
    return end
  }
}
