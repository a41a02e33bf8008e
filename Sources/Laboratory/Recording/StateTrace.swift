import Foundation
import GroundTruth

/// The kernel's own record of socket states: the tracepoint `sock:inet_sock_set_state`, in a tracing instance of our
/// own, so that nobody else's tracing is touched.
struct StateTrace: ~Copyable {
  private static let root = "/sys/kernel/tracing"
  private let instance: String

  /// nil where the kernel offers no tracefs or no such tracepoint.
  init?(name: String) {
    if unsafe access("\(Self.root)/events", F_OK) != 0 {
      try? Shell.run("mount", "-t", "tracefs", "tracefs", Self.root)
    }
    guard unsafe access("\(Self.root)/events/sock/inet_sock_set_state", F_OK) == 0 else { return nil }
    let path = "\(Self.root)/instances/\(name)"
    Cleanup.shared.willCreate(directory: path)
    guard unsafe mkdir(path, 0o755) == 0 else { return nil }
    instance = path
    put("mono", into: "trace_clock")
    put("1", into: "events/sock/inet_sock_set_state/enable")
  }

  deinit {
    put("0", into: "events/sock/inet_sock_set_state/enable")
    Cleanup.shared.delete(directory: instance)
  }

  /// What has been traced so far of sockets that have one of `addresses`.
  func read(addresses: Set<String>) -> [KernelTransition] {
    let offset = Clock.now() - Clock.monotonic()
    return contents.split(separator: "\n").compactMap { KernelTransition(traceLine: $0, clockOffset: offset) }
      .filter { addresses.contains($0.family == "AF_INET6" ? $0.saddrv6 : $0.saddr) }
  }

  /// The trace, read to its end: the kernel gives a page at a time.
  private var contents: String {
    let file = unsafe open("\(instance)/trace", O_RDONLY | O_CLOEXEC)
    guard file >= 0 else { return "" }
    defer { close(file) }
    var bytes: [UInt8] = []
    var page = [UInt8](repeating: 0, count: 65_536)
    while case let count = unsafe Glibc.read(file, &page, page.count), count > 0 { bytes += page[..<count] }
    return String(decoding: bytes, as: UTF8.self)
  }

  private func put(_ value: String, into file: String) {
    try? Data(value.utf8).write(to: URL(fileURLWithPath: "\(instance)/\(file)"))
  }
}

extension KernelTransition {
  /// Reads `TASK [CPU] FLAGS SECONDS.MICROSECONDS: inet_sock_set_state: KEY=VALUE ...`.
  fileprivate init?(traceLine line: Substring, clockOffset: Int64) {
    let parts = line.split(separator: ": inet_sock_set_state: ", maxSplits: 1)
    guard parts.count == 2, let stamp = parts[0].split(separator: " ").last else { return nil }
    let time = stamp.split(separator: ".")
    guard time.count == 2, let seconds = Int64(time[0]), let microseconds = Int64(time[1]) else { return nil }
    let pairs = parts[1].split(separator: " ").map { $0.split(separator: "=", maxSplits: 1).map(String.init) }
    let fields = Dictionary(pairs.filter { $0.count == 2 }.map { ($0[0], $0[1]) }, uniquingKeysWith: { $1 })
    guard let old = fields["oldstate"], let new = fields["newstate"] else { return nil }
    let moment: Int64 = seconds * 1_000_000_000 + microseconds * 1000 + clockOffset
    func field(_ name: String) -> String { fields[name, default: ""] }
    self.init(
      t: moment, family: field("family"), protocol: field("protocol"), sport: field("sport"), dport: field("dport"),
      saddr: field("saddr"), daddr: field("daddr"), saddrv6: field("saddrv6"), daddrv6: field("daddrv6"),
      oldstate: old, newstate: new)
  }
}
