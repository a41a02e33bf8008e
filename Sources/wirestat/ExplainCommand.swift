import Anomalies
import ArgumentParser
import Reporting

/// `wirestat explain`: what a finding means.
struct ExplainCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "explain",
    abstract: "Explains a finding: what it means, how it is recognised, likely causes, what to run next.",
    discussion: """
      Without a name, all findings in a line each.

        wirestat explain
        wirestat explain close-wait-leak
        wirestat explain --format json
      """)

  enum Format: String, ExpressibleByArgument, CaseIterable { case text, json }

  @Argument(help: ArgumentHelp("Only this one, in full.", valueName: "id"))
  var rule: RuleArgument?
  @Option(help: "json is an object a line.")
  var format = Format.text
  @Option(help: ArgumentHelp("Colours: auto is on a terminal, unless NO_COLOR is set.", valueName: "when"))
  var color = ColorChoice.auto

  mutating func run() throws {
    let file = try OutputFile(nil)
    var output = file.buffer()
    let chosen = rule?.rule
    switch format {
    case .json: for rule in chosen.map({ [$0] }) ?? AnomalyRule.all { RuleRenderer.writeJSON(rule, into: &output) }
    case .text:
      let style = TextStyle(usesColour: color.applies(isTerminal: file.isTerminal))
      if let chosen {
        RuleRenderer.write(chosen, style: style, into: &output)
      } else {
        RuleRenderer.writeList(style: style, into: &output)
      }
    }
    output.flush()
    if let failure = output.failure { throw failure }
  }
}

/// A finding's name on the command line.
struct RuleArgument: ExpressibleByArgument, Sendable {
  let rule: AnomalyRule

  init?(argument: String) {
    guard let rule = AnomalyRule.named(argument.lowercased()) else { return nil }
    self.rule = rule
  }

  static var defaultCompletionKind: CompletionKind { .list(AnomalyRule.all.map(\.id)) }
}
