import Foundation

/// Has every program read every workload, in turn, so that what else the machine does falls on all of them.
struct Bench {
  /// What was measured on one workload, a measurement a run.
  struct Result {
    let workload: Workload
    let flows: Int
    let packets: Int
    var floor: [Measurement] = []
    var tool: [Measurement] = []
    /// With every flow written as a line of JSON.
    var ndjson: [Measurement] = []
    /// With two threads, where the tool has that.
    var parallel: [Measurement] = []
    /// One a form of report, on the flood alone: the most flows.
    var formats: [(name: String, measurement: Measurement)] = []
    /// By the number in ``Program/peers``; nil where it failed.
    var peers: [Int: Measurement?] = [:]
  }

  private let tool: String
  private let directory: String
  private let runs: Int
  private let comparesPeers: Bool
  private let hasJobs: Bool

  init(tool: String, directory: String, runs: Int, comparesPeers: Bool) throws {
    self.tool = tool
    self.directory = directory
    self.runs = runs
    self.comparesPeers = comparesPeers
    hasJobs = try Shell.output(of: [tool, "analyze", "--help"]).contains("--jobs")
    try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
  }

  mutating func measure(_ workload: Workload, scale: Double, seed: UInt64) throws -> Result {
    let path = "\(directory)/\(workload.rawValue).pcap"
    defer { try? FileManager.default.removeItem(atPath: path) }
    Shell.note("\(workload.rawValue): making it")
    let packets = try workload.write(to: path, scale: scale, seed: seed)
    var result = Result(workload: workload, flows: workload.flows(at: scale), packets: packets)
    // Once for nothing, so that all find the file in memory.
    _ = try measure(.floor, path)
    for run in 1...runs {
      Shell.note("\(workload.rawValue): run \(run) of \(runs)")
      result.floor.append(try measure(.floor, path))
      result.tool.append(try measure(.wirestat(tool, "--format", "summary"), path))
      if workload == .short {
        result.ndjson.append(try measure(.wirestat(tool, "--format", "ndjson"), path))
        if hasJobs { result.parallel.append(try measure(.wirestat(tool, "--format", "summary", "--jobs", "2"), path)) }
      }
    }
    if workload == .synFlood {
      for name in ["text", "ndjson", "csv", "junit", "markdown", "summary"] {
        Shell.note("  --format \(name)")
        result.formats.append((name, try measure(.wirestat(tool, "--format", name), path)))
      }
    }
    if comparesPeers { result.peers = measurePeers(path) }
    return result
  }

  /// The tool's peak on a capture without a packet.
  func emptyPeak() throws -> Double {
    let path = "\(directory)/empty.pcap"
    defer { try? FileManager.default.removeItem(atPath: path) }
    _ = try PacketFile(path: path, snapLength: 96).finish()
    return try measure(.wirestat(tool, "--format", "summary"), path).peak
  }

  private func measurePeers(_ path: String) -> [Int: Measurement?] {
    var results: [Int: Measurement?] = [:]
    for (index, peer) in Program.peers.enumerated() where peer.isInstalled {
      Shell.note("  \(peer.name)")
      results[index] = .some(try? measure(peer, path))
    }
    return results
  }

  private func measure(_ program: Program, _ path: String) throws -> Measurement {
    let output = "\(directory)/output"
    try FileManager.default.createDirectory(atPath: output, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: output) }
    return try Measurement(of: program.command(for: path, directory: output))
  }
}
