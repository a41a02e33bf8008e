import ArgumentParser
import Reporting
import SystemPackage

/// The command line: names the commands, and turns every error into one sentence and an exit status.
@main struct Wirestat: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "wirestat",
    abstract: "Shows the TCP state of both ends of every connection, from the packets alone.",
    discussion: """
      wirestat reads captures, follows every TCP connection in them and infers the RFC 9293 state of both endpoints \
      over time: who closed first, how, and in which state each end was left.

        wirestat analyze web.pcap                  a table, one line a connection
        wirestat analyze web.pcap --timeline       every transition, both ends side by side
        wirestat live eth0 --filter 'port 443'     each transition as it happens
        wirestat report flows.ndjson               NDJSON of either, in another form
        wirestat follow web.pcap --flow 3          what the third connection carried
        wirestat explain close-wait-leak           what a finding means, and what to run next
        wirestat states CLOSE_WAIT                 what a state means, and why sockets pile up in it
      """,
    version: "0.1.0",
    subcommands: [
      AnalyzeCommand.self, LiveCommand.self, ReportCommand.self, FollowCommand.self, ExplainCommand.self,
      StatesCommand.self,
    ])

  static func main() {
    Terminal.ignoreBrokenPipes()
    let arguments = Terminal.arguments
    do {
      var command = try parseAsRoot(arguments)
      try command.run()
    } catch {
      exit(after: error, arguments)
    }
  }

  private static func exit(after error: any Error, _ arguments: [String]) -> Never {
    switch error {
    // Whoever read has seen enough.
    case let error as Errno where error == .brokenPipe: Terminal.exit(.done)
    case let failure as Failure:
      Terminal.report(failure.message)
      Terminal.exit(failure.status)
    case let error as Errno:
      Terminal.report("cannot write the output: \(error)")
      Terminal.exit(.ioError)
    default: exit(parsing: error, arguments)
    }
  }

  /// Help and version go their own way; a mistake on the command line is told as every other.
  private static func exit(parsing error: any Error, _ arguments: [String]) -> Never {
    guard exitCode(for: error) != .success else { exit(withError: error) }
    let text = explanation(of: error, arguments)
    Terminal.report(lines: text.hasPrefix("Error: ") ? String(text.dropFirst(7)) : text)
    Terminal.exit(.usage)
  }

  /// The message of `error`. It has lines of its own, so what it quotes is made visible before it is quoted.
  private static func explanation(of error: any Error, _ arguments: [String]) -> String {
    let visible = arguments.map(Escaping.line)
    guard visible != arguments else { return fullMessage(for: error) }
    do {
      _ = try parseAsRoot(visible)
    } catch  where exitCode(for: error) != .success {
      return fullMessage(for: error)
    } catch {}
    return Escaping.line(fullMessage(for: error))
  }
}
