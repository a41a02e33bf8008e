import Anomalies

/// Findings for people: the severity, the name, the packets, what it says, what to do.
struct FindingLines {
  let style: TextStyle

  /// Each in a line of its own, without its advice.
  func writeShort(_ findings: [Finding], into output: inout OutputBuffer) {
    for finding in findings {
      writeHead(of: finding, into: &output)
      output.append("  ")
      output.append(line: finding.message)
      output.append("\n")
    }
  }

  /// Each in full: the line with the packets that show it, the message, and the advice.
  func write(_ findings: [Finding], into output: inout OutputBuffer) {
    for finding in findings {
      writeHead(of: finding, into: &output)
      style.write(.faint, into: &output) { write(finding.frames, into: &$0) }
      output.append("\n           ")
      output.append(line: finding.message)
      output.append("\n           ")
      output.append(line: finding.advice)
      output.append("\n")
    }
  }

  private func writeHead(of finding: Finding, into output: inout OutputBuffer) {
    output.append("  ")
    Columns(style: style).cell(7, .left, .severity(finding.severity), into: &output) {
      $0.append(finding.severity.word)
    }
    style.write(.heading, into: &output) { $0.append(finding.id) }
  }

  private func write(_ frames: [UInt64], into output: inout OutputBuffer) {
    guard !frames.isEmpty else { return }
    output.append(frames.count == 1 ? "  frame " : "  frames ")
    for (index, frame) in frames.enumerated() {
      if index > 0 { output.append(", ") }
      output.append(frame)
    }
  }
}
