/// Writes a report while the input is read: each flow as it ends, the rest at the end.
public protocol ReportRenderer {
  /// What it reads. What no renderer reads need not be made.
  var needs: ReportNeeds { get }
  /// Writes what stands before everything else.
  mutating func begin(into output: inout OutputBuffer)
  /// Takes a flow that has ended, and what there is to say of it. Renderers that need an order keep what they print of
  /// it until ``finish(_:into:)``.
  mutating func render(_ report: borrowing FlowReport, into output: inout OutputBuffer)
  /// Writes what remains once the input has ended.
  mutating func finish(_ report: Report, into output: inout OutputBuffer)
}

extension ReportRenderer {
  public var needs: ReportNeeds { .all }
  public mutating func begin(into output: inout OutputBuffer) {}
}

/// What a renderer reads beyond the totals, the capture and what was found there.
public struct ReportNeeds: OptionSet, Sendable, Hashable {
  public let rawValue: UInt8
  public init(rawValue: UInt8) { self.rawValue = rawValue }

  /// The flows: without it, ``ReportRenderer/render(_:into:)`` is not called.
  public static let flows = ReportNeeds(rawValue: 1 << 0)
  /// What the findings of flows say; their names, severities and packets come with ``flows``.
  public static let messages = ReportNeeds(rawValue: 1 << 1)
  /// ``Report/listeners`` and ``Report/hosts``.
  public static let listeners = ReportNeeds(rawValue: 1 << 2)

  public static let all: ReportNeeds = [.flows, .messages, .listeners]
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
  /// A test case for every flow with findings, for the test reports of CI systems.
  case junit
  /// Totals, findings and the worst flows, for the summary of a CI run.
  case markdown

  /// The renderer of this form.
  public func renderer(_ options: RenderingOptions) -> any ReportRenderer {
    switch self {
    case .text:
      switch options.view {
      case .flows: TableRenderer(names: options.names, style: options.style, memory: options.memory)
      case .timeline: LadderRenderer(names: options.names, style: options.style, memory: options.memory)
      case .listeners: ListenerRenderer(style: options.style)
      }
    case .ndjson: NDJSONRenderer(names: options.names, showsListeners: options.view == .listeners)
    case .csv: CSVRenderer(names: options.names)
    case .summary: SummaryRenderer(names: options.names, style: options.style)
    case .junit: JUnitRenderer(names: options.names, gate: options.gate, memory: options.memory)
    case .markdown: MarkdownRenderer(names: options.names)
    }
  }
}

/// What a renderer leaves to its caller. Each form takes what concerns it.
public struct RenderingOptions: Sendable {
  /// How states are spelled.
  public var names = StateNames.bsd
  /// Colours, for the forms for people.
  public var style = TextStyle.plain
  /// What ``ReportFormat/text`` shows; listeners are added to ``ReportFormat/ndjson`` as well.
  public var view = View.flows
  /// What counts as a failure in ``ReportFormat/junit``.
  public var gate = FindingGate.warnings
  /// Bytes that what waits for its turn may take; the rest waits in a temporary file.
  public var memory = defaultMemory

  public static let defaultMemory = 64 << 20

  public enum View: Sendable, Hashable, CaseIterable {
    /// A line a flow.
    case flows
    /// A ladder a flow.
    case timeline
    /// A line a listener and a host.
    case listeners
  }

  public init() {}
}
