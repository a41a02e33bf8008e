import Reporting
import SystemPackage

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// What the tool says beside its output, and what it knows about who reads that.
enum Terminal {
  /// One sentence on standard error; what it quotes from outside is made visible.
  static func report(_ message: String) { write("wirestat: \(Escaping.line(message))\n") }

  /// The same in several lines.
  static func report(lines: String) {
    let lines = lines.split(separator: "\n", omittingEmptySubsequences: false)
    write("wirestat: \(lines.map { Escaping.line(String($0)) }.joined(separator: "\n"))\n")
  }

  static func warn(_ message: String) { report("warning: \(message)") }

  /// Text on standard error as it is; where even that fails there is nobody left to tell.
  static func write(_ text: String) { _ = try? FileDescriptor.standardError.writeAll(text.utf8) }

  /// What the command line asks for; bytes that are not UTF-8 are visible.
  static var arguments: [String] {
    CommandLine.arguments.indices.dropFirst().compactMap { index in
      guard let bytes = unsafe CommandLine.unsafeArgv[index] else { return nil }
      let count = unsafe strlen(bytes)
      return unsafe Escaping.decode(UnsafeBufferPointer(start: bytes, count: count).map { UInt8(bitPattern: $0) })
    }
  }

  static func isTerminal(_ descriptor: FileDescriptor) -> Bool { isatty(descriptor.rawValue) == 1 }

  /// True where the environment asks for no colour (no-color.org): set, and not empty.
  static var refusesColour: Bool {
    guard let value = unsafe getenv("NO_COLOR") else { return false }
    return unsafe value.pointee != 0
  }

  /// Lets a write to a closed pipe fail with EPIPE instead of ending the process with a signal.
  static func ignoreBrokenPipes() { signal(SIGPIPE, SIG_IGN) }

  static func exit(_ status: ExitStatus) -> Never { endProcess(status.rawValue) }
}

/// C's exit, which the name above hides.
private func endProcess(_ status: Int32) -> Never { exit(status) }
