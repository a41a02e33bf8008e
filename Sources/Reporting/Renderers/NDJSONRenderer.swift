import Anomalies
import ConnectionTracking
import PacketDecoding

/// One JSON object a line (schema version 1): every flow as it ends, then the capture, the summary last.
///
/// The capture's line holds counts that are only known once everything was read, so it follows the flows.
public struct NDJSONRenderer: ReportRenderer {
  private let names: [String]
  private var entries: TransitionJSON
  private let sentence: FlowSentence
  /// The key of each state's time, by raw value; then the same with a comma before it.
  private let timeKeys: PreparedTexts
  private var outcomes: OutcomeJSON
  private var options = OptionsJSON()
  /// The counts of what went wrong at an end where nothing did: most ends.
  private let undisturbed = Array(troubles.map { "\($0)0" }.joined().utf8)

  private static let troubles = [
    "retransmitted_bytes", "retransmitted_segments", "missing_bytes", "uncaptured_bytes", "out_of_order_segments",
    "zero_windows", "duplicate_packets", "super_segments", "unacknowledged_bytes",
  ].map { ",\"\($0)\":" }
  private let showsListeners: Bool

  public var needs: ReportNeeds { showsListeners ? .all : [.flows, .messages] }

  /// - Parameter showsListeners: also a line a listener and a host.
  public init(names: StateNames = .bsd, showsListeners: Bool = false) {
    self.showsListeners = showsListeners
    self.names = names.all
    timeKeys = PreparedTexts(names.all.map { "\"\($0)\":" } + names.all.map { ",\"\($0)\":" })
    outcomes = OutcomeJSON(names: names.all)
    entries = TransitionJSON(names: names.all)
    sentence = FlowSentence(names: names.all)
  }

  public mutating func render(_ report: borrowing FlowReport, into output: inout OutputBuffer) {
    let flow = report.flow
    output.append("{\"type\":\"flow\",\"schema_version\":1,\"flow\":")
    output.append(flow.number)
    output.append(",\"client\":")
    output.append(json: flow.client)
    output.append(",\"server\":")
    output.append(json: flow.server)
    EncapsulationJSON.write(report.encapsulation, into: &output)
    writeSpan(of: flow, into: &output)
    outcomes.write(of: flow, report.resetCause, into: &output)
    writeEnd(of: flow, into: &output)
    writeTimeline(of: flow, into: &output)
    ObservationJSON.write(flow.observations, into: &output)
    output.append(",\"observations_omitted\":")
    output.append(flow.observationsOmitted)
    output.append(",\"endpoints\":{\"client\":")
    write(flow.clientEnd, into: &output)
    output.append(",\"server\":")
    write(flow.serverEnd, into: &output)
    output.append("},\"findings\":")
    FindingJSON.write(report.findings, into: &output)
    var summary = OutputBuffer()
    sentence.write(report, into: &summary)
    output.append(",\"summary\":")
    output.append(json: summary.text)
    output.append("}\n")
  }

  public mutating func finish(_ report: Report, into output: inout OutputBuffer) {
    write(report.capture, into: &output)
    if showsListeners {
      for listener in report.listeners { ListenerJSON.write(listener, into: &output) }
      for host in report.hosts { ListenerJSON.write(host, into: &output) }
    }
    for finding in report.findings { write(finding, into: &output) }
    writeSummary(of: report, into: &output)
  }

  private func writeSpan(of flow: borrowing Flow, into output: inout OutputBuffer) {
    output.append(",\"orientation\":")
    output.append(word: flow.orientation.rawValue)
    output.append(",\"first_seen\":\"")
    output.append(flow.firstSeen.time)
    output.append("\",\"last_seen\":\"")
    output.append(flow.lastSeen.time)
    output.append("\",\"duration\":")
    output.append(seconds: flow.lastSeen.time.nanoseconds(since: flow.firstSeen.time))
    output.append(",\"first_frame\":")
    output.append(flow.firstSeen.frame)
    output.append(",\"last_frame\":")
    output.append(flow.lastSeen.frame)
    output.append(",\"previous_flow\":")
    output.append(json: flow.previousFlow)
  }

