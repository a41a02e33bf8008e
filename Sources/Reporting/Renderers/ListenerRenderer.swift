import Anomalies
import ConnectionTracking
import PacketDecoding

/// A line a listener and a line a host, for people: what became of the connections, and what piles up where.
public struct ListenerRenderer: ReportRenderer {
  private let style: TextStyle

  public var needs: ReportNeeds { .listeners }

  public init(style: TextStyle = .plain) { self.style = style }

  public mutating func render(_ report: borrowing FlowReport, into output: inout OutputBuffer) {}

  public mutating func finish(_ report: Report, into output: inout OutputBuffer) {
    CaptureLine(style: style).write(report, into: &output)
    writeListeners(report.listeners, into: &output)
    write(omitted: report.listenersOmitted, "connections to other listeners", into: &output)
    writeHosts(report.hosts, into: &output)
    write(omitted: report.hostsOmitted, "ends of connections of other hosts", into: &output)
    AggregateFindings(style: style).write(report, into: &output)
  }

  private func writeListeners(_ listeners: [ListenerReport], into output: inout OutputBuffer) {
    guard !listeners.isEmpty else { return }
    var table = TextTable([
      ("LISTENER", .left), ("ATTEMPTS", .right), ("REFUSED", .right), ("TIMEOUTS", .right), ("SYN-ACK MEDIAN", .right),
      ("MAX", .right), ("1 S OR MORE", .right), ("ACCEPT QUEUE FULL", .right), ("RESET BY SERVER", .right),
      ("LEFT IN CLOSE_WAIT", .right),
    ])
    for listener in listeners {
      let delay = listener.answerDelay
      table.add([
        text { $0.append(listener.listener) }, "\(listener.attempts)", "\(listener.refused)",
        "\(listener.unanswered)", delay.map { duration($0.median) } ?? "-", delay.map { duration($0.longest) } ?? "-",
        "\(delay?.slow ?? 0)",
        "\(listener.acceptQueueSigns)", resetRate(of: listener), "\(listener.closeWaits)",
      ])
    }
    output.append("\n")
    table.write(style: style, into: &output)
  }

  private func writeHosts(_ hosts: [HostReport], into output: inout OutputBuffer) {
    guard !hosts.isEmpty else { return }
    var table = TextTable([
      ("HOST", .left), ("CONNECTIONS", .right), ("LEFT IN CLOSE_WAIT", .right), ("CAME OUT OF IT", .right),
      ("GROWTH", .right), ("TIME_WAIT PEAK", .right), ("AS CLIENT", .right), ("RST/S PEAK", .right),
    ])
    for host in hosts {
      table.add([
        text { $0.append(host.host) }, "\(host.ends)", "\(host.closeWaits)", "\(host.closeWaitsLeft)",
        growth(of: host), "\(host.timeWaitPeak)", "\(host.clientTimeWaits)", "\(host.resetPeak)",
      ])
    }
    output.append("\n")
    table.write(style: style, into: &output)
  }

  /// What a full table left out.
  private func write(omitted: Int, _ noun: String, into output: inout OutputBuffer) {
    guard omitted > 0 else { return }
    output.append("... and \(omitted) \(noun), left out for want of room\n")
  }

  /// The server's resets of a hundred attempts.
  private func resetRate(of listener: ListenerReport) -> String {
    guard listener.attempts > 0 else { return "-" }
    return "\(listener.resetByServer * 100 / listener.attempts) %"
  }

  /// Over how long its CLOSE_WAITs came up.
  private func growth(of host: HostReport) -> String {
    guard host.closeWaits > 1, let nanoseconds = host.closeWaitGrowth else { return "-" }
    return text { output in
      output.append("over ")
      output.append(duration: nanoseconds)
    }
  }

  private func duration(_ nanoseconds: Int64) -> String { text { $0.append(duration: nanoseconds) } }

  private func text(_ body: (inout OutputBuffer) -> Void) -> String {
    var output = OutputBuffer()
    body(&output)
    // Widths count bytes, and a table has to stay in line.
    return output.text.replacing("µs", with: "us")
  }
}
