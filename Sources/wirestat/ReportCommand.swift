import ArgumentParser
import Pipeline
import Reporting
import SystemPackage

/// `wirestat report`: a report that was written as NDJSON, in another form.
struct ReportCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "report",
    abstract: "Renders flows that analyze or live wrote as NDJSON, in any other form.",
    discussion: """
      What analyze would have written on the capture itself, byte for byte: the capture is not needed any more. Tables \
      of listeners and hosts want NDJSON that was written with --listeners.

        wirestat analyze web.pcap --format ndjson -o flows.ndjson
        wirestat report flows.ndjson
        wirestat report flows.ndjson --timeline
        wirestat report flows.ndjson --format junit --fail-on warning -o findings.xml
        jq -c 'select(.type != "flow" or .close == "reset")' flows.ndjson | wirestat report -

      Exit status: 0 done, 1 a finding that --fail-on names, 3 no flow for --fail-on to judge, 64 usage, 65 not such \
      NDJSON, or a part of it (what could be read is reported), 66 no such file, 74 input/output error.
      """)

  @Argument(help: "The NDJSON; - is standard input.")
  var file: String
  @OptionGroup(title: "Findings") var gate: GateOptions
  @OptionGroup(title: "Output") var report: ReportOptions

  func validate() throws {
    if let output = report.output, output != "-", OutputFile.isSame(output, asAnyOf: [file]) {
      throw ValidationError("\(output) would be overwritten: it is the input.")
    }
  }

  mutating func run() throws {
    let input = try InputFile(file)
    let output = try OutputFile(report.output)
    var replay = ReportReplay(report.renderer(for: output, gate), to: output.buffer(), gate.gate)
    var damage: NDJSONError?
    do {
      while let bytes = try input.next() { try replay.read(bytes.span) }
      try replay.readEnd()
    } catch let error as NDJSONError {
      damage = error
    }
    let (verdict, lack) = try replay.finish()
    if let damage { throw Failure(.badData, "\(file) is no NDJSON of wirestat from \(damage).") }
    if let lack { throw Failure(.badData, "warning: \(file) \(lack.words).") }
    if let failure = verdict.failure { throw failure }
  }
}

extension ReportReplay.Lack {
  fileprivate var words: String {
    switch self {
    case .end: "ends before its summary: the totals are those of the flows it holds"
    case .listeners: "holds no listeners: write it with --listeners"
    }
  }
}
