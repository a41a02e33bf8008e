import Dispatch
import Foundation
import Synchronization

/// Knows what has to be undone, and undoes it when the laboratory ends, fails or is interrupted.
final class Cleanup: Sendable {
  static let shared = Cleanup()

  private struct Owned {
    var namespaces: Set<String> = []
    var directories: Set<String> = []
  }
  private let owned = Mutex(Owned())

  func willCreate(namespace name: String) throws {
    guard geteuid() == 0 else {
      throw LaboratoryError.needsRoot
    }
    owned.withLock { _ = $0.namespaces.insert(name) }
  }

  func willCreate(directory path: String) {
    owned.withLock { _ = $0.directories.insert(path) }
  }

  func delete(namespace name: String) {
    let isOurs = owned.withLock { $0.namespaces.remove(name) != nil }
    if isOurs { try? Shell.run("ip", "netns", "delete", name) }
  }

  func delete(directory path: String) {
    let isOurs = owned.withLock { $0.directories.remove(path) != nil }
    if isOurs { unsafe rmdir(path) }
  }

  /// Deletes everything that is still there.
  func deleteAll() {
    let left = owned.withLock { ($0.namespaces, $0.directories) }
    for name in left.0 { delete(namespace: name) }
    for path in left.1 { delete(directory: path) }
  }

  /// Makes Ctrl-C and a termination clean up before the process ends with 128 plus the signal's number.
  func onSignals() -> [any DispatchSourceSignal] {
    [SIGINT, SIGTERM, SIGHUP].map { number in
      signal(number, SIG_IGN)
      let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
      source.setEventHandler {
        self.deleteAll()
        exit(128 + number)
      }
      source.activate()
      return source
    }
  }
}
