import ConnectionTracking
import PacketDecoding

/// How the lines of a ladder are laid out.
struct LadderLayout {
  private let names: [String]
  private let columns: Columns
  private let stateWidth: Int
  private let timeWidth = 12
  private let frameWidth = 7
  private let arrowWidth = 26

  init(names: [String], style: TextStyle) {
    self.names = names
    columns = Columns(style: style)
    stateWidth = (names.map(\.utf8.count).max() ?? 0) + 1
  }

  func writeHeading(into output: inout OutputBuffer) {
    columns.cell(timeWidth, .right, .heading, into: &output) { $0.append("TIME") }
    columns.cell(frameWidth, .right, .heading, into: &output) { $0.append("FRAME") }
    columns.cell(stateWidth, .left, .heading, into: &output) { $0.append("CLIENT") }
    columns.cell(arrowWidth, .left, .heading, into: &output) { _ in }
    columns.cell(stateWidth, .left, .heading, into: &output) { $0.append("SERVER") }
    columns.cell(0, .left, .heading, isLast: true, into: &output) { $0.append("HOW IT IS KNOWN") }
    output.append("\n")
  }

  /// The states before the first step.
  func writeStart(of ladder: Ladder, into output: inout OutputBuffer) {
    columns.cell(timeWidth, into: &output) { _ in }
    columns.cell(frameWidth, into: &output) { _ in }
    columns.cell(stateWidth, .left, .faint, into: &output) { $0.append(names[ladder.start.client.index]) }
    columns.cell(arrowWidth, into: &output) { _ in }
    columns.cell(0, .left, .faint, isLast: true, into: &output) { $0.append(names[ladder.start.server.index]) }
    output.append("\n")
  }

  func write(_ rung: Rung, into output: inout OutputBuffer) {
    columns.cell(timeWidth, .right, into: &output) { $0.append(seconds: rung.sinceStart, decimals: 6) }
    columns.cell(frameWidth, .right, into: &output) { output in
      if let frame = rung.entries.first?.frame { output.append(frame) } else { output.append("timer") }
    }
    write(rung.client, rung.entry(of: .client), into: &output)
    columns.cell(arrowWidth, into: &output) { writeArrow(of: rung, into: &$0) }
    write(rung.server, rung.entry(of: .server), into: &output)
    writeEvidence(of: rung, into: &output)
    output.append("\n")
  }

  private func write(_ standing: StandingState, _ entry: Transition?, into output: inout OutputBuffer) {
    let role: TextStyle.Role =
      switch entry {
      case nil: .plain
      case let entry? where entry.refuted != nil: .refuted
      case _ where standing.isPresumed: .presumed
      default: .changed
      }
    columns.cell(stateWidth, .left, role, into: &output) { output in
      output.append(names[standing.state.index])
      if standing.isPresumed { output.append("?") }
    }
  }

  /// `--> SYN            -->`, `<-- ACK of FIN     <--`, or the bare words where no segment made the step.
  private func writeArrow(of rung: Rung, into output: inout OutputBuffer) {
    let arrow = rung.sender.map { $0 == .client ? "-->" : "<--" } ?? "   "
    output.append(arrow)
    output.append(" ")
    output.append(rung.label)
    output.append(byte: UInt8(ascii: " "), count: arrowWidth - 7 - rung.label.utf8.count)
    output.append(arrow)
  }

  private func writeEvidence(of rung: Rung, into output: inout OutputBuffer) {
    for (index, entry) in rung.entries.enumerated() {
      if index > 0 { output.append("; ") }
      output.append(entry.endpoint.word)
      output.append(" ")
      if entry.cause == .presumptionRefuted {
        output.append("takes back ")
        output.append(names[entry.from.index])
      } else {
        // Where one segment moved an end more than once, each move needs its name.
        if rung.moves(of: entry.endpoint) > 1 { write(names[entry.to.index], " ", into: &output) }
        writeEvidence(of: entry, into: &output)
      }
    }
  }

  private func writeEvidence(of entry: Transition, into output: inout OutputBuffer) {
    output.append(entry.evidence.word)
    if let frame = entry.confirmed?.frame { write(" -> confirmed at frame ", frame, into: &output) }
    if let frame = entry.refuted?.frame { write(" -> refuted at frame ", frame, into: &output) }
  }

  private func write(_ words: String, _ frame: UInt64, into output: inout OutputBuffer) {
    output.append(words)
    output.append(frame)
  }

  private func write(_ first: String, _ second: String, into output: inout OutputBuffer) {
    output.append(first)
    output.append(second)
  }
}
