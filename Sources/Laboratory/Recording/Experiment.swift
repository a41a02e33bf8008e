import Glibc
import GroundTruth

/// Two hosts and the line between them: what a scenario acts on, and what writes down how it went.
final class Experiment {
  let a: Host
  let b: Host
  let line: Relay
  /// Whether the tap in the middle sees each packet on its way in and on its way out again, as one that listens on
  /// both interfaces of a router; otherwise it sees what is delivered.
  var tapsBothInterfaces = false
  private(set) var checkpoints: [Checkpoint] = []
  private let tableA: SocketTable
  private let tableB: SocketTable

  /// - Parameter run: tells this recording's namespaces from all others on the machine.
  init(run: String, version: IPVersion, seed: UInt64 = 0) throws {
    a = try Host(.a, namespace: "\(run)-a", version: version)
    b = try Host(.b, namespace: "\(run)-b", version: version)
    tableA = try a.namespace.inside { try SocketTable() }
    tableB = try b.namespace.inside { try SocketTable() }
    line = try Relay(
      tuns: [.a: a.tun, .b: b.tun], addresses: [.a: a.addresses, .b: b.addresses], seed: seed)
  }

  // MARK: Connections

  /// A socket of B that accepts connections.
  func listen(port: UInt16 = 8080, backlog: Int32 = 16) throws -> Socket {
    let listener = try Socket(on: b, port: port)
    try listener.listen(backlog: backlog)
    return listener
  }

  /// Opens one connection from A to a listener of B.
  func open(to listener: Socket, from port: UInt16 = 40_000) throws -> (client: Socket, server: Socket) {
    let client = try Socket(on: a, port: port)
    try client.connect(to: b, port: listener.port)
    return (client, try listener.accept(from: client))
  }

  /// A listener, and one open connection to it.
  func open() throws -> (client: Socket, server: Socket) {
    let pair = try open(to: listen())
    try checkpoint("open")
    return pair
  }

  // MARK: Time

  /// Waits until nothing has passed for that long from now on, at most two seconds.
  func settle(milliseconds: Int = 60) {
    let start = Clock.now()
    let silence = Int64(milliseconds) * 1_000_000
    while Clock.now() - start < 2_000_000_000 {
      let latest = max(start, line.lastActivity)
      if latest != .max, Clock.now() - latest >= silence { return }
      Clock.sleep(milliseconds: 2)
    }
  }

  func wait(seconds: Double) { Clock.sleep(milliseconds: Int(seconds * 1000)) }

  /// Waits until a packet that `pattern` fits has been sent by `side` after this call began, however often it was
  /// sent before.
  func wait(for pattern: PacketPattern, from side: Side, seconds: Double = 5) throws {
    let start = Clock.now()
    while Clock.now() - start < Int64(seconds * 1e9) {
      let found = line.events.reversed().prefix { $0.time >= start }
        .contains { $0.isSent && $0.side == side && pattern.fits($0.packet) }
      if found { return }
      Clock.sleep(milliseconds: 2)
    }
    throw LaboratoryError("the packet the scenario waits for never came")
  }

  // MARK: Truth

  /// Writes down the true state of every socket, at a moment when nothing is under way that could change it.
  func checkpoint(_ label: String, settling milliseconds: Int = 60) throws {
    settle(milliseconds: milliseconds)
    for _ in 0..<100 {
      if let checkpoint = try quietCheckpoint(label) {
        checkpoints.append(checkpoint)
        return
      }
      Clock.sleep(milliseconds: 5)
    }
    throw LaboratoryError("checkpoint '\(label)': the line is never quiet")
  }

  /// Reads the sockets of both hosts twice; nil where the two readings differ or a packet passed around them.
  func quietCheckpoint(_ label: String) throws -> Checkpoint? {
    let margin: Int64 = 3_000_000
    let start = Clock.now()
    guard line.lastActivity < start - margin else { return nil }
    let first = (try tableA.read(), try tableB.read())
    let end = Clock.now()
    let second = (try tableA.read(), try tableB.read())
    Clock.sleep(milliseconds: 3)
    guard first == second, line.lastActivity < start else { return nil }
    return Checkpoint(label: label, t0: start, t1: end, a: first.0, b: first.1)
  }

  func add(_ checkpoint: Checkpoint) { checkpoints.append(checkpoint) }
}
