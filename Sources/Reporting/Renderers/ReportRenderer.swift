public import Anomalies
public import ConnectionTracking

/// Writes a report while the input is read: each flow as it ends, the rest at the end.
public protocol ReportRenderer {
  /// Writes what stands before everything else.
  mutating func begin(into output: inout OutputBuffer)
  /// Takes a flow that has ended, and what was found in it. Renderers that need an order keep what they
  /// print of it until ``finish(_:into:)``.
  mutating func render(_ flow: borrowing Flow, _ findings: [Finding], into output: inout OutputBuffer)
  /// Writes what remains once the input has ended.
  mutating func finish(_ report: Report, into output: inout OutputBuffer)
}

extension ReportRenderer {
  public mutating func begin(into output: inout OutputBuffer) {}
}

/// The forms a report comes in, by their names on the command line.
public enum ReportFormat: String, Sendable, CaseIterable {
  /// A table for people, or a ladder a flow.
  case text
  /// One JSON object a line, for programs.
  case ndjson
  /// One row a flow, for spreadsheets (RFC 4180).
  case csv
  /// The totals alone, for people.
  case summary

  /// The renderer of this form.
  ///
  /// - Parameters:
  ///   - names: how states are spelled.
  ///   - timeline: ladders instead of the table; only ``text`` has them.
  ///   - style: colours, for ``text`` and ``summary``.
  public func renderer(names: StateNames, timeline: Bool, style: TextStyle) -> any ReportRenderer {
    switch self {
    case .text where timeline: LadderRenderer(names: names, style: style)
    case .text: TableRenderer(names: names, style: style)
    case .ndjson: NDJSONRenderer(names: names)
    case .csv: CSVRenderer(names: names)
    case .summary: SummaryRenderer(names: names, style: style)
    }
  }
}
