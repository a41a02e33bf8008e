import ArgumentParser
import Foundation

/// Makes captures from a seed, has libpcap alone, wirestat and its peers read each in turn, and prints what a packet
/// cost, as the Markdown that stands in the README.
@main
struct Benchmarks: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "benchmarks",
    abstract: "Measures what wirestat costs, against reading the capture with libpcap and nothing else.",
    discussion: "Builds wirestat in release mode first, unless --tool names one.")

  @Option(help: "Size of the workloads: 1 is 2 to 11 million packets each, up to 4 GB.")
  var scale = 0.1
  @Option(help: "What the workloads are made from; the same number makes the same bytes.")
  var seed: UInt64 = 42
  @Option(help: "Runs of each program on each workload, one after the other in turn; the median counts.")
  var runs = 5
  @Option(help: "Only this workload; may be repeated.")
  var workload: [Workload] = []
  @Flag(help: "Measure tcpdump, softflowd, nfpcapd, argus, tcptrace and tshark too, once each, if they are installed.")
  var peers = false
  @Flag(help: "Measure traffic made to exhaust whoever follows it, instead: time a packet and memory at two sizes.")
  var hostile = false
  @Option(help: "With --hostile: only the traffic whose name contains this; may be repeated.")
  var only: [String] = []
  @Option(help: "Where the captures go; each is removed once it is measured.")
  var directory = FileManager.default.temporaryDirectory.path + "/wirestat-benchmarks"
  @Option(help: "The wirestat to measure.")
  var tool: String?

  func validate() throws {
    if scale <= 0 || runs < 1 { throw ValidationError("--scale and --runs want numbers above 0.") }
  }

  func run() throws {
    let tool = try tool ?? Self.build()
    if hostile { return try HostileReport(tool: tool, scale: scale, seed: seed, only: only).run() }
    var report = Report(scale: scale, seed: seed, runs: runs)
    var bench = try Bench(tool: tool, directory: directory, runs: runs, comparesPeers: peers)
    for workload in Workload.allCases where self.workload.isEmpty || self.workload.contains(workload) {
      report.results.append(try bench.measure(workload, scale: scale, seed: seed))
    }
    report.emptyPeak = try bench.emptyPeak()
    print(report.markdown)
  }

  /// The tool of this checkout, built in release mode as the README says for installing it, in a place of its own.
  private static func build() throws -> String {
    let package = URL(fileURLWithPath: #filePath).pathComponents.dropLast(5).dropFirst().joined(separator: "/")
    Shell.note("building wirestat")
    let swift = [
      "swift", "build", "-c", "release", "--static-swift-stdlib", "--product", "wirestat", "--package-path",
      "/\(package)", "--scratch-path", "/\(package)/Tests/Benchmarks/.build/wirestat",
    ]
    _ = try Shell.output(of: swift)
    let products = try Shell.output(of: swift + ["--show-bin-path"]).trimmingCharacters(in: .newlines)
    return products + "/wirestat"
  }
}

extension Workload: ExpressibleByArgument {}
