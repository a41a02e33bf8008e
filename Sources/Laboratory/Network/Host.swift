import CLaboratory
import Glibc
import GroundTruth

/// One of the two hosts: a namespace with one TUN device, and the address scenarios use.
final class Host {
  let side: Side
  let namespace: NetworkNamespace
  /// IPv4 and IPv6, in this order.
  let addresses: [String]
  /// The one of this recording.
  let address: String
  let tun: Int32
  private var sockets: [Socket] = []

  init(_ side: Side, namespace name: String, version: IPVersion) throws {
    self.side = side
    addresses = Self.addresses(of: side)
    address = addresses[version == .ipv4 ? 0 : 1]
    namespace = try NetworkNamespace(name: name)
    let device = "wire\(side)"
    tun = try namespace.inside { try check(unsafe lab_open_tun(device), "open /dev/net/tun") }
    try Shell.run("ip", "-n", name, "-batch", "-", input: Self.configuration(device, addresses))
  }

  deinit { sockets.forEach { $0.close() } }

  /// Keeps a socket from being closed before its time: when it goes is the scenario's business.
  func keep(_ socket: Socket) { sockets.append(socket) }

  private static func addresses(of side: Side) -> [String] {
    side == .a ? ["10.77.0.1", "fd77::1"] : ["10.77.0.2", "fd77::2"]
  }

  /// Everything goes to the line, so that answers to forged sources are recorded too.
  private static func configuration(_ device: String, _ addresses: [String]) -> String {
    """
    link set lo up
    addr add \(addresses[0])/24 dev \(device)
    addr add \(addresses[1])/64 dev \(device) nodad
    link set \(device) mtu 1500 txqueuelen 2000 up
    route add default dev \(device)
    route add ::/0 dev \(device)

    """
  }
}

/// The version of IP a recording is made over.
enum IPVersion: String, CaseIterable {
  case ipv4, ipv6
}
