#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Real TCP connections of this machine with itself, for a live capture to see.
enum LoopbackConversation {
  struct SystemCallFailed: Error {
    let name: String
    let number: Int32
  }

  /// A listening socket on a port of the system's choice.
  static func listen() throws -> (socket: Int32, port: UInt16) {
    let listener = try check("socket", socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0))
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    _ = try check("bind", unsafe withAddress(&address) { unsafe bind(listener, $0, $1) })
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    _ = try check(
      "getsockname", unsafe withAddress(&address) { address, _ in unsafe getsockname(listener, address, &length) })
    _ = try check("listen", Glibc.listen(listener, 8))
    return (listener, UInt16(bigEndian: address.sin_port))
  }

  /// One connection: a byte each way, then both ends close, the client first or the server.
  static func talk(with listener: (socket: Int32, port: UInt16), serverClosesFirst: Bool) throws {
    let client = try connect(to: listener.port)
    let server = try check("accept", accept(listener.socket, nil, nil))
    try sendByte(from: client, to: server)
    try sendByte(from: server, to: client)
    for end in serverClosesFirst ? [server, client] : [client, server] { _ = try check("close", close(end)) }
  }

  /// A connection that is refused: nobody listens at the port.
  static func refused(at port: UInt16) { _ = try? connect(to: port) }

  private static func connect(to port: UInt16) throws -> Int32 {
    let client = try check("socket", socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0))
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = port.bigEndian
    address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    _ = try check("connect", unsafe withAddress(&address) { unsafe Glibc.connect(client, $0, $1) })
    return client
  }

  private static func sendByte(from sender: Int32, to receiver: Int32) throws {
    var byte: UInt8 = 0x77
    _ = try check("send", Int32(unsafe send(sender, &byte, 1, 0)))
    _ = try check("recv", Int32(unsafe recv(receiver, &byte, 1, 0)))
  }

  private static func withAddress(
    _ address: inout sockaddr_in, _ body: (UnsafeMutablePointer<sockaddr>, socklen_t) -> Int32
  ) -> Int32 {
    unsafe withUnsafeMutablePointer(to: &address) { pointer in
      unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        unsafe body($0, socklen_t(MemoryLayout<sockaddr_in>.size))
      }
    }
  }

  private static func check(_ name: String, _ result: Int32) throws -> Int32 {
    guard result >= 0 else { throw SystemCallFailed(name: name, number: errno) }
    return result
  }
}
