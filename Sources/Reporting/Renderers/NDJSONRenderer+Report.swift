import Anomalies
import ConnectionTracking
import PacketDecoding

/// The lines about the whole run.
extension NDJSONRenderer {
  func write(_ capture: CaptureSummary, into output: inout OutputBuffer) {
    output.append("{\"type\":\"capture\",\"schema_version\":1,\"inputs\":")
    write(capture.inputs, into: &output)
    output.append(",\"link_types\":")
    write(capture.linkTypes, into: &output)
    output.append(",\"packets\":")
    output.append(capture.packets.total)
    output.append(",\"tcp_packets\":")
    output.append(capture.packets.segments)
    output.append(",\"icmp_errors\":")
    output.append(capture.packets.icmpErrors)
    writeSpan(of: capture, into: &output)
    write(capture.packets.skips, into: &output)
    write(capture.drops, into: &output)
    output.append(",\"warnings\":")
    write(capture.warnings, into: &output)
    output.append(",\"findings\":")
    FindingJSON.write(capture.findings, into: &output)
    output.append("}\n")
  }

  /// A finding that belongs to no single flow.
  func write(_ finding: Finding, into output: inout OutputBuffer) {
    output.append("{\"type\":\"finding\",\"schema_version\":1,")
    FindingJSON.writeFields(of: finding, into: &output)
    output.append("}\n")
  }

  private func writeSpan(of capture: CaptureSummary, into output: inout OutputBuffer) {
    output.append(",\"first_seen\":")
    write(capture.firstSeen, into: &output)
    output.append(",\"last_seen\":")
    write(capture.lastSeen, into: &output)
    output.append(",\"duration\":")
    guard let first = capture.firstSeen, let last = capture.lastSeen else { return output.append("null") }
    output.append(seconds: last.nanoseconds(since: first))
  }

  private func write(_ skips: [PacketCounts.Skip], into output: inout OutputBuffer) {
    output.append(",\"skipped\":[")
    for (index, skip) in skips.enumerated() {
      output.append(index == 0 ? "{\"reason\":" : ",{\"reason\":")
      output.append(word: skip.reason)
      if let number = skip.number {
        output.append(",\"number\":")
        output.append(number)
      }
      if let layer = skip.layer {
        output.append(",\"layer\":")
        output.append(word: layer)
      }
      if let problem = skip.problem {
        output.append(",\"problem\":")
        output.append(word: problem)
      }
      output.append(",\"packets\":")
      output.append(skip.packets)
      output.append(byte: UInt8(ascii: "}"))
    }
    output.append(byte: UInt8(ascii: "]"))
  }

  private func write(_ drops: DropCounts?, into output: inout OutputBuffer) {
    output.append(",\"drops\":")
    guard let drops else { return output.append("null") }
    output.append("{\"kernel\":")
    output.append(drops.kernel)
    output.append(",\"interface\":")
    output.append(drops.interface)
    output.append(byte: UInt8(ascii: "}"))
  }

  private func write(_ time: Timestamp?, into output: inout OutputBuffer) {
    guard let time else { return output.append("null") }
    output.append(byte: UInt8(ascii: "\""))
    output.append(time)
    output.append(byte: UInt8(ascii: "\""))
  }

  private func write(_ texts: [String], into output: inout OutputBuffer) {
    output.append(byte: UInt8(ascii: "["))
    for (index, text) in texts.enumerated() {
      if index > 0 { output.append(byte: UInt8(ascii: ",")) }
      output.append(json: text)
    }
    output.append(byte: UInt8(ascii: "]"))
  }
}

extension NDJSONRenderer {
  func writeSummary(of report: Report, into output: inout OutputBuffer) {
    output.append("{\"type\":\"summary\",\"schema_version\":1,")
    write(report.totals, into: &output)
    output.append(",\"listeners_omitted\":")
    output.append(report.listenersOmitted)
    output.append(",\"hosts_omitted\":")
    output.append(report.hostsOmitted)
    output.append(",\"selected\":")
    if let selected = report.selected {
      output.append("{")
      write(selected, into: &output)
      output.append("}")
    } else {
      output.append("null")
    }
    output.append("}\n")
  }

  private func write(_ totals: FlowTotals, into output: inout OutputBuffer) {
    output.append("\"flows\":")
    output.append(totals.flows)
    output.append(",\"reported\":")
    output.append(totals.reported)
    output.append(",\"open\":")
    output.append(totals.open)
    output.append(",\"evicted\":")
    output.append(totals.evicted)
    output.append(",\"payload_bytes\":")
    output.append(totals.payloadBytes)
    output.append(",\"retransmitted_bytes\":")
    output.append(totals.retransmittedBytes)
    write(Flow.CloseKind.allCases.map { ($0.rawValue, totals.count(of: $0)) }, as: ",\"close\":{", into: &output)
    write(Flow.Closer.allCases.map { ($0.rawValue, totals.count(of: $0)) }, as: ",\"closed_by\":{", into: &output)
    let states: [TCPState?] = TCPState.allCases + [nil]
    write(states.map { (name(of: $0), totals.ends(in: $0)) }, as: ",\"final\":{", into: &output)
  }

  /// An object of counts; those of 0 are left out.
  private func write(_ counts: [(String, Int)], as key: String, into output: inout OutputBuffer) {
    output.append(key)
    var isFirst = true
    for (name, count) in counts where count > 0 {
      output.append(isFirst ? "\"" : ",\"")
      isFirst = false
      output.append(name)
      output.append("\":")
      output.append(count)
    }
    output.append(byte: UInt8(ascii: "}"))
  }
}
