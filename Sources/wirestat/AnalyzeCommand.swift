import ArgumentParser
import ConnectionTracking
import PacketCapture
import PacketDecoding
import Pipeline
import Reporting

/// `wirestat analyze`: every TCP connection of some captures, with the states of both its ends.
struct AnalyzeCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "analyze",
    abstract: "Shows every TCP connection of a capture with the states of both its ends.",
    discussion: """
      By default a line on the capture, then a line a connection: both ends, the state each was left in, how it was \
      closed and by whom, how long it lasted, the payload bytes each way. A state with a question mark is presumed: \
      the segment that leads there passed the tap, and nothing from that end has shown yet that it arrived.

        wirestat analyze web.pcap
        wirestat analyze web.pcap --timeline --flow 3
        wirestat analyze rotated-*.pcap --state CLOSE_WAIT --port 8080
        wirestat analyze web.pcap --format ndjson -o flows.ndjson
        wirestat analyze web.pcap --listeners
        wirestat analyze web.pcap --fail-on warning --format junit -o findings.xml
        tcpdump -i eth0 -w - tcp | wirestat analyze - --open

      The last column names the worst finding of a connection from a notice on, and how many more there are; \
      --timeline shows all, and \
      wirestat explain says what each means. --format junit makes a test case of every connection with findings; it \
      fails by what --fail-on names, or else from a warning on.

      Exit status: 0 done, 1 a finding that --fail-on names, 3 no flow for --fail-on to judge, 64 usage, 65 not a \
      capture or a damaged one (what could be read is reported), 66 no such file, 74 input/output error, 77 no \
      permission. A damaged capture goes before 1 and 3.
      """)

  @Argument(help: "Capture files, read as one stream in time order; - is standard input.")
  var files: [String]
  @OptionGroup var tracking: TrackingOptions
  @OptionGroup(title: "Which flows") var selection: FlowSelection
  @OptionGroup(title: "Findings") var findings: FindingOptions
  @OptionGroup(title: "Output") var report: ReportOptions
  @Flag(help: "Say on standard error how fast it was and how much memory it took.")
  var stats = false
  @Option(
    help: ArgumentHelp(
      "Threads: with 2 or more, reading, following and reporting go on at the same time.", valueName: "n"))
  var jobs = 1

  func validate() throws {
    if jobs < 1 { throw ValidationError("--jobs wants at least 1.") }
    if let output = report.output, output != "-", OutputFile.isSame(output, asAnyOf: files) {
      throw ValidationError("\(output) would be overwritten: it is one of the captures.")
    }
  }

  mutating func run() throws {
    let statistics = RunStatistics()
    let pipeline = try Failure.mapping { () throws(CaptureError) in try FilePipeline(files, tracking.fileOptions) }
    let file = try OutputFile(report.output)
    var stream = report.stream(to: file, selection.filter, findings, memory: tracking.reportMemory)
    var configuration = tracking.configuration(for: findings.thresholds)
    configuration.digestsUneventful = stream.countsUneventful
    let progress = ProgressBar(besides: file)
    Interruption.catchSignals()
    try pipeline.run(configuration, on: jobs, progress.advance) { events, encapsulations in
      try stream.take(events) { encapsulations[$0] }
    }
    progress.clear()
    let outcome = pipeline.outcome
    let verdict = try stream.finish(outcome.capture)
    if stats { statistics.report(packets: outcome.capture.packets.total, bytes: outcome.capturedBytes) }
    try outcome.failures.report()
    if let failure = verdict.failure { throw failure }
  }
}
