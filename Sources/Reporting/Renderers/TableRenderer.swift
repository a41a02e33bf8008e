public import Anomalies
public import ConnectionTracking
import PacketDecoding

/// A line on the capture, then a line a flow in the manner of `netstat`, in order of the first packet.
///
/// The capture's line and the widths of the columns are only known at the end, so a small row of every flow is kept.
public struct TableRenderer: ReportRenderer {
  private let names: [String]
  private let style: TextStyle
  private var rows: [FlowRow] = []

  public init(names: StateNames = .bsd, style: TextStyle = .plain) {
    self.names = names.all
    self.style = style
  }

  public mutating func render(_ flow: borrowing Flow, _ findings: [Finding], into output: inout OutputBuffer) {
    rows.append(FlowRow(flow))
  }

  public mutating func finish(_ report: Report, into output: inout OutputBuffer) {
    CaptureLine(style: style).write(report, into: &output)
    guard !rows.isEmpty else { return }
    rows.sort { $0.number < $1.number }
    output.append("\n")
    let layout = FlowTable(rows: rows, names: names, style: style)
    layout.writeHeading(into: &output)
    for row in rows { layout.write(row, into: &output) }
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

  init(_ flow: borrowing Flow) {
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
private struct FlowTable {
  private var widths = Array(repeating: 0, count: 10)
  private let names: [String]
  private let columns: Columns

  private static let headings = [
    "FLOW", "CLIENT", "SERVER", "CLIENT STATE", "SERVER STATE", "CLOSED", "DURATION", "SENT", "RECEIVED", "FINDINGS",
  ]
  private static let rightAligned: Set<Int> = [0, 6, 7, 8, 9]

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
    default: .plain
    }
  }

  private func write(_ row: FlowRow, _ column: Int, into output: inout OutputBuffer) {
    switch column {
    case 0: output.append(row.number)
    case 1: output.append(row.client)
    case 2: output.append(row.server)
    case 3: write(row.clientState, isPresumed: row.isClientPresumed, into: &output)
    case 4: write(row.serverState, isPresumed: row.isServerPresumed, into: &output)
    case 5: writeClose(of: row, into: &output)
    case 6: output.append(seconds: row.duration, decimals: 3)
    case 7: output.append(row.sent)
    case 8: output.append(row.received)
    default: output.append(0)
    }
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
