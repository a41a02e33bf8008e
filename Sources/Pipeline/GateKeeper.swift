public import Anomalies
public import Reporting

/// Counts what a gate catches, and says at the end what that makes of the run.
public struct GateKeeper: Sendable {
  public let gate: FindingGate
  /// How many findings, and the first one's name.
  private var caught = 0
  private var firstCaught: String?

  public init(_ gate: FindingGate) { self.gate = gate }

  public mutating func examine(_ findings: [Finding]) {
    guard !gate.isEmpty else { return }
    for finding in findings where gate.catches(finding) {
      caught += 1
      if firstCaught == nil { firstCaught = finding.id }
    }
  }

  /// What the gate says of all that was examined.
  ///
  /// - Parameter totals: of the flows, which must be some.
  public func verdict(on totals: FlowTotals) -> GateVerdict {
    if let firstCaught { return .caught(first: firstCaught, count: caught) }
    return !gate.isEmpty && totals.reported == 0 ? .nothingJudged(flows: totals.flows) : .passed
  }
}

/// What a gate says of a run.
public enum GateVerdict: Sendable, Equatable {
  case passed
  /// Findings that it names: the first one's id, and how many.
  case caught(first: String, count: Int)
  /// There was no flow to judge, which lets nothing through: the filter or the capture is not what was meant.
  ///
  /// - Parameter flows: how many the capture held.
  case nothingJudged(flows: Int)
}
