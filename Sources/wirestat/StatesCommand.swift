import ArgumentParser
import Reporting

/// `wirestat states`: what the eleven states mean.
struct StatesCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "states",
    abstract: "Explains the TCP states: what a socket waits for, what ends it, why sockets pile up in it.",
    discussion: """
      A state may be spelled as any tool spells it: FIN_WAIT_2, fin-wait2, TCP_FIN_WAIT2.

        wirestat states
        wirestat states CLOSE_WAIT
        wirestat states --format json
      """)

  enum Format: String, ExpressibleByArgument, CaseIterable { case text, json }

  @Argument(help: "Only this one, in full.")
  var state: StateArgument?
  @Option(help: "json is an object a line.")
  var format = Format.text
  @Option(help: ArgumentHelp("How states are spelled.", valueName: "dialect"))
  var stateNames = StateNames.bsd
  @Option(help: ArgumentHelp("Colours: auto is on a terminal, unless NO_COLOR is set.", valueName: "when"))
  var color = ColorChoice.auto

  func validate() throws {
    if let state, state.state == nil { throw ValidationError("UNKNOWN is no state: there is no evidence of any.") }
  }

  mutating func run() throws {
    let file = try OutputFile(nil)
    var output = file.buffer()
    let chosen = state?.state.map(StateGlossary.entry(for:))
    switch format {
    case .json:
      for entry in chosen.map({ [$0] }) ?? StateGlossary.entries {
        GlossaryRenderer.writeJSON(entry, names: stateNames, into: &output)
      }
    case .text:
      if let chosen {
        let style = TextStyle(usesColour: color.applies(isTerminal: file.isTerminal))
        GlossaryRenderer.write(chosen, names: stateNames, style: style, into: &output)
      } else {
        GlossaryRenderer.writeList(names: stateNames, into: &output)
      }
    }
    output.flush()
    if let failure = output.failure { throw failure }
  }
}
