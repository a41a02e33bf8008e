import Anomalies
import ConnectionTracking

/// What went wrong: the worst finding that the close does not tell already.
struct CauseClause {
  /// Findings that need no more words.
  let told: [String]

  /// - Returns: the end whose state the clause has told.
  func write(_ report: borrowing FlowReport, into output: inout OutputBuffer) -> EndpointRole? {
    guard let worst = worst(of: report) else { return nil }
    output.append("; ")
    if worst.id == "request-after-fin" {
      writeRace(worst, into: &output)
    } else {
      output.append(clause: Escaping.line(worst.message))
    }
    guard let end = worst.endpoint, let state = Self.stalls[worst.id] else { return nil }
    return report.flow[end].state == state ? end : nil
  }

  /// Where the close tells one already, another is worth a clause if it is likely a fault. What is wrong with the
  /// capture is told where nothing is wrong with the connection.
  private func worst(of report: borrowing FlowReport) -> Finding? {
    guard report.findings.contains(where: { $0.severity >= .notice }) else { return nil }
    let isTold = report.findings.contains { told.contains($0.id) && $0.severity >= .notice }
    let rest = report.findings.filter { finding in
      !told.contains(finding.id)
        && (finding.severity >= (isTold ? .warning : .notice) || Self.consequences.contains(finding.id))
    }
    return rest.filter { AnomalyRule.named($0.id)?.group != .captureQuality }.worst ?? rest.worst
  }

  /// What a reset left behind belongs to its story, however light.
  private static let consequences: Set<String> = ["peer-unaware-of-rst"]

  /// Findings that say how long an end has been in which state.
  private static let stalls: [String: TCPState] = [
    "close-wait-leak": .closeWait, "fin-wait-1-stalled": .finWait1, "fin-wait-2-stuck": .finWait2,
    "last-ack-stalled": .lastAck, "closing-stalled": .closing, "syn-rcvd-stalled": .synReceived,
  ]

  private func writeRace(_ finding: Finding, into output: inout OutputBuffer) {
    output.append("the client's next request")
    guard case .integer(let bytes)? = finding.fields.first(where: { $0.name == "bytes_lost" })?.value else {
      return output.append(" had just arrived and was reset unread")
    }
    let wasReset = finding.frames.count > 2 || finding.message.hasSuffix("reset.")
    output.append(wasReset ? " crossed the FIN and was reset: " : " crossed the FIN: ")
    output.append(bytes)
    output.append(bytes == 1 ? " byte lost" : " bytes lost")
  }
}

extension OutputBuffer {
  /// Appends a sentence as a clause: no capital, unless an abbreviation begins it, and no stop.
  fileprivate mutating func append(clause sentence: String) {
    let second = sentence.utf8.dropFirst().first ?? 0
    let isWord = (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(second) || second == UInt8(ascii: " ")
    let bytes = sentence.utf8.dropLast(sentence.utf8.last == UInt8(ascii: ".") ? 1 : 0)
    guard let first = bytes.first else { return }
    let isCapital = (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(first)
    append(byte: isWord && isCapital ? first | 0x20 : first)
    append(bytes: Array(bytes.dropFirst()))
  }
}
