import ArgumentParser
import ConnectionTracking
import PacketCapture
import Pipeline
import Reporting

/// `wirestat follow`: the payload of one flow, put in order.
struct FollowCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "follow",
    abstract: "Writes what one connection carried, byte for byte.",
    discussion: """
      The bytes come in order of their sequence numbers, each once, however they were lost, repeated or reordered on \
      the way. Both directions come in the order in which their bytes became complete; --from picks one. Bytes that \
      are missing are told on standard error, each hole once. On a terminal, what is no printable text is shown as \
      dots.

        wirestat follow web.pcap --flow 3
        wirestat follow web.pcap --flow 3 --from server > response.bin
        wirestat follow web.pcap --flow 3 --hex
      """)

  @Argument(help: "Capture files, read as one stream in time order; - is standard input.")
  var files: [String]
  @Option(
    name: .customLong("flow"), help: ArgumentHelp("The flow, as the table of analyze numbers it.", valueName: "n"))
  var number: Int
  @Option(help: "Only what the client or the server sent.")
  var from: EndpointRole?
  @Flag(help: "Offset, sixteen bytes in hexadecimal and as text a line; > is the client's, < the server's.")
  var hex = false
  @Flag(help: "Write the bytes as they are to a terminal too, which may obey them.")
  var raw = false
  @OptionGroup var tracking: TrackingOptions

  func validate() throws {
    if raw && hex { throw ValidationError("--raw and --hex are two forms of one output.") }
  }

  mutating func run() throws {
    var configuration = tracking.configuration()
    configuration.reassemblesStreams = true
    var captures = try Failure.mapping { () throws(CaptureError) in
      try CaptureSet(files: files, filter: tracking.filter)
    }
    var pipeline = PacketPipeline(
      configuration, inputs: files, linkTypes: captures.linkTypes, verifiesChecksums: tracking.verifyChecksums)
    let file = try OutputFile(nil)
    let form: PayloadStream.Form = hex ? .hexadecimal : raw || !file.isTerminal ? .bytes : .text
    var stream = PayloadStream(flow: number, from: from, as: form, to: file.buffer(), warn: Terminal.warn)
    Interruption.catchSignals()
    var packets = OrderedPackets()
    while !stream.isComplete, !Interruption.isRequested,
      packets.next(of: &captures, { pipeline.take($0, $1) })
    {
      try stream.take(pipeline.events)
      pipeline.removeEvents()
    }
    while pipeline.endFlows() {
      try stream.take(pipeline.events)
      pipeline.removeEvents()
    }
    let flows = try stream.finish()
    try captures.failures.report()
    if number < 1 || number > flows { throw Failure(.usage, "there is no flow \(number): the captures hold \(flows).") }
  }
}
