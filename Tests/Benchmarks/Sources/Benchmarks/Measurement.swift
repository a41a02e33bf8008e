import Foundation

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// What one process took, by the system's own account of it: wait4(2).
struct Measurement {
  /// User and system time in seconds.
  let cpu: Double
  /// The most memory that was resident, in megabytes.
  let peak: Double

  /// Runs `command` to its end, its output thrown away.
  init(of command: [String]) throws {
    var process = pid_t()
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, "/dev/null", O_WRONLY, 0)
    defer { posix_spawn_file_actions_destroy(&actions) }
    var arguments = command.map { strdup($0) } + [nil]
    defer { for argument in arguments { free(argument) } }
    guard posix_spawn(&process, command[0], &actions, nil, &arguments, environ) == 0 else {
      throw Failure(command: command)
    }
    var status: Int32 = 0
    var usage = rusage()
    guard wait4(process, &status, 0, &usage) == process, status == 0 else { throw Failure(command: command) }
    cpu = Self.seconds(usage.ru_utime) + Self.seconds(usage.ru_stime)
    peak = Double(usage.ru_maxrss) / 1024
  }

  private static func seconds(_ time: timeval) -> Double { Double(time.tv_sec) + Double(time.tv_usec) / 1e6 }

  struct Failure: Error, CustomStringConvertible {
    var command: [String]
    var description: String { "did not run: \(command.joined(separator: " "))" }
  }
}
