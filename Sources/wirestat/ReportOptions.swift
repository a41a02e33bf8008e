import ArgumentParser
import ConnectionTracking
import Reporting

/// How a report looks and where it goes; the same for every command that writes one.
struct ReportOptions: ParsableArguments {
  @Flag(help: "Show each flow's transitions as a ladder, with both states side by side.")
  var timeline = false

  @Option(help: "ndjson is one JSON object a line, summary the totals alone.")
  var format = ReportFormat.text

  @Option(
    name: [.customShort("o"), .customLong("output")],
    help: ArgumentHelp("Write to FILE instead of standard output.", valueName: "file"))
  var output: String?

  @Option(help: ArgumentHelp("How states are spelled.", valueName: "dialect"))
  var stateNames = StateNames.bsd

  @Option(help: ArgumentHelp("Colours: auto is on a terminal, unless NO_COLOR is set.", valueName: "when"))
  var color = ColorChoice.auto

  func validate() throws {
    if timeline && format != .text { throw ValidationError("--timeline is a form of --format text.") }
  }

  /// The renderer these options ask for, writing to `file`.
  func renderer(for file: OutputFile) -> any ReportRenderer {
    let style = TextStyle(usesColour: color.applies(isTerminal: file.isTerminal))
    return format.renderer(names: stateNames, timeline: timeline, style: style)
  }
}

enum ColorChoice: String, ExpressibleByArgument, CaseIterable {
  case auto, always, never

  func applies(isTerminal: Bool) -> Bool {
    switch self {
    case .auto: isTerminal && !Terminal.refusesColour
    case .always: true
    case .never: false
    }
  }
}

/// How packets are followed; the same for every command that reads them.
struct TrackingOptions: ParsableArguments {
  @Option(help: "Whose timers run where the wire is silent.")
  var stack = StackProfile.linux

  @Option(help: ArgumentHelp("Only packets that match, in the language of pcap-filter(7).", valueName: "bpf"))
  var filter: String?

  @Option(
    help: ArgumentHelp(
      "Flows held at once; then the least valuable gives way: unanswered attempts, else the longest idle.",
      valueName: "n"))
  var maxFlows = 1_000_000

  @Option(help: ArgumentHelp("Memory the flows held may take, as in 512M or 2G.", valueName: "size"))
  var maxMemory = ByteCount(bytes: 1 << 30)

  func validate() throws {
    if maxFlows < 1 { throw ValidationError("--max-flows wants at least 1.") }
  }

  var configuration: TrackerConfiguration {
    var configuration = TrackerConfiguration()
    configuration.stack = stack
    configuration.maximumFlows = maxFlows
    configuration.maximumMemory = maxMemory.bytes
    return configuration
  }
}
