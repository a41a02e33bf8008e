import CLaboratory
import Glibc
import GroundTruth

/// One TCP socket in one of the namespaces. It stays open until the scenario closes it or the recording has ended.
/// Calls that wait give up after five seconds, so that no scenario hangs.
final class Socket {
  unowned let host: Host
  private(set) var descriptor: Int32
  private(set) var port: UInt16
  /// The address and port it is connected to.
  fileprivate(set) var peer: (address: String, port: UInt16)?

  /// Makes a socket inside the host's namespace, bound to its address.
  init(on host: Host, port: UInt16) throws {
    self.host = host
    self.port = port
    let isIPv6 = host.address.contains(":")
    descriptor = try host.namespace.inside { try check(lab_socket(isIPv6 ? 1 : 0), "socket") }
    try set(.socketReuseAddress, 1)
    try check(unsafe lab_bind(descriptor, host.address, port), "bind \(host.address) port \(port)")
    host.keep(self)
  }

  private init(accepted descriptor: Int32, on host: Host, port: UInt16, peer: (String, UInt16)) {
    (self.host, self.descriptor, self.port, self.peer) = (host, descriptor, port, peer)
    host.keep(self)
  }

  // MARK: Opening

  func listen(backlog: Int32 = 16) throws { try check(Glibc.listen(descriptor, backlog), "listen") }

  /// Starts to connect and does not wait.
  func startConnecting(to host: Host, port: UInt16) throws {
    try startConnecting(to: host.address, port: port)
  }

  /// Starts to connect to an address that need not be a host's own.
  func startConnecting(to address: String, port: UInt16) throws {
    peer = (address, port)
    let result = unsafe lab_connect(descriptor, address, port)
    if result < 0, errno != EINPROGRESS { throw LaboratoryError.systemCall("connect") }
  }

  /// Waits until the connection is open or has failed.
  func waitUntilConnected() throws {
    try wait(for: POLLOUT, "connect")
    let problem = try get(SOL_SOCKET, SO_ERROR)
    if problem != 0 {
      errno = problem
      throw LaboratoryError.systemCall("connect")
    }
  }

  func connect(to host: Host, port: UInt16) throws {
    try startConnecting(to: host, port: port)
    try waitUntilConnected()
  }

  /// Connects with `bytes` on the SYN (RFC 7413).
  func connectFastOpen(to host: Host, port: UInt16, sending bytes: [UInt8]) throws {
    peer = (host.address, port)
    let result = unsafe lab_send_fast_open(descriptor, host.address, port, bytes, Int32(bytes.count))
    if result < 0, errno != EINPROGRESS { throw LaboratoryError.systemCall("sendto") }
  }

  /// Takes the next connection of a listener; it must be the one `client` opened.
  func accept(from client: Socket) throws -> Socket {
    try wait(for: POLLIN, "accept")
    guard let accepted = acceptWaiting(from: client.host), accepted.peer?.port == client.port else {
      throw LaboratoryError("accept: not the client the scenario expects")
    }
    return accepted
  }

  /// Takes the next connection that waits to be accepted, of whichever client; nil where none does.
  func acceptWaiting(from peerHost: Host) -> Socket? {
    var peerPort: UInt16 = 0
    let accepted = unsafe lab_accept(descriptor, &peerPort)
    guard accepted >= 0 else { return nil }
    return Socket(accepted: accepted, on: host, port: port, peer: (peerHost.address, peerPort))
  }

  // MARK: Data

  /// Hands bytes to the kernel; gives how many it took.
  @discardableResult
  func send(_ bytes: [UInt8], urgent: Bool = false) throws -> Int {
    let flags = Int32(MSG_NOSIGNAL) | (urgent ? Int32(MSG_OOB) : 0)
    let count = unsafe Glibc.send(descriptor, bytes, bytes.count, flags)
    if count < 0, errno != EAGAIN { throw LaboratoryError.systemCall("send") }
    return max(0, count)
  }

  /// Reads until `count` bytes have come; fewer where the stream ends before.
  @discardableResult
  func receive(_ count: Int) throws -> [UInt8] {
    var received: [UInt8] = []
    while received.count < count {
      try wait(for: POLLIN, "receive")
      guard let next = try receiveAvailable(upTo: count - received.count) else { break }
      received += next
    }
    return received
  }

  /// Reads what is there; nil at the end of the stream.
  @discardableResult
  func receiveAvailable(upTo limit: Int = 65_536) throws -> [UInt8]? {
    var buffer = [UInt8](repeating: 0, count: limit)
    let count = unsafe recv(descriptor, &buffer, limit, 0)
    if count < 0, errno == EAGAIN { return [] }
    try check(Int32(clamping: count), "receive")
    return count == 0 ? nil : Array(buffer[..<count])
  }

  // MARK: Closing

  /// Says that nothing more will be sent: a FIN, and reading goes on.
  func shutdown() throws { try check(Glibc.shutdown(descriptor, Int32(SHUT_WR)), "shutdown") }

  func close() {
    if descriptor >= 0 { Glibc.close(descriptor) }
    descriptor = -1
  }

  /// Closes with `SO_LINGER` 0: a RST instead of a FIN.
  func abort() throws {
    try setLinger(seconds: 0)
    close()
  }

  /// Goes without a packet, as a host that lost its power (`TCP_REPAIR`).
  func vanish() throws {
    try set(.repair, 1)
    close()
  }

  // MARK: Options

  func set(_ option: SocketOption, _ value: Int32) throws {
    var value = value
    let size = socklen_t(MemoryLayout<Int32>.size)
    try check(unsafe setsockopt(descriptor, option.level, option.name, &value, size), "setsockopt \(option)")
  }

  private func setLinger(seconds: Int32) throws {
    var value = linger(l_onoff: 1, l_linger: seconds)
    let size = socklen_t(MemoryLayout<linger>.size)
    try check(unsafe setsockopt(descriptor, SOL_SOCKET, SO_LINGER, &value, size), "setsockopt SO_LINGER")
  }

  private func get(_ level: Int32, _ name: Int32) throws -> Int32 {
    var value: Int32 = 0
    var size = socklen_t(MemoryLayout<Int32>.size)
    try check(unsafe getsockopt(descriptor, level, name, &value, &size), "getsockopt")
    return value
  }

  private func wait(for events: Int32, _ call: String) throws {
    var waiting = pollfd(fd: descriptor, events: Int16(events), revents: 0)
    guard unsafe poll(&waiting, 1, 5000) > 0 else { throw LaboratoryError("\(call): nothing came for five seconds") }
  }
}

/// The socket options scenarios use, by `<linux/tcp.h>` and `<asm-generic/socket.h>`.
enum SocketOption: Int32 {
  case keepIdle = 4
  case keepInterval = 5
  case keepCount = 6
  case cork = 3
  case linger2 = 8
  case deferAccept = 9
  case quickAck = 12
  case userTimeout = 18
  case repair = 19
  case fastOpen = 23
  case noDelay = 1
  case socketReuseAddress = 1002
  case socketSendBuffer = 1007
  case socketReceiveBuffer = 1008
  case socketKeepAlive = 1009

  /// Options of the socket level stand a thousand higher here, since the numbers of both levels overlap.
  var level: Int32 { rawValue < 1000 ? Int32(IPPROTO_TCP) : SOL_SOCKET }
  var name: Int32 { rawValue % 1000 }
}
