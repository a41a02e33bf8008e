import Foundation

/// A program that reads a capture to its end.
struct Program {
  let name: String
  /// What it does with the capture: no two of them do the same.
  let work: String
  /// The command; `FILE` stands for the capture, `DIRECTORY` for a place to write to.
  let command: [String]
  /// The Debian package it comes in.
  var package: String?

  func command(for file: String, directory: String) -> [String] {
    command.map { $0 == "FILE" ? file : $0 == "DIRECTORY" ? directory : $0 }
  }

  /// Where a program built next to this one is.
  static func path(beside name: String) -> String {
    URL(fileURLWithPath: CommandLine.arguments[0]).deletingLastPathComponent().appendingPathComponent(name).path
  }

  static func wirestat(_ tool: String, _ options: String...) -> Program {
    Program(
      name: "**wirestat**", work: "the states of both ends over time, findings; only the totals printed",
      command: [tool, "analyze", "FILE"] + options)
  }
}

extension Program {
  static let floor = Program(
    name: "libpcap alone", work: "`pcap_dispatch` with an empty callback", command: [path(beside: "floor"), "FILE"])

  static let peers = [
    Program(
      name: "tcpdump", work: "`-w /dev/null`: copies the packets",
      command: ["tcpdump", "-r", "FILE", "-w", "/dev/null"],
      package: "tcpdump"),
    Program(
      name: "softflowd", work: "counts packets and bytes a flow, exports nothing",
      command: ["softflowd", "-r", "FILE", "-d"], package: "softflowd"),
    Program(
      name: "nfpcapd", work: "counts packets and bytes a flow, writes flow records to disk",
      command: ["nfpcapd", "-r", "FILE", "-l", "DIRECTORY"], package: "nfdump"),
    Program(
      name: "argus", work: "flow records with some TCP state, loss and timing, to /dev/null",
      command: ["argus", "-X", "-r", "FILE", "-w", "/dev/null"], package: "argus-server"),
    Program(
      name: "tcptrace", work: "`-b`: one line a connection, with retransmissions and round trips followed",
      command: ["tcptrace", "-n", "-b", "FILE"], package: "tcptrace"),
    Program(
      name: "tshark", work: "`-q -z conv,tcp`: dissects every layer, TCP analysis, totals a conversation",
      command: ["tshark", "-n", "-q", "-r", "FILE", "-z", "conv,tcp"], package: "tshark"),
  ]

  /// Whether the command is found as the shell would find it.
  var isInstalled: Bool {
    (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":").contains {
      access("\($0)/\(command[0])", X_OK) == 0
    }
  }

  /// The version that Debian's package has, without its epoch and revision.
  var version: String? {
    guard let package, let output = try? Shell.output(of: ["dpkg-query", "-W", "-f", "${Version}", package]) else {
      return nil
    }
    let upstream = output.split(separator: ":").last ?? ""
    return upstream.split(separator: "-").first.map { String($0.split(separator: "+")[0]) }
  }
}
