import ArgumentParser
import ConnectionTracking
import PacketCapture
import PacketDecoding
import Pipeline
import Reporting

/// `wirestat live`: the same at a network interface, each transition as it happens.
struct LiveCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "live",
    abstract: "Listens at a network interface and shows each transition as it happens.",
    discussion: """
      A line a transition; at the end, or at Ctrl-C, the report that analyze would give, with the packets the kernel \
      dropped. Timers run with the clock while no packet comes. On the interface any, a packet that crosses several \
      interfaces is seen at each of them.

        sudo wirestat live eth0
        sudo wirestat live lo --filter 'tcp port 8080' --duration 60
        sudo wirestat live any --format ndjson -w kept.pcap

      Exit status: as that of analyze, 1 for a finding that --fail-on names; 66 also for an interface that does not \
      exist, 77 where this user may not capture packets.
      """)

  @Argument(help: "The interface, as ip link names it; any is all of them.")
  var interface: String
  @OptionGroup var tracking: TrackingOptions
  @OptionGroup(title: "What is captured") var capture: LiveOptions
  @OptionGroup(title: "Findings") var findings: FindingOptions
  @OptionGroup(title: "Output") var output: LiveOutputOptions

  mutating func run() throws {
    do {
      var pipeline = try LivePipeline(
        interface, capture.options(tracking), tracking.configuration(for: findings.thresholds),
        output.stream(findings, memory: tracking.reportMemory))
      Interruption.catchSignals()
      Terminal.report(
        "listening at \(pipeline.name) (\(pipeline.linkType.name)); Ctrl-C ends with the report")
      let failure = try pipeline.listen()
      let verdict = try pipeline.finish(failure)
      if let failure { throw failure }
      if let found = verdict.failure { throw found }
    } catch let error as CaptureError {
      throw Failure(error)
    }
  }
}

/// What is captured, and for how long.
struct LiveOptions: ParsableArguments {
  @Option(help: ArgumentHelp("Stop after so many seconds.", valueName: "seconds"))
  var duration: Double?

  @Option(help: ArgumentHelp("Stop after so many packets.", valueName: "n"))
  var packets: Int?

  @Option(name: .customShort("w"), help: ArgumentHelp("Keep the packets in this pcap file.", valueName: "file"))
  var kept: String?

  @Option(help: ArgumentHelp("Capture so many bytes of each packet.", valueName: "bytes"))
  var snapshotLength: Int32 = 262_144

  @Flag(help: "Leave packets alone that are not for this machine.")
  var noPromiscuous = false

  func options(_ tracking: TrackingOptions) -> LivePipeline.Options {
    var options = LivePipeline.Options()
    options.interface.snapshotLength = snapshotLength
    options.interface.isPromiscuous = !noPromiscuous
    options.filter = tracking.filter
    options.verifiesChecksums = tracking.verifyChecksums
    options.keptIn = kept
    options.duration = duration.map { Int64($0 * 1e9) }
    options.packets = packets
    return options
  }

  func validate() throws {
    if let duration, !(duration > 0 && duration < 1e9) { throw ValidationError("--duration is a time above 0.") }
    if let packets, packets < 1 { throw ValidationError("--packets is a number above 0.") }
    // The longest headers in front of a TCP payload are well within this; less would see nothing.
    if !(68...262_144).contains(snapshotLength) {
      throw ValidationError("--snapshot-length is between 68 and 262144 bytes.")
    }
    if kept == "-" { throw ValidationError("-w - would mix packets with the report on standard output.") }
  }
}

/// How transitions and the report are written.
struct LiveOutputOptions: ParsableArguments {
  @Option(help: ArgumentHelp("ndjson is one JSON object a line.", valueName: "format"))
  var format = LiveFormat.text

  @Option(help: ArgumentHelp("How states are spelled.", valueName: "dialect"))
  var stateNames = StateNames.bsd

  @Option(help: ArgumentHelp("Colours: auto is on a terminal, unless NO_COLOR is set.", valueName: "when"))
  var color = ColorChoice.auto

  /// - Parameter memory: bytes for what waits for its turn in the report.
  func stream(_ findings: FindingOptions, memory: Int) throws(Failure) -> ReportStream {
    let file = try OutputFile(nil)
    let style = TextStyle(usesColour: color.applies(isTerminal: file.isTerminal))
    var options = RenderingOptions()
    options.names = stateNames
    options.style = style
    options.memory = memory
    let renderer = format.report.renderer(options)
    return ReportStream(
      renderer, to: file.buffer(), FlowFilter(), findings.evaluator(for: renderer.needs),
      transitions: TransitionRenderer(format == .ndjson ? .ndjson : .text, names: stateNames, style: style))
  }
}

/// The forms that can be written while packets come.
enum LiveFormat: String, ExpressibleByArgument, CaseIterable {
  case text, ndjson

  /// That of the report at the end.
  var report: ReportFormat { self == .ndjson ? .ndjson : .text }
}
