public import ConnectionTracking
public import PacketDecoding

/// A line a transition as it happens, for captures that are still running.
public struct TransitionRenderer: Sendable {
  public enum Form: Sendable {
    /// For people: the time of day, the flow, the end and its two states, how it is known.
    case text
    /// `"type":"transition"`: a timeline entry of the flow, with its number and its ends.
    case ndjson
  }

  private let names: [String]
  private let form: Form
  private var entries: TransitionJSON
  private let columns: Columns
  private let style: TextStyle

  public init(_ form: Form, names: StateNames = .bsd, style: TextStyle = .plain) {
    self.form = form
    self.names = names.all
    entries = TransitionJSON(names: names.all)
    self.style = style
    columns = Columns(style: style)
  }

  /// - Parameter entry: as it stood when it came about; what confirms or refutes it is in the report at the end.
  public mutating func render(
    flow: Int, client: SocketAddress, server: SocketAddress, entry: Transition, into output: inout OutputBuffer
  ) {
    switch form {
    case .text: writeText(flow, client, server, entry, into: &output)
    case .ndjson: writeJSON(flow, client, server, entry, into: &output)
    }
  }

  private func writeText(
    _ flow: Int, _ client: SocketAddress, _ server: SocketAddress, _ entry: Transition,
    into output: inout OutputBuffer
  ) {
    output.append(timeOfDay: entry.time)
    output.append("  ")
    columns.cell(5, .right, into: &output) { $0.append(flow) }
    columns.cell(43, into: &output) { output in
      output.append(client)
      output.append(" -> ")
      output.append(server)
    }
    output.append(entry.endpoint.word)
    output.append(" ")
    output.append(names[entry.from.index])
    output.append(" -> ")
    style.write(entry.evidence == .presumed ? .presumed : .changed, into: &output) { output in
      output.append(names[entry.to.index])
      if entry.evidence == .presumed { output.append("?") }
    }
    output.append("  ")
    output.append(entry.cause.label)
    output.append(", ")
    output.append(entry.evidence.word)
    output.append("\n")
  }

  private mutating func writeJSON(
    _ flow: Int, _ client: SocketAddress, _ server: SocketAddress, _ entry: Transition,
    into output: inout OutputBuffer
  ) {
    output.append("{\"type\":\"transition\",\"schema_version\":1,\"flow\":")
    output.append(flow)
    output.append(",\"client\":")
    output.append(json: client)
    output.append(",\"server\":")
    output.append(json: server)
    output.append(",")
    entries.writeFields(of: entry, into: &output)
    output.append("}\n")
  }
}
