import Foundation

/// Runs a program of the system.
enum Shell {
  static func run(_ program: String, _ arguments: String..., input: String? = nil) throws {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = [program] + arguments
    let (stdin, stderr) = (Pipe(), Pipe())
    process.standardInput = stdin
    process.standardError = stderr
    try process.run()
    stdin.fileHandleForWriting.write(Data((input ?? "").utf8))
    try stdin.fileHandleForWriting.close()
    let message = String(decoding: stderr.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    process.waitUntilExit()
    guard process.terminationStatus == 0 else {
      let command = ([program] + arguments).joined(separator: " ")
      let reason = message.trimmingCharacters(in: .whitespacesAndNewlines)
      throw LaboratoryError("\(command): \(reason)", status: reason.contains("not permitted") ? EX_NOPERM : EX_OSERR)
    }
  }
}
