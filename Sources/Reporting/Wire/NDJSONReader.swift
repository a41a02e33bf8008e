import Anomalies
import PacketDecoding

/// Reads back what ``NDJSONRenderer`` writes: flows as they come, and the report about all of them.
///
/// ```swift
/// var reader = NDJSONReader()
/// try reader.read(bytes) { report in print(report.sentence()) }
/// try reader.readEnd { report in print(report.sentence()) }
/// print(reader.report.totals.flows)
/// ```
///
/// Lines and members that it does not know are passed over: within a schema version, fields are only added.
public struct NDJSONReader: Sendable {
  /// The line is longer than any that is read: nothing but a flow of some ten thousand transitions would be.
  public static let longestLine = 64 << 20

  /// Lines of listeners, of hosts, and of what was found at them.
  private static let mostLines = max(CaptureStatistics.maximumListeners, CaptureStatistics.maximumHosts) * 8

  private var whole = Report()
  /// Of the flows that were read, for a file that ends before its summary.
  private var counted = FlowTotals()
  private var pending: [UInt8] = []
  private var line = 0
  /// Whether the file's last line was read, the totals of the run.
  public private(set) var isComplete = false
  /// Whether it holds lines of listeners and hosts.
  public private(set) var hasListeners = false

  public init() {}

  /// Takes the next bytes of the file, which may end anywhere in a line.
  ///
  /// - Parameter flow: is given each flow that they complete.
  /// - Throws: ``NDJSONError``, or what `flow` throws.
  public mutating func read(_ bytes: Span<UInt8>, flow: (FlowReport) throws -> Void) throws {
    for index in bytes.indices {
      if bytes[index] != UInt8(ascii: "\n") {
        pending.append(bytes[index])
        continue
      }
      try readLine(flow)
    }
    if pending.count > Self.longestLine {
      throw NDJSONError(line: line + 1, column: 1, message: "the line is too long")
    }
  }

  /// Takes the last line, where it has no end.
  public mutating func readEnd(flow: (FlowReport) throws -> Void) throws {
    if !pending.isEmpty { try readLine(flow) }
  }

  /// The report, as far as it was read. Before the summary, the totals are those of the flows that were.
  public var report: Report {
    var report = whole
    if !isComplete { report.totals = counted }
    return report
  }

  private mutating func readLine(_ flow: (FlowReport) throws -> Void) throws {
    line += 1
    var reader = JSONReader(pending)
    pending.removeAll(keepingCapacity: true)
    guard reader.peek() != nil else { return }
    do {
      if let report = try take(&reader) { try flow(report) }
    } catch let problem as JSONProblem {
      throw NDJSONError(line: line, column: problem.offset + 1, message: problem.message)
    }
  }

  /// - Returns: the flow, where the line holds one.
  private mutating func take(_ reader: inout JSONReader) throws -> FlowReport? {
    var flow: FlowReport?
    switch try Self.kind(of: reader) {
    case "flow":
      let report = try reader.flowReport()
      counted.add(report.flow, isReported: true)
      flow = report
    case "capture": whole.capture = try reader.captureSummary()
    case "finding": try Self.keep(reader.findingLine(), in: &whole.findings, reader)
    case "listener":
      try Self.keep(reader.listener(), in: &whole.listeners, reader)
      hasListeners = true
    case "host":
      try Self.keep(reader.host(), in: &whole.hosts, reader)
      hasListeners = true
    case "summary":
      try reader.summary(into: &whole)
      isComplete = true
    default: try reader.skip()
    }
    try reader.end()
    return flow
  }

  /// Of what is kept until the end there are only so many.
  private static func keep<Element>(_ element: Element, in list: inout [Element], _ reader: JSONReader) throws {
    guard list.count < mostLines else { throw reader.problem("more lines of the kind than a report has") }
    list.append(element)
  }

  /// The line's `type`. It comes first, unless another tool has sorted the members.
  private static func kind(of reader: JSONReader) throws -> String {
    struct IsKnown: Error {}
    var reader = reader
    var (kind, version): (String?, Int?)
    do {
      try reader.object { reader, name in
        switch name {
        case "type": kind = try reader.string()
        case "schema_version": version = try reader.integer()
        default: try reader.skip()
        }
        if kind != nil, version != nil { throw IsKnown() }
      }
    } catch is IsKnown {}
    let wanted = try reader.require(version, "schema_version")
    guard wanted <= Report.schemaVersion else {
      throw reader.problem("schema version \(wanted) is newer than \(Report.schemaVersion), which is read here")
    }
    return try reader.require(kind, "type")
  }
}

/// A line that is none of a report, or no JSON at all.
public struct NDJSONError: Error, Sendable, Equatable, CustomStringConvertible {
  /// From 1.
  public var line: Int
  /// The byte of the line where it shows, from 1.
  public var column: Int
  public var message: String

  public var description: String { "line \(line), byte \(column): \(message)" }
}
