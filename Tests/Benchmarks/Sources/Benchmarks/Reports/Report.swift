import Foundation

/// What was measured, as Markdown.
struct Report {
  let scale: Double
  let seed: UInt64
  let runs: Int
  var results: [Bench.Result] = []
  /// The tool's peak without a packet, in bytes.
  var emptyPeak = 0.0

  var markdown: String {
    [heading, workloads.markdown, bars.markdown, peers].filter { !$0.isEmpty }.joined(separator: "\n\n")
  }

  private var heading: String {
    "`benchmarks --scale \(scale) --seed \(seed) --runs \(runs)`, \(Shell.processor):"
  }

  private var workloads: Table {
    var table = Table(
      ["workload", "packets", "libpcap, ns", "wirestat, ns", "ratio", "at most", "holds", "peak memory, MB"])
    for result in results {
      let ratio = result.ratio
      table.add([
        result.workload.rawValue, "\(result.packets)", Table.number(result.perPacket(result.floor)),
        Table.number(result.perPacket(result.tool)), Table.number(ratio, decimals: 2),
        Table.number(result.workload.bar, decimals: 1), ratio <= result.workload.bar ? "yes" : "no",
        Table.number(result.tool.map(\.peak).median / 1e6),
      ])
    }
    return table
  }

  /// The other bars: memory, reports, two threads.
  private var bars: Table {
    var table = Table(["", "measured", "bar", "holds"])
    if let open = results.first(where: { $0.workload == .open }) {
      let bytes = (open.tool.map(\.peak).median - emptyPeak) / Double(open.flows)
      table.add("memory of an open flow, bytes", bytes, atMost: 400)
    }
    addFormats(to: &table)
    guard let short = results.first(where: { $0.workload == .short }) else { return table }
    if scale == 1 { table.add("peak memory of `short`, MB", short.tool.map(\.peak).median / 1e6, atMost: 100) }
    let whole = short.ndjson.map(\.cpu).median / Double(short.flows) * 1e6
    let summary = short.tool.map(\.cpu).median / Double(short.flows) * 1e6
    table.add("NDJSON of `short`, µs a flow, reading and following included", whole, atMost: 6)
    table.add("NDJSON of `short`, µs a flow, on top of the summary", whole - summary, atMost: 6)
    if !short.parallel.isEmpty {
      let times = zip(short.tool, short.parallel).map { $0.elapsed / $1.elapsed }
      table.add("`--jobs 2` on `short`, times as fast by the clock", times.median, atLeast: 1.5)
    }
    return table
  }
}

extension Report {
  /// What each form of a report keeps of a flood's flows.
  private func addFormats(to table: inout Table) {
    let formats = results.flatMap(\.formats)
    guard let summary = formats.first(where: { $0.name == "summary" }) else { return }
    for format in formats where format.name != "summary" {
      let more = format.measurement.peak - summary.measurement.peak
      table.add(
        "peak memory of `--format \(format.name)` of `syn-flood`, MB more than the summary", more / 1e6, atMost: 100)
    }
  }
}

extension Bench.Result {
  /// The median of the runs' ratios, each of two neighbours in time.
  var ratio: Double { zip(tool, floor).map { $0.cpu / max($1.cpu, 1e-6) }.median }

  /// Nanoseconds of CPU time.
  func perPacket(_ measurements: [Measurement]) -> Double { measurements.map(\.cpu).median / Double(packets) * 1e9 }
}

/// The peers, each in a row.
extension Report {
  private var peers: String {
    let present = Set(results.flatMap { $0.peers.keys }).sorted()
    guard !present.isEmpty else { return "" }
    var table = Table(["CPU time a packet, ns"] + results.map(\.workload.rawValue) + ["peak memory of the last, MB"])
    table.add(row(.floor) { $0.floor })
    table.add(row(.wirestat("")) { $0.tool })
    for index in present { table.add(row(Program.peers[index]) { ($0.peers[index] ?? nil).map { [$0] } ?? [] }) }
    let programs = [.floor, .wirestat("")] + present.map { Program.peers[$0] }
    return table.markdown + "\n\nEach does something else:\n\n" + programs.map(\.line).joined(separator: "\n")
  }

  private func row(_ program: Program, _ measurements: (Bench.Result) -> [Measurement]) -> [String] {
    let times = results.map { Table.number($0.perPacket(measurements($0))) }
    let peak = results.last.map { measurements($0).map(\.peak).median / 1e6 } ?? .nan
    return [program.name] + times + [Table.number(peak)]
  }
}

extension Program {
  fileprivate var line: String { "- \(name)\(version.map { " \($0)" } ?? ""): \(work)" }
}
