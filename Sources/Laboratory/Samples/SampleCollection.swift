import Foundation
import GroundTruth

/// Makes the directory `captures/`: the samples, the recordings they are graded with, and the table of both.
struct SampleCollection {
  let directory: URL

  /// Recorded over IPv6 too, for the grade in every test run.
  private static let alsoOverIPv6 = [
    "handshake", "refused", "handshake-ack-lost", "simultaneous-open", "four-way-close-by-client",
    "four-way-close-by-server", "three-way-close", "simultaneous-close", "half-close", "fin-overtakes-data",
    "reset-by-client", "reset-unread-data", "last-ack-lost-twice", "time-wait-reuse", "rst-in-window-forged",
  ]
  /// Some hundred kilobytes for a transfer that the walks show as well.
  private static let tooLarge = ["bulk-lost-reordered", "reset-unread-bulk"]
  private static let walks: ClosedRange<UInt64> = 1...6

  func record(in session: Session) throws {
    let truth = directory.appending(path: "truth")
    let recorder = try Recorder(directory: truth.path)
    for scenario in Scenario.all {
      for version in IPVersion.allCases where isNeeded(scenario.name, version) {
        let name = scenario.name + (version == .ipv6 ? "-ipv6" : "")
        try session.attempt(name) {
          try recorder.record(name, summary: scenario.summary, version: version, scenario.script)
        }
      }
    }
    for seed in Self.walks {
      try session.attempt("walk-\(seed)") { try recorder.record(walk: seed) }
    }
    for sample in Sample.all { try write(sample, from: truth) }
    for name in Self.tooLarge { try remove(name, from: truth) }
    try Data(table.utf8).write(to: directory.appending(path: "README.md"))
  }

  private func isNeeded(_ scenario: String, _ version: IPVersion) -> Bool {
    version == .ipv4 || Self.alsoOverIPv6.contains(scenario)
  }

  private func write(_ sample: Sample, from truth: URL) throws {
    let files = try RecordingFiles(truth: truth.appending(path: "\(sample.recording).truth.json"))
    guard let packets = files.packets(at: sample.tap) else {
      throw LaboratoryError("\(sample.path): there is no recording of \(sample.recording)")
    }
    let file = directory.appending(path: "\(sample.path).pcap")
    try FileManager.default.createDirectory(at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
    try Data(sample.file(from: packets, of: files.recording)).write(to: file)
  }

  private func remove(_ recording: String, from truth: URL) throws {
    for suffix in ["a.pcap", "b.pcap", "mid.pcap", "truth.json"] {
      try FileManager.default.removeItem(at: truth.appending(path: "\(recording).\(suffix)"))
    }
  }
}

extension SampleCollection {
  private var table: String {
    var lines = [Self.introduction, "| file | what it shows | tap | scenario |", "| --- | --- | --- | --- |"]
    for sample in Sample.all {
      let summary = Scenario.all.first { $0.name == sample.scenario }?.summary ?? ""
      let note = sample.note.map { " Here: \($0)." } ?? ""
      let scenario = "`\(sample.scenario)`" + (sample.version == .ipv6 ? " over IPv6" : "")
      lines.append("| `\(sample.path).pcap` | \(summary)\(note) | \(sample.tap) | \(scenario) |")
    }
    return (lines + [Self.truthNotes]).joined(separator: "\n") + "\n"
  }

  private static let introduction = """
    # Captures

    Real Linux sockets in two network namespaces, one behaviour a file, nothing in them but generated text. All of them
    come from one command, and this table with them:

    ```
    sudo swift run laboratory samples --output captures
    ```

    Host A is 10.77.0.1 and fd77::1, host B 10.77.0.2 and fd77::2; the line between them loses, delays, reorders and
    forges what the scenario says. Tap `a` stands at A's own end (all that A sent, lost later or not, and all that
    reached it), `b` at B's, `mid` behind the loss. `laboratory list` describes the scenarios, and
    `sudo swift run laboratory record SCENARIO --output DIR` records one anew.

    """

  private static let truthNotes = """

    ## truth/

    The recordings behind the samples, and more: each scenario at all three taps (`NAME.a.pcap`, `NAME.b.pcap`,
    `NAME.mid.pcap`), and `NAME.truth.json` with what the kernel itself said. `walk-N` are random socket calls under
    random loss. `swift run laboratory grade captures/truth` holds what wirestat infers against it, and so does every
    `swift test`.

    | key of `NAME.truth.json` | meaning |
    | --- | --- |
    | `scenario`, `summary` | its name, and what it shows |
    | `a`, `b` | the addresses of the two hosts |
    | `checks` | the checkpoints: label, the moments before and after the sockets were read (nanoseconds since 1970), and every TCP socket of both hosts as `ss -tan` lists them |
    | `kernel_trace` | every transition by the tracepoint `sock:inet_sock_set_state`; it shows SYN_RCVD only when the handshake ends, and TIME_WAIT as CLOSE |
    | `log` | every TCP segment at both hosts: time, host, sent or received, source, destination, flags, sequence and acknowledgment number, payload bytes |
    | `rejections` | every ICMP error that reached a host: time, and the ends of the segment it quotes |
    | `translations` | the address of a host, by the one that a router on the way has its peers call it by |
    | `end` | when the recording ended |
    """
}
