public import Anomalies
public import ConnectionTracking
public import PacketDecoding

/// A flow that has ended, and what there is to say of it: what a renderer gets.
public struct FlowReport: Sendable {
  public var flow: Flow
  /// By time.
  public var findings: [Finding]
  /// What its packets were wrapped in; nil where they came straight on the link.
  public var encapsulation: Encapsulation?
  /// Why the RST that ended it was sent; nil where none did.
  public var resetCause: ResetCause?

  /// - Parameter thresholds: those the findings were made with.
  public init(
    _ flow: Flow, _ findings: [Finding], in encapsulation: Encapsulation? = nil,
    thresholds: Thresholds = Thresholds()
  ) {
    self.flow = flow
    self.findings = findings
    self.encapsulation = encapsulation
    resetCause = ResetCause.of(flow, thresholds: thresholds)
  }

  /// One that was written down before.
  ///
  /// - Parameter cause: as it was judged then.
  init(_ flow: Flow, _ findings: [Finding], in encapsulation: Encapsulation?, cause: ResetCause?) {
    self.flow = flow
    self.findings = findings
    self.encapsulation = encapsulation
    resetCause = cause
  }

  /// The weightiest finding, the earliest of several.
  public var worst: Finding? { findings.worst }
}

extension [Finding] {
  /// The weightiest, the first of several.
  package var worst: Finding? {
    guard var worst = indices.first else { return nil }
    for index in indices where self[index].severity > self[worst].severity { worst = index }
    return self[worst]
  }
}
