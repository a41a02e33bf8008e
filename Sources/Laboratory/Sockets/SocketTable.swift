import CLaboratory
import Glibc
import GroundTruth

/// Reads the state of every TCP socket of a namespace from the kernel (`NETLINK_SOCK_DIAG`), as `ss -tan` does:
/// request sockets, TIME_WAIT and an orphan's FIN_WAIT_2 included.
struct SocketTable: ~Copyable {
  private let descriptor: Int32

  /// Opens the question line of the namespace the calling thread is in.
  init() throws { descriptor = try check(lab_open_socket_diagnosis(), "socket NETLINK_SOCK_DIAG") }

  deinit { close(descriptor) }

  func read() throws -> [SocketRow] {
    try (read(family: AF_INET) + read(family: AF_INET6)).sorted { ($0.local, $0.peer) < ($1.local, $1.peer) }
  }

  private func read(family: Int32) throws -> [SocketRow] {
    let request = Self.request(family: UInt8(family))
    try check(Int32(unsafe send(descriptor, request, request.count, 0)), "ask sock_diag")
    var rows: [SocketRow] = []
    var buffer = [UInt8](repeating: 0, count: 65_536)
    while true {
      let count = try check(Int32(unsafe recv(descriptor, &buffer, buffer.count, 0)), "read sock_diag")
      var rest = buffer[..<Int(count)]
      while let message = Message(rest) {
        switch message.type {
        case Message.done: return rows
        case Message.error: throw LaboratoryError("sock_diag refuses to list the sockets")
        default: if let row = message.row { rows.append(row) }
        }
        rest = rest.dropFirst(message.paddedLength)
      }
    }
  }

  /// Bits 1 to 12 of `<net/tcp_states.h>`; without 13, sockets that are bound and no more.
  private static let everyState: [UInt8] = [0xfe, 0x1f, 0, 0]

  /// `nlmsghdr` (16 bytes) and `inet_diag_req_v2` (56 bytes) for every socket in every state.
  private static func request(family: UInt8) -> [UInt8] {
    let dump: UInt16 = 0x301  // NLM_F_REQUEST | NLM_F_DUMP
    var bytes: [UInt8] = [72, 0, 0, 0, 20, 0] + [UInt8(dump & 255), UInt8(dump >> 8)] + [1, 0, 0, 0, 0, 0, 0, 0]
    bytes += [family, UInt8(IPPROTO_TCP), 0, 0] + everyState
    return bytes + [UInt8](repeating: 0, count: 48)
  }
}

/// One netlink message that holds an `inet_diag_msg`.
private struct Message {
  static let error: UInt16 = 2
  static let done: UInt16 = 3

  let type: UInt16
  let length: Int
  private let body: ArraySlice<UInt8>

  init?(_ bytes: ArraySlice<UInt8>) {
    guard bytes.count >= 16 else { return nil }
    let start = bytes.startIndex
    length = (0..<4).reduce(0) { $0 | Int(bytes[start + $1]) << ($1 * 8) }
    type = UInt16(bytes[start + 4]) | UInt16(bytes[start + 5]) << 8
    guard length >= 16, length <= bytes.count else { return nil }
    body = bytes[(start + 16)..<(start + length)]
  }

  var paddedLength: Int { (length + 3) & ~3 }

  var row: SocketRow? {
    guard body.count >= 72 else { return nil }
    let start = body.startIndex
    let isIPv6 = body[start] == UInt8(AF_INET6)
    guard let state = Self.states[body[start + 1]] else { return nil }
    let (localPort, peerPort) = (body.bigEndian(at: start + 4, bytes: 2), body.bigEndian(at: start + 6, bytes: 2))
    return SocketRow(
      state: state, local: Self.text(body[(start + 8)..<(start + 24)], port: localPort, isIPv6),
      peer: Self.text(body[(start + 24)..<(start + 40)], port: peerPort, isIPv6))
  }

  /// By the numbers of `<net/tcp_states.h>`, in the spelling of `ss`.
  private static let states: [UInt8: String] = [
    1: "ESTAB", 2: "SYN-SENT", 3: "SYN-RECV", 4: "FIN-WAIT-1", 5: "FIN-WAIT-2", 6: "TIME-WAIT", 7: "UNCONN",
    8: "CLOSE-WAIT", 9: "LAST-ACK", 10: "LISTEN", 11: "CLOSING", 12: "SYN-RECV",
  ]

  private static func text(_ address: ArraySlice<UInt8>, port: UInt32, _ isIPv6: Bool) -> String {
    let host = Packet.text(isIPv6 ? address : address.prefix(4))
    return (isIPv6 ? "[\(host)]" : host) + ":" + (port == 0 ? "*" : "\(port)")
  }
}
