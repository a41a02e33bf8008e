import Anomalies
import ConnectionTracking
import PacketDecoding

/// One row a flow under a row of names, as RFC 4180 has it: commas, CR LF, quotes where a field needs them.
///
/// The columns are those of the NDJSON that fit in a cell; rows come as flows end.
public struct CSVRenderer: ReportRenderer {
  private let names: [String]
  private let sentence: FlowSentence

  public var needs: ReportNeeds { [.flows, .messages] }

  public init(names: StateNames = .bsd) {
    self.names = names.all
    sentence = FlowSentence(names: names.all)
  }

  private static let header = [
    "flow", "client_address", "client_port", "server_address", "server_port", "orientation", "first_seen",
    "last_seen", "duration", "first_frame", "last_frame", "previous_flow", "closed_by", "close", "rst_cause", "end",
    "client_state", "server_state", "client_presumed", "server_presumed", "client_packets", "server_packets",
    "client_payload_bytes", "server_payload_bytes", "client_retransmitted_bytes", "server_retransmitted_bytes",
    "findings", "summary",
  ].joined(separator: ",")

  public mutating func begin(into output: inout OutputBuffer) {
    output.append(Self.header)
    output.append("\r\n")
  }

  public mutating func render(_ report: borrowing FlowReport, into output: inout OutputBuffer) {
    let flow = report.flow
    writeIdentity(of: flow, into: &output)
    writeSpan(of: flow, into: &output)
    writeEnds(of: flow, report.resetCause, into: &output)
    field(report.findings.count, into: &output)
    var summary = OutputBuffer()
    sentence.write(report, into: &summary)
    output.append(csv: summary.text)
    output.append("\r\n")
  }

  public mutating func finish(_ report: Report, into output: inout OutputBuffer) {}

  private func writeIdentity(of flow: borrowing Flow, into output: inout OutputBuffer) {
    field(flow.number, into: &output)
    field(into: &output) { $0.append(flow.client.address) }
    field(Int(flow.client.port), into: &output)
    field(into: &output) { $0.append(flow.server.address) }
    field(Int(flow.server.port), into: &output)
    field(flow.orientation.rawValue, into: &output)
  }

  private func writeSpan(of flow: borrowing Flow, into output: inout OutputBuffer) {
    let (first, last) = (flow.firstSeen, flow.lastSeen)
    field(into: &output) { $0.append(first.time) }
    field(into: &output) { $0.append(last.time) }
    field(into: &output) { $0.append(seconds: last.time.nanoseconds(since: first.time)) }
    field(into: &output) { $0.append(first.frame) }
    field(into: &output) { $0.append(last.frame) }
    field(flow.previousFlow, into: &output)
  }

  private func writeEnds(of flow: borrowing Flow, _ cause: ResetCause?, into output: inout OutputBuffer) {
    let (client, server) = (flow.clientEnd, flow.serverEnd)
    field(flow.closedBy?.rawValue ?? "", into: &output)
    field(flow.close.rawValue, into: &output)
    field(cause?.rawValue ?? "", into: &output)
    field(flow.end.rawValue, into: &output)
    field(names[client.state.index], into: &output)
    field(names[server.state.index], into: &output)
    field(client.isPresumed ? "true" : "false", into: &output)
    field(server.isPresumed ? "true" : "false", into: &output)
    for (left, right) in [
      (client.packets, server.packets), (client.distinctPayloadBytes, server.distinctPayloadBytes),
      (client.retransmittedBytes, server.retransmittedBytes),
    ] {
      field(left, into: &output)
      field(right, into: &output)
    }
  }

  private func field(_ value: Int?, into output: inout OutputBuffer) {
    field(into: &output) { if let value { $0.append(value) } }
  }

  private func field(_ word: String, into output: inout OutputBuffer) {
    field(into: &output) { $0.append(word) }
  }

  private func field(into output: inout OutputBuffer, _ body: (inout OutputBuffer) -> Void) {
    body(&output)
    output.append(byte: UInt8(ascii: ","))
  }
}
