import Foundation
import Subprocess
import SystemPackage

/// The built tool, run as a user runs it.
enum Tool {
  struct Result: Sendable {
    var status: Int32
    var output: String
    var errors: String
  }

  /// The product that was built beside this test bundle.
  static let path: String = {
    let bundle = URL(fileURLWithPath: ProcessInfo.processInfo.arguments[0]).resolvingSymlinksInPath()
    return bundle.deletingLastPathComponent().appendingPathComponent("wirestat").path
  }()

  /// Runs the tool with `arguments`; a signal gives its negative number as the status.
  static func run(_ arguments: String...) async throws -> Result { try await run(arguments) }

  static func run(_ arguments: [String]) async throws -> Result { try await run(path, arguments) }

  /// Runs `script` in a shell in which `$WIRESTAT` is the tool and `$1`, `$2`, ... are `arguments`.
  static func shell(_ script: String, _ arguments: String...) async throws -> Result {
    try await shell(script, arguments)
  }

  static func shell(_ script: String, _ arguments: [String]) async throws -> Result {
    try await run("/bin/sh", ["-c", "WIRESTAT=\(path)\n" + script, "sh"] + arguments)
  }

  private static func run(_ executable: String, _ arguments: [String]) async throws -> Result {
    let limit = 64 << 20
    let result = try await Subprocess.run(
      .path(FilePath(executable)), arguments: Arguments(arguments), output: .string(limit: limit),
      error: .string(limit: limit))
    let status: Int32 =
      switch result.terminationStatus {
      case .exited(let code): code
      case .signaled(let signal): -signal
      }
    return Result(status: status, output: result.standardOutput, errors: result.standardError)
  }
}
