import Anomalies
import ConnectionTracking
import PacketDecoding

/// A line on the capture, then a line a flow in the manner of `netstat`, in order of the first packet.
///
/// The capture's line and the widths of the columns are only known at the end, so a small row of every flow is kept.
public struct TableRenderer: ReportRenderer {
  private let names: [String]
  private let style: TextStyle
  private var rows: [FlowRow] = []

  public var needs: ReportNeeds { .flows }

  public init(names: StateNames = .bsd, style: TextStyle = .plain) {
    self.names = names.all
    self.style = style
  }

  public mutating func render(_ report: borrowing FlowReport, into output: inout OutputBuffer) {
    rows.append(FlowRow(report))
  }

  public mutating func finish(_ report: Report, into output: inout OutputBuffer) {
    CaptureLine(style: style).write(report, into: &output)
    guard !rows.isEmpty else { return AggregateFindings(style: style).write(report, into: &output) }
    rows.sort { $0.number < $1.number }
    output.append("\n")
    let layout = ConnectionTable(rows: rows, names: names, style: style)
    layout.writeHeading(into: &output)
    for row in rows { layout.write(row, into: &output) }
    AggregateFindings(style: style).write(report, into: &output)
  }
}

/// What the table shows of a flow.
struct FlowRow: Sendable {
  let number: Int
  let client, server: SocketAddress
  let clientState, serverState: TCPState?
  let isClientPresumed, isServerPresumed: Bool
  let close: Flow.CloseKind
  let closedBy: Flow.Closer?
  let isEvicted: Bool
  let duration: Int64
  let sent, received: Int
  let encapsulation: Encapsulation?
  let worst: (id: String, severity: Severity)?
  let findings: Int

  init(_ report: borrowing FlowReport) {
    let flow = report.flow
    encapsulation = report.encapsulation
    worst = report.worst.map { ($0.id, $0.severity) }
    findings = report.findings.count
    number = flow.number
    client = flow.client
    server = flow.server
    clientState = flow.clientEnd.state
    serverState = flow.serverEnd.state
    isClientPresumed = flow.clientEnd.isPresumed
    isServerPresumed = flow.serverEnd.isPresumed
    close = flow.close
    closedBy = flow.closedBy
    isEvicted = flow.end == .evicted
    duration = flow.lastSeen.time.nanoseconds(since: flow.firstSeen.time)
    sent = flow.clientEnd.distinctPayloadBytes
    received = flow.serverEnd.distinctPayloadBytes
  }
}

/// The table's columns, as wide as the rows need.
private struct ConnectionTable {
  private var widths = Array(repeating: 0, count: 10)
  private let names: [String]
  private let columns: Columns

  private static let headings = [
    "FLOW", "CLIENT", "SERVER", "CLIENT STATE", "SERVER STATE", "CLOSED", "DURATION", "SENT", "RECEIVED", "FINDINGS",
  ]
  private static let rightAligned: Set<Int> = [0, 6, 7, 8]

  init(rows: [FlowRow], names: [String], style: TextStyle) {
    self.names = names
    columns = Columns(style: style)
    widths = Self.headings.map(\.utf8.count)
    var cell = OutputBuffer()
    for row in rows {
      for column in widths.indices {
        cell.removeAll()
        write(row, column, into: &cell)
        widths[column] = max(widths[column], cell.count)
      }
    }
  }

  func writeHeading(into output: inout OutputBuffer) {
    for (column, heading) in Self.headings.enumerated() {
      cell(column, .heading, into: &output) { $0.append(heading) }
    }
    output.append("\n")
  }

  func write(_ row: FlowRow, into output: inout OutputBuffer) {
    for column in widths.indices {
      cell(column, role(of: row, column), into: &output) { write(row, column, into: &$0) }
    }
    output.append("\n")
  }

  private func cell(
    _ column: Int, _ role: TextStyle.Role, into output: inout OutputBuffer, _ body: (inout OutputBuffer) -> Void
  ) {
    columns.cell(
      widths[column], Self.rightAligned.contains(column) ? .right : .left, role,
      isLast: column == widths.count - 1, into: &output, body)
  }

  private func role(of row: FlowRow, _ column: Int) -> TextStyle.Role {
    switch column {
    case 3: row.isClientPresumed ? .presumed : .plain
    case 4: row.isServerPresumed ? .presumed : .plain
    case 9: row.worst.map { .severity($0.severity) } ?? .plain
    default: .plain
    }
  }

  private func write(_ row: FlowRow, _ column: Int, into output: inout OutputBuffer) {
    switch column {
    case 0: output.append(row.number)
    case 1: output.append(row.client)
    case 2: writeServer(of: row, into: &output)
    case 3: write(row.clientState, isPresumed: row.isClientPresumed, into: &output)
    case 4: write(row.serverState, isPresumed: row.isServerPresumed, into: &output)
    case 5: writeClose(of: row, into: &output)
    case 6: output.append(seconds: row.duration, decimals: 3)
    case 7: output.append(row.sent)
    case 8: output.append(row.received)
    default: writeFindings(of: row, into: &output)
    }
  }

  /// Two flows with the same four-tuple are told apart by what they were wrapped in.
  private func writeServer(of row: FlowRow, into output: inout OutputBuffer) {
    output.append(row.server)
    guard let encapsulation = row.encapsulation else { return }
    output.append(" [")
    output.append(encapsulation)
    output.append("]")
  }

  /// `close-wait-leak +2`: the worst one, and how many more.
  private func writeFindings(of row: FlowRow, into output: inout OutputBuffer) {
    guard let worst = row.worst else { return output.append("-") }
    output.append(worst.id)
    guard row.findings > 1 else { return }
    output.append(" +")
    output.append(row.findings - 1)
  }

  private func write(_ state: TCPState?, isPresumed: Bool, into output: inout OutputBuffer) {
    output.append(names[state.index])
    if isPresumed { output.append("?") }
  }

  private func writeClose(of row: FlowRow, into output: inout OutputBuffer) {
    guard row.close != .none else { return output.append(row.isEvicted ? "evicted" : "-") }
    output.append(row.close.rawValue)
    switch row.closedBy {
    case .client: output.append(" by client")
    case .server: output.append(" by server")
    case .both, nil: break
    }
  }
}
