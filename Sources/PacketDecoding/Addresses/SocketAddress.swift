/// One end of a connection: an address and a port, as `ss` prints them.
public struct SocketAddress: Sendable, Hashable, Comparable {
  public var address: IPAddress
  public var port: UInt16

  public init(address: IPAddress, port: UInt16) {
    self.address = address
    self.port = port
  }

  @inlinable
  public static func < (left: SocketAddress, right: SocketAddress) -> Bool {
    left.address != right.address ? left.address < right.address : left.port < right.port
  }
}
