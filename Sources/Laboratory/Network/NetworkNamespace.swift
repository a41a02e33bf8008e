import CLaboratory
import Foundation

/// A network namespace of our own, made and deleted with `ip netns`.
///
/// A socket belongs for good to the namespace it was created in; so only its creation has to happen inside
/// (``inside(_:)``), and every later call may come from any thread.
final class NetworkNamespace: Sendable {
  let name: String
  private let descriptor: Int32
  private let home: Int32

  init(name: String) throws {
    self.name = name
    try Cleanup.shared.willCreate(namespace: name)
    try Shell.run("ip", "netns", "add", name)
    home = try check(unsafe open("/proc/thread-self/ns/net", O_RDONLY | O_CLOEXEC), "open /proc/thread-self/ns/net")
    descriptor = try check(unsafe open("/run/netns/\(name)", O_RDONLY | O_CLOEXEC), "open /run/netns/\(name)")
  }

  deinit { delete() }

  /// Runs `body` with the calling thread in this namespace, and brings the thread home.
  func inside<Result: ~Copyable>(_ body: () throws -> Result) throws -> Result {
    try check(lab_enter_network(descriptor), "setns \(name)")
    defer {
      if lab_enter_network(home) != 0 { fatalError("cannot leave the network namespace \(name)") }
    }
    return try body()
  }

  /// Sets a value under `/proc/sys`, for this namespace alone.
  ///
  /// - Parameter key: as `sysctl` spells it, `net.ipv4.tcp_fin_timeout`.
  func set(_ key: String, to value: String) throws {
    let path = "/proc/sys/" + key.replacing(".", with: "/")
    try inside {
      let file = try check(unsafe open(path, O_WRONLY | O_CLOEXEC), "open \(path)")
      defer { close(file) }
      let bytes = Array(value.utf8)
      try check(Int32(unsafe write(file, bytes, bytes.count)), "set \(key) to \(value)")
    }
  }

  private func delete() {
    close(descriptor)
    close(home)
    Cleanup.shared.delete(namespace: name)
  }
}
