import Foundation

/// What one process took, by the system's own account of it: wait4(2).
struct Measurement {
  /// User and system time in seconds.
  let cpu: Double
  /// Seconds from its start to its end.
  let elapsed: Double
  /// The most memory that was resident, in bytes.
  let peak: Double

  /// Runs `command` to its end, its output thrown away.
  ///
  /// - Parameter feed: writes its standard input to the descriptor it is given, and closes it.
  init(of command: [String], feed: ((Int32) -> Void)? = nil) throws {
    let (results, input) = try (Pipe.make(), Pipe.make())
    let process = try Self.start([Self.stopwatch] + command, input: input.reading, results: results.writing)
    close(input.reading)
    close(results.writing)
    defer { close(results.reading) }
    if let feed { feed(input.writing) } else { close(input.writing) }
    var status: Int32 = 0
    guard waitpid(process, &status, 0) == process, status == 0,
      let numbers = Self.read(results.reading)?.split(separator: " ").compactMap({ Double($0) }), numbers.count == 3
    else { throw Failure("this failed: \(command.joined(separator: " "))") }
    (cpu, elapsed, peak) = (numbers[0], numbers[1], numbers[2] * 1024)
  }

  /// Built next to this program.
  private static let stopwatch = Program.path(beside: "stopwatch")

  private static func start(_ command: [String], input: Int32, results: Int32) throws -> pid_t {
    var process = pid_t()
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    posix_spawn_file_actions_adddup2(&actions, input, STDIN_FILENO)
    for descriptor in [STDOUT_FILENO, STDERR_FILENO] {
      posix_spawn_file_actions_addopen(&actions, descriptor, "/dev/null", O_WRONLY, 0)
    }
    posix_spawn_file_actions_adddup2(&actions, results, 3)
    var arguments = command.map { strdup($0) } + [nil]
    defer { for argument in arguments { free(argument) } }
    guard posix_spawn(&process, command[0], &actions, nil, &arguments, environ) == 0 else {
      throw Failure("\(command[0]) does not start.")
    }
    return process
  }

  private static func read(_ descriptor: Int32) -> String? {
    var bytes = [UInt8](repeating: 0, count: 256)
    let count = Foundation.read(descriptor, &bytes, bytes.count)
    return count > 0 ? String(decoding: bytes.prefix(count), as: UTF8.self).trimmingCharacters(in: .newlines) : nil
  }
}

/// The two ends of pipe(2), which no process started from here gets unless it is handed them.
private struct Pipe {
  var reading: Int32
  var writing: Int32

  static func make() throws -> Pipe {
    var ends: [Int32] = [0, 0]
    guard pipe(&ends) == 0 else { throw Failure("pipe: \(String(cString: strerror(errno)))") }
    // Clear of 0 to 3, which the process started from here has meanings for.
    let high = ends.map { fcntl($0, F_DUPFD_CLOEXEC, 10) }
    for end in ends { close(end) }
    return Pipe(reading: high[0], writing: high[1])
  }
}

struct Failure: Error, CustomStringConvertible {
  var description: String
  init(_ description: String) { self.description = description }
}

extension [Double] {
  var median: Double { isEmpty ? .nan : sorted()[count / 2] }
}
