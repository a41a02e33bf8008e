import ArgumentParser
import Floor
import Foundation

/// Makes the workloads, has libpcap alone and wirestat read each in turn, and prints what a packet cost.
@main
struct Benchmarks: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "benchmarks", subcommands: [Run.self, Read.self], defaultSubcommand: Run.self)

  /// libpcap alone: started as a process of its own by ``Run``.
  struct Read: ParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Reads a capture with libpcap, for the floor.")
    @Argument var file: String

    func run() throws {
      guard floor_read(file) >= 0 else { throw ValidationError("\(file) cannot be read.") }
    }
  }

  struct Run: ParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Measures every workload.")

    @Option(help: "Size of the workloads: 1 is 5 to 11 million packets and 8 GB of files.")
    var scale = 0.1
    @Option(help: "What the workloads are made from; the same number makes the same bytes.")
    var seed: UInt64 = 42
    @Option(help: "Runs of each; the median counts.")
    var runs = 5
    @Option(help: "Where the captures go.")
    var directory = FileManager.default.temporaryDirectory.path + "/wirestat-benchmarks"
    @Option(help: "The tool to measure.")
    var tool = "../../.build/release/wirestat"

    func run() throws {
      try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
      print("workload          packets   floor ns  wirestat ns   ratio  at most  peak MB")
      for workload in Workload.allCases { try measure(workload) }
    }

    private func measure(_ workload: Workload) throws {
      let path = "\(directory)/\(workload.rawValue)-\(scale)-\(seed).pcap"
      let packets = try workload.write(to: path, scale: scale, seed: seed)
      var floors: [Measurement] = []
      var tools: [Measurement] = []
      for _ in 0..<runs {
        floors.append(try Measurement(of: [CommandLine.arguments[0], "read", path]))
        tools.append(try Measurement(of: [tool, "analyze", path, "--format", "summary"]))
      }
      let ratios = zip(tools, floors).map { $0.cpu / max($1.cpu, 1e-6) }
      print(
        String(
          format: "%-15@ %9d %10.0f %12.0f %7.2f %8.1f %8.0f", workload.rawValue as NSString, packets,
          floors.map(\.cpu).median / Double(packets) * 1e9, tools.map(\.cpu).median / Double(packets) * 1e9,
          ratios.median, workload.bar, tools.map(\.peak).median))
    }
  }
}

extension [Double] {
  var median: Double { sorted()[count / 2] }
}
