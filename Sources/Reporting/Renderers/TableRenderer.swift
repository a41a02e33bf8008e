import Anomalies
import ConnectionTracking
import PacketDecoding

/// A line on the capture, then a line a flow in the manner of `netstat`, in order of the first packet.
///
/// The capture's line and the widths of the columns are only known at the end, so the cells of every flow wait in a spool.
public struct TableRenderer: ReportRenderer {
  private let style: TextStyle
  private var table: ConnectionTable
  private let rows: OrderedSpool
  private var isEmpty = true

  public var needs: ReportNeeds { .flows }

  /// - Parameter memory: bytes for the rows, before a temporary file takes them.
  public init(names: StateNames = .bsd, style: TextStyle = .plain, memory: Int = RenderingOptions.defaultMemory) {
    self.style = style
    table = ConnectionTable(names: names.all, style: style)
    rows = OrderedSpool(memory: memory)
  }

  public mutating func render(_ report: borrowing FlowReport, into output: inout OutputBuffer) {
    isEmpty = false
    let row = FlowRow(report)
    rows.add(row.number) { table.pack(row, into: &$0) }
  }

  public mutating func finish(_ report: Report, into output: inout OutputBuffer) {
    CaptureLine(style: style).write(report, into: &output)
    if !isEmpty {
      output.append("\n")
      table.writeHeading(into: &output)
      rows.drain { table.write(packed: $0, into: &output) }
      OmissionLine.write(rows.omission, into: &output)
    }
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
  /// The worst finding that is worth a look, and how many are; what is for information only has no room here.
  let worst: (id: String, severity: Severity)?
  let findings: Int

  init(_ report: borrowing FlowReport) {
    let flow = report.flow
    encapsulation = report.encapsulation
    worst = report.worst.flatMap { $0.severity > .info ? ($0.id, $0.severity) : nil }
    findings = report.findings.count { $0.severity > .info }
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

/// The table's columns, as wide as what was packed.
private struct ConnectionTable {
  private var widths: [Int]
  private let names: [String]
  private let columns: Columns

  private static let headings = [
    "FLOW", "CLIENT", "SERVER", "CLIENT STATE", "SERVER STATE", "CLOSED", "DURATION", "SENT", "RECEIVED", "FINDINGS",
  ]
  private static let rightAligned: Set<Int> = [0, 6, 7, 8]
  /// Ends a packed cell; none has such a byte in it.
  private static let cellEnd: UInt8 = 0x1f

  init(names: [String], style: TextStyle) {
    self.names = names
    columns = Columns(style: style)
    widths = Self.headings.map(\.utf8.count)
  }

  /// Writes the row for ``write(packed:into:)``: how it looks in a byte, then its cells.
  mutating func pack(_ row: FlowRow, into record: inout OutputBuffer) {
    record.append(byte: RowLook(row).byte)
    for column in widths.indices {
      let start = record.count
      write(row, column, into: &record)
      widths[column] = max(widths[column], record.count - start)
      record.append(byte: Self.cellEnd)
    }
  }

  func writeHeading(into output: inout OutputBuffer) {
    for (column, heading) in Self.headings.enumerated() {
      cell(column, heading.utf8.span, .heading, into: &output)
    }
    output.append("\n")
  }

  func write(packed row: Span<UInt8>, into output: inout OutputBuffer) {
    guard !row.isEmpty else { return }
    let look = RowLook(byte: row[0])
    var column = 0
    var start = 1
    for index in 1..<row.count where row[index] == Self.cellEnd {
      cell(column, row.extracting(start..<index), look.role(of: column), into: &output)
      column += 1
      start = index + 1
    }
    output.append("\n")
  }

  private func cell(_ column: Int, _ text: Span<UInt8>, _ role: TextStyle.Role, into output: inout OutputBuffer) {
    columns.cell(
      widths[column], Self.rightAligned.contains(column) ? .right : .left, role, isLast: column == widths.count - 1,
      text, into: &output)
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

/// How the cells of a row look, in a byte.
private struct RowLook {
  /// From the lowest bit on: the client's state is presumed, the server's is, one more than the worst severity.
  let byte: UInt8

  init(byte: UInt8) { self.byte = byte }

  init(_ row: FlowRow) {
    let severity = row.worst.map { $0.severity.rawValue + 1 } ?? 0
    byte = (row.isClientPresumed ? 1 : 0) | (row.isServerPresumed ? 2 : 0) | severity << 2
  }

  func role(of column: Int) -> TextStyle.Role {
    switch column {
    case 3 where byte & 1 != 0, 4 where byte & 2 != 0: .presumed
    case 9: Severity(rawValue: (byte >> 2) &- 1).map { .severity($0) } ?? .plain
    default: .plain
    }
  }
}
