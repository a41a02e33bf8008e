import ArgumentParser
import Foundation

/// One run of the laboratory: alone on the machine, cleaned up after, with the right exit status.
final class Session {
  private var failures: [String] = []
  private var made = 0

  /// Runs `body`; ends the process with a status other than 0 where a recording failed.
  static func run(_ body: (Session) throws -> Void) throws {
    let session = Session()
    let lock = try takeTurn()
    let signals = Cleanup.shared.onSignals()
    defer {
      Cleanup.shared.deleteAll()
      signals.forEach { $0.cancel() }
      close(lock)
    }
    do {
      try body(session)
    } catch let error as LaboratoryError {
      say("laboratory: \(error)")
      throw ExitCode(error.status)
    }
    say("\(session.made) recorded, \(session.failures.count) failed \(session.failures.joined(separator: " "))")
    if !session.failures.isEmpty { throw ExitCode(EX_SOFTWARE) }
  }

  /// Makes one recording and says how it went; the others follow even where it fails, unless nothing can be made at all.
  func attempt(_ name: String, _ body: () throws -> Void) throws {
    let start = Clock.now()
    do {
      try body()
      made += 1
      Session.say("\(name): recorded in \((Clock.now() - start) / 1_000_000) ms")
    } catch let error as LaboratoryError where error.status == EX_NOPERM {
      throw error
    } catch {
      failures.append(name)
      Session.say("\(name): \(error)")
    }
  }

  static func say(_ message: String) {
    FileHandle.standardError.write(Data((message + "\n").utf8))
  }

  /// The tracepoint knows no namespaces: two laboratories at once would see each other's sockets.
  private static func takeTurn() throws -> Int32 {
    let path = "/run/wirestat-laboratory.lock"
    let lock = unsafe open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
    guard lock >= 0 else {
      say("laboratory: \(LaboratoryError.needsRoot)")
      throw ExitCode(EX_NOPERM)
    }
    if flock(lock, LOCK_EX | LOCK_NB) != 0 {
      say("laboratory: another one is recording on this machine; waiting for it")
      flock(lock, LOCK_EX)
    }
    return lock
  }
}
