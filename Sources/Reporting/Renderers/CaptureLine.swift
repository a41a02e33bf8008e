import ConnectionTracking
import PacketDecoding

/// One line on the capture: the files, the packets, when, and what could not be followed. What makes the capture
/// doubtful stands below it, before anything that is read from it.
struct CaptureLine {
  let style: TextStyle

  func write(_ report: Report, into output: inout OutputBuffer) {
    let capture = report.capture
    style.write(.heading, into: &output) { $0.append(line: capture.inputs.joined(separator: ", ")) }
    output.append(": ")
    writeCounts(of: report, into: &output)
    output.append("\n")
    FindingLines(style: style).writeShort(capture.findings, into: &output)
  }

  /// The line without the names of the files.
  func writeCounts(of report: Report, into output: inout OutputBuffer) {
    let capture = report.capture
    write(capture.packets.total, "packet", into: &output)
    output.append(", ")
    output.append(capture.packets.segments)
    output.append(" TCP, ")
    write(report.totals.flows, "flow", into: &output)
    if report.totals.reported < report.totals.flows { write(shown: report.totals.reported, into: &output) }
    writeSpan(of: capture, into: &output)
    write(capture.packets, into: &output)
    if let drops = capture.drops { write(drops, into: &output) }
  }

  private func write(shown: Int, into output: inout OutputBuffer) {
    output.append(" (")
    output.append(shown)
    output.append(" shown)")
  }

  private func writeSpan(of capture: CaptureSummary, into output: inout OutputBuffer) {
    guard let first = capture.firstSeen, let last = capture.lastSeen else { return }
    output.append(", ")
    output.append(seconds: last.nanoseconds(since: first), decimals: 3)
    output.append(" s from ")
    output.append(first)
  }

  private func write(_ packets: PacketCounts, into output: inout OutputBuffer) {
    if packets.icmpErrors > 0 {
      output.append(", ")
      write(packets.icmpErrors, "ICMP error", into: &output)
    }
    guard packets.skipped > 0 else { return }
    output.append(", ")
    output.append(packets.skipped)
    output.append(" skipped (")
    for (index, skip) in packets.skips.enumerated() {
      if index > 0 { output.append(", ") }
      write(skip, into: &output)
    }
    output.append(")")
  }

  private func write(_ skip: PacketCounts.Skip, into output: inout OutputBuffer) {
    output.append(skip.packets)
    output.append(" ")
    output.append(skip.reason)
    if let layer = skip.layer {
      output.append(" ")
      output.append(layer)
    }
    if let number = skip.number {
      output.append(" ")
      output.append(number)
    }
    if let problem = skip.problem {
      output.append(" ")
      output.append(problem)
    }
  }

  private func write(_ drops: DropCounts, into output: inout OutputBuffer) {
    output.append(", ")
    output.append(drops.kernel)
    output.append(" dropped by the kernel, ")
    output.append(drops.interface)
    output.append(" by the interface")
  }

  private func write(_ count: Int, _ noun: String, into output: inout OutputBuffer) {
    output.append(count)
    output.append(" ")
    output.append(noun)
    if count != 1 { output.append("s") }
  }
}
