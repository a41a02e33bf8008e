import Anomalies
import ArgumentParser
import ConnectionTracking
import Pipeline
import Reporting

/// How a report looks and where it goes; the same for every command that writes one.
struct ReportOptions: ParsableArguments {
  @Flag(help: "Show each flow's transitions as a ladder, with both states side by side.")
  var timeline = false

  @Flag(help: "Show what became of the connections of each listener, and what piles up at each host.")
  var listeners = false

  @Option(
    help: """
      ndjson is one JSON object a line, summary the totals of the flows asked for; junit and markdown are for CI.
      """)
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
    if timeline && listeners { throw ValidationError("--timeline and --listeners are two forms of one report.") }
    if listeners && format != .text && format != .ndjson {
      throw ValidationError("--listeners is a form of --format text and ndjson.")
    }
  }

  /// The renderer these options ask for, writing to `file`.
  ///
  /// - Parameters:
  ///   - gate: what makes a run fail is what fails in a test report.
  ///   - memory: bytes for what waits for its turn; nil for as many as is usual.
  func renderer(for file: OutputFile, _ gate: GateOptions, memory: Int? = nil) -> any ReportRenderer {
    var options = RenderingOptions()
    options.names = stateNames
    options.style = TextStyle(usesColour: color.applies(isTerminal: file.isTerminal))
    options.view = timeline ? .timeline : listeners ? .listeners : .flows
    if let memory { options.memory = memory }
    if !gate.failOn.isEmpty { options.gate = gate.gate }
    return format.renderer(options)
  }

  /// A report in this form to `file`.
  func stream(
    to file: OutputFile, _ filter: FlowFilter, _ findings: FindingOptions, memory: Int
  ) -> ReportStream {
    let renderer = renderer(for: file, findings.failure, memory: memory)
    let evaluator = findings.evaluator(for: renderer.needs, isSelective: !filter.takesAll)
    return ReportStream(renderer, to: file.buffer(), filter, evaluator)
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

  @Flag(
    help: """
      Compute TCP checksums, which reads all payload. A segment with a wrong one counts for nothing, unless its host \
      has sent no good one yet: then its network card computes them behind the tap.
      """)
  var verifyChecksums = false

  func validate() throws {
    if maxFlows < 1 { throw ValidationError("--max-flows wants at least 1.") }
  }

  var fileOptions: FilePipeline.Options {
    var options = FilePipeline.Options()
    options.filter = filter
    options.verifiesChecksums = verifyChecksums
    return options
  }

  /// Bytes that a report may hold back, as a share of what the flows may take; the rest goes to a temporary file.
  var reportMemory: Int { maxMemory.bytes / 16 }

  /// - Parameter thresholds: of the rules that will judge the flows.
  func configuration(for thresholds: Thresholds = Thresholds()) -> TrackerConfiguration {
    var configuration = TrackerConfiguration()
    configuration.leastSilence = thresholds.leastSilence
    configuration.leastIdle = thresholds.leastIdle
    configuration.stack = stack
    configuration.maximumFlows = maxFlows
    configuration.maximumMemory = maxMemory.bytes
    return configuration
  }
}
