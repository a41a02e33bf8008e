public import Reporting

/// Renders a report that was written as NDJSON before, as if its capture were read again.
public struct ReportReplay: ~Copyable {
  private var reader = NDJSONReader()
  private var renderer: any ReportRenderer
  private var output: OutputBuffer
  private var gatekeeper: GateKeeper

  public init(_ renderer: any ReportRenderer, to output: consuming OutputBuffer, _ gate: FindingGate) {
    self.renderer = renderer
    self.output = output
    gatekeeper = GateKeeper(gate)
    self.renderer.begin(into: &self.output)
  }

  /// Takes the next bytes of the file.
  ///
  /// - Throws: `NDJSONError`, or what the output's descriptor says when it can't be written.
  public mutating func read(_ bytes: Span<UInt8>) throws {
    try reader.read(bytes) { Self.take($0, &gatekeeper, &renderer, &output) }
    if let failure = output.failure { throw failure }
  }

  /// Takes the last line, where it has no end.
  public mutating func readEnd() throws {
    try reader.readEnd { Self.take($0, &gatekeeper, &renderer, &output) }
  }

  private static func take(
    _ report: FlowReport, _ gatekeeper: inout GateKeeper, _ renderer: inout any ReportRenderer,
    _ output: inout OutputBuffer
  ) {
    gatekeeper.examine(report.findings)
    if renderer.needs.contains(.flows) { renderer.render(report, into: &output) }
  }

  /// Writes the rest, from what was read.
  ///
  /// - Returns: what the gate says, and what the file lacks.
  public consuming func finish() throws -> (verdict: GateVerdict, lack: Lack?) {
    let report = reader.report
    gatekeeper.examine(report.capture.findings)
    gatekeeper.examine(report.findings)
    renderer.finish(report, into: &output)
    output.flush()
    if let failure = output.failure { throw failure }
    let lacksListeners = renderer.needs == .listeners && !reader.hasListeners && report.totals.flows > 0
    return (gatekeeper.verdict(on: report.totals), !reader.isComplete ? .end : lacksListeners ? .listeners : nil)
  }

  /// What a file does not hold that the report wants.
  public enum Lack: Sendable, Equatable {
    /// It ends before its summary: the run that wrote it was cut short.
    case end
    /// It was written without the lines of listeners and hosts.
    case listeners
  }
}