  private func writeEnd(of flow: borrowing Flow, into output: inout OutputBuffer) {
    output.append(",\"ended_at\":\"")
    output.append(flow.endedAt)
    output.append("\",\"idle_before_close\":")
    if let idle = flow.idleBeforeClose { output.append(seconds: idle) } else { output.append("null") }
  }

  private mutating func writeTimeline(of flow: borrowing Flow, into output: inout OutputBuffer) {
    output.append(",\"timeline\":[")
    var isFirst = true
    for index in 0..<flow.timelineCount {
      if isFirst { output.append("{") } else { output.append("},{") }
      isFirst = false
      entries.writeFields(of: flow.timelineEntry(index), into: &output)
    }
    if !isFirst { output.append("}") }
    output.append("],\"timeline_omitted\":")
    output.append(flow.timelineOmitted)
  }

  func name(of state: TCPState?) -> String { names[state.index] }
}

/// One end of a flow.
extension NDJSONRenderer {
  private mutating func write(_ end: borrowing EndpointSummary, into output: inout OutputBuffer) {
    output.append("{\"presumed\":")
    output.append(json: end.isPresumed)
    write(end.stateSince, as: ",\"state_since\":", into: &output)
    write(end.lastSent, as: ",\"last_sent\":", into: &output)
    output.append(",\"packets\":")
    output.append(end.packets)
    output.append(",\"bytes\":")
    output.append(end.bytes)
    writePayload(of: end, into: &output)
    writeOptions(of: end, into: &output)
    writeTimes(of: end, into: &output)
    output.append("}}")
  }

  private func write(_ time: Timestamp?, as key: StaticString, into output: inout OutputBuffer) {
    output.append(key)
    guard let time else { return output.append("null") }
    output.append("\"")
    output.append(time)
    output.append("\"")
  }

  private func writePayload(of end: borrowing EndpointSummary, into output: inout OutputBuffer) {
    output.append(",\"payload_bytes\":")
    output.append(end.payloadBytes)
    output.append(",\"distinct_payload_bytes\":")
    output.append(end.distinctPayloadBytes)
    if end.isUndisturbed { output.append(bytes: undisturbed) } else { writeTroubles(of: end, into: &output) }
  }

  private func writeTroubles(of end: borrowing EndpointSummary, into output: inout OutputBuffer) {
    for (key, count) in zip(Self.troubles, end.troubles) {
      output.append(key)
      output.append(count)
    }
  }

  private mutating func writeOptions(of end: borrowing EndpointSummary, into output: inout OutputBuffer) {
    options.write(of: end, into: &output)
    output.append(",\"isn\":")
    output.append(json: end.initialSequence.map { Int($0.rawValue) })
  }

  /// States it was never in are left out.
  private func writeTimes(of end: borrowing EndpointSummary, into output: inout OutputBuffer) {
    output.append(",\"time_in_state\":{")
    let times = end.nanosecondsInState
    var key = 0
    for index in 0..<times.count where times[index] > 0 {
      output.append(key &+ index, of: timeKeys)
      output.append(seconds: times[index])
      key = times.count
    }
  }
}

extension EndpointSummary {
  /// What went wrong, in the order of the fields.
  fileprivate var troubles: [Int] {
    [
      retransmittedBytes, retransmittedSegments, lostBytes &+ uncapturedBytes, uncapturedBytes, outOfOrderSegments,
      zeroWindows, duplicatePackets, superSegments, unacknowledgedBytes,
    ]
  }

  fileprivate var isUndisturbed: Bool {
    retransmittedBytes | retransmittedSegments | lostBytes | uncapturedBytes | outOfOrderSegments | zeroWindows
      | duplicatePackets | superSegments | unacknowledgedBytes == 0
  }
}
