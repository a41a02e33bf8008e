import Anomalies
import ArgumentParser
import Pipeline
import Reporting

/// What makes a run fail; the same for every command that reports findings.
struct GateOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      """
      Exit with 1 after the report if a finding has this name, or this severity or above. Repeatable; default: never. \
      It judges what the report shows: the flows asked for, their listeners and hosts, and always the capture itself. \
      Where there is no flow to judge, exit with 3.
      """,
      valueName: "severity|id"))
  var failOn: [FailureArgument] = []

  var gate: FindingGate {
    failOn.reduce(into: .none) { gate, argument in
      switch argument {
      case .never: gate = .none
      case .severity(let severity): gate.severity = min(gate.severity ?? severity, severity)
      case .rule(let id): gate.ids.insert(id)
      }
    }
  }
}

/// From where on the rules speak, and what makes a run fail; for commands that judge flows.
struct FindingOptions: ParsableArguments {
  @OptionGroup var failure: GateOptions

  @Option(
    help: ArgumentHelp(
      "From where on a rule speaks. Durations take ms, s, m or h. Repeatable.", valueName: "name=value"))
  var threshold: [ThresholdArgument] = []

  /// - Parameter needs: what the report is read for.
  func evaluator(for needs: ReportNeeds, isSelective: Bool = false) -> FlowEvaluator {
    FlowEvaluator(thresholds, failure.gate, for: needs, isSelective: isSelective)
  }

  var thresholds: Thresholds {
    threshold.reduce(into: Thresholds()) { thresholds, argument in argument.apply(to: &thresholds) }
  }
}

/// What `--fail-on` takes.
enum FailureArgument: ExpressibleByArgument, Sendable {
  case never
  case severity(Severity)
  case rule(String)

  init?(argument: String) {
    let word = argument.lowercased()
    if word == "never" {
      self = .never
    } else if let severity = Severity(word: word) {
      self = .severity(severity)
    } else if let rule = AnomalyRule.named(word) {
      self = .rule(rule.id)
    } else {
      return nil
    }
  }

  static var defaultCompletionKind: CompletionKind {
    .list(["never"] + Severity.allCases.map(\.word) + AnomalyRule.all.map(\.id))
  }
}

/// `close-wait=30s`: a threshold and its value.
struct ThresholdArgument: ExpressibleByArgument, Sendable {
  private let name: ThresholdName
  private let value: String

  init?(argument: String) {
    let parts = argument.split(separator: "=", maxSplits: 1)
    guard parts.count == 2, let name = ThresholdName.named(parts[0].lowercased()) else { return nil }
    self.name = name
    value = String(parts[1])
    var thresholds = Thresholds()
    guard name.set(value, in: &thresholds) else { return nil }
  }

  /// The initialiser has tried the value.
  func apply(to thresholds: inout Thresholds) { _ = name.set(value, in: &thresholds) }

  /// The names with their defaults.
  static var allValueStrings: [String] {
    ThresholdName.all.map { "\($0.name)=\($0.text(in: Thresholds()))" }
  }
}
